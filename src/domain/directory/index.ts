/**
 * Accounts, users, groups, roles, policies and access keys: the rules by which they change, and compiled views of them
 * for deciding requests. Changes only through `change`; decides nothing itself. @module
 */
export type {
  DesiredAccount,
  DesiredDirectory,
  DesiredGroup,
  DesiredManagedPolicy,
  DesiredRole,
  DesiredUnit,
  DesiredUser,
} from './desired-directory.ts'
export type { Difference } from './differences.ts'
export { Directory, type PrincipalPolicies } from './directory.ts'
export { Edit } from './edit.ts'
export { isReused, withPassword } from './login-profiles.ts'
export { type MfaDeviceView, mfaSealOf, viewMfaDevice } from './mfa-devices.ts'
export { type DesiredPath, DirectoryMistakes, listMistakes, type Mistake } from './mistakes.ts'
export { newAccessKey } from './new-access-key.ts'
export { newMfaDevice } from './new-mfa-device.ts'
export { OIDC_QUOTAS, OIDC_RULES, readProviderUrl } from './oidc-provider-rules.ts'
export type { OrganizationPlace } from './organization-view.ts'
export { passwordExpiry, passwordViolation } from './password-policy.ts'
export type { PasswordHash } from './passwords.ts'
export { planClosing } from './plan-closing.ts'
export { type DirectoryPlan, planDirectory } from './plan-directory.ts'
export { planKeyRevocation, planRevokingOlder } from './plan-revocation.ts'
export { type AnyManagedPolicy, documentOf, firstVersion, nextVersion } from './policy-versions.ts'
export {
  managedPolicyKey,
  mfaDeviceKey,
  nameKey,
  oidcProviderKey,
  reference,
  roleDeletionKey,
  samlProviderKey,
} from './record-keys.ts'
export {
  type AccessKeyBody,
  type AccessReportBody,
  type AccountBody,
  bodyOf,
  type CredentialReportBody,
  type GroupBody,
  type InlinePolicy,
  type LoginProfileBody,
  type ManagedPolicyBody,
  type MfaDeviceBody,
  type PasswordPolicy,
  type PolicyVersion,
  type RoleBody,
  type RoleDeletionBody,
  type RoleUsage,
  type UserBody,
} from './records.ts'
export { keeps, QUOTAS, RULES } from './rules.ts'
export { type OpenSamlKey, openSamlKeys, samlSealOf, sealSamlKeys } from './saml-keys.ts'
export { validityOf } from './saml-provider-rules.ts'
export type { SamlProviderView } from './saml-provider-view.ts'
export { findServiceAccount, type NamingServiceAccount, namesOf, serviceAccountsIn } from './service-accounts.ts'
export type { Records } from './stored-records.ts'
export { principalArnOf, resolvePrincipals, shownTrust } from './trust.ts'
export type { AccessKeyView, RoleView, UserView } from './views.ts'
