/** The actions of AWS IAM: the directory's own API. @module */
import type { QueryService } from '../../pipeline/index.ts'
import { ACCESS_KEY_ACTIONS } from './access-keys/index.ts'
import { ACCOUNT_ACTIONS } from './account/index.ts'
import { CREDENTIAL_REPORT_ACTIONS } from './credential-report/index.ts'
import { GROUP_ACTIONS } from './groups/index.ts'
import { INSTANCE_PROFILE_ACTIONS } from './instance-profiles/index.ts'
import { LAST_ACCESSED_ACTIONS } from './last-accessed/index.ts'
import { MFA_DEVICE_ACTIONS } from './mfa-devices/index.ts'
import { OIDC_PROVIDER_ACTIONS } from './oidc-providers/index.ts'
import { OUTBOUND_FEDERATION_ACTIONS } from './outbound-federation/index.ts'
import { PASSWORD_ACTIONS } from './passwords/index.ts'
import { POLICY_ACTIONS } from './policies/index.ts'
import { ROLE_ACTIONS } from './roles/index.ts'
import { SAML_PROVIDER_ACTIONS } from './saml-providers/index.ts'
import { SERVICE_LINKED_ROLE_ACTIONS } from './service-linked-roles/index.ts'
import { SIMULATION_ACTIONS } from './simulation/index.ts'
import { USER_ACTIONS } from './users/index.ts'

/** AWS Identity and Access Management as it is spoken here. @see https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html */
export const IAM: QueryService = {
  protocol: 'query',
  name: 'iam',
  version: '2010-05-08',
  namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  showsValues: false,
  operations: new Map([
    ...SAML_PROVIDER_ACTIONS,
    ...USER_ACTIONS,
    ...ACCESS_KEY_ACTIONS,
    ...PASSWORD_ACTIONS,
    ...MFA_DEVICE_ACTIONS,
    ...ACCOUNT_ACTIONS,
    ...CREDENTIAL_REPORT_ACTIONS,
    ...LAST_ACCESSED_ACTIONS,
    ...OIDC_PROVIDER_ACTIONS,
    ...SIMULATION_ACTIONS,
    ...ROLE_ACTIONS,
    ...INSTANCE_PROFILE_ACTIONS,
    ...SERVICE_LINKED_ROLE_ACTIONS,
    ...OUTBOUND_FEDERATION_ACTIONS,
    ...GROUP_ACTIONS,
    ...POLICY_ACTIONS,
  ]),
}
