/** The nouns that every layer speaks: checked values, callers, sessions, faults. Imports nothing and does no I/O. @module */
export { type AccountId, accountId } from './account-id.ts'
export { type Arn, parseArn } from './arn.ts'
export { base32Text, isWholeBase32 } from './base32.ts'
export type {
  AccountCaller,
  Caller,
  FederatedCaller,
  IdentityCaller,
  OperatorCaller,
  RefusedCodeResult,
  RoleCaller,
  RootCaller,
  SamlCaller,
  ServiceCaller,
  SuspectedIdentity,
  SuspectedUser,
  UserCaller,
  WebIdentityCaller,
} from './caller.ts'
export { type ClientSettings, clientEnvironment, endpointVariables, pastProxies } from './client-settings.ts'
export type { Cluster, ServiceAccount, ServiceAccountOrder } from './cluster.ts'
export {
  type ClusterPlace,
  eksClusterArn,
  machineOfPod,
  machineOfTask,
  type Pod,
  type PodIdentityAssociation,
  podInFull,
  type Task,
  type TaskContainer,
  taskArn,
} from './container.ts'
export { type EpochMillis, epochMillis, epochSeconds, isoSeconds } from './epoch-millis.ts'
export {
  AccessDenied,
  ConcurrentModification,
  DeleteConflict,
  EntityAlreadyExists,
  ExpiredIdentityToken,
  ExpiredToken,
  Fault,
  IdpCommunicationError,
  IdpRejectedClaim,
  IncompleteSignature,
  InternalFailure,
  InvalidAction,
  InvalidAuthorizationMessage,
  InvalidClientTokenId,
  InvalidIdentityToken,
  InvalidParameterValue,
  JwtPayloadSizeExceeded,
  KeyRingFailure,
  MalformedInput,
  MalformedPolicyDocument,
  MalformedQueryString,
  MissingAction,
  MissingAuthenticationToken,
  NoSuchEntity,
  OutboundWebIdentityFederationDisabled,
  Overloaded,
  PackedPolicyTooLarge,
  ServiceUnavailable,
  SessionDurationEscalation,
  SignatureDoesNotMatch,
  SignInRefused,
  Throttling,
  toFault,
  UnknownOperation,
  ValidationError,
} from './faults.ts'
export { foldCase } from './fold-case.ts'
export type {
  Instance,
  InstanceListen,
  InstanceProfile,
  MaintenanceEvent,
  NetworkInterface,
} from './instance.ts'
export { masked } from './masked.ts'
export { type OidcProvider, oidcProviderArn } from './oidc-provider.ts'
export { enabledFederation, isEnabled, type OutboundFederation } from './outbound-federation.ts'
export { assumedRoleArn, federatedUserArn, iamArn, rootArn } from './principal-arns.ts'
export type { AssertionCheckName, ProofCheck } from './proof-check.ts'
export type { ProvenCode } from './proven-code.ts'
export { quoted, quotedAny } from './quoted.ts'
export { replaceUnseen } from './replace-unseen.ts'
export type { RequestFacts } from './request-facts.ts'
export { type SamlPrivateKey, type SamlProvider, samlProviderArn } from './saml-provider.ts'
export { Secret } from './secret.ts'
export {
  type FederatedHolder,
  inheritedTags,
  PLAIN_TERMS,
  type RoleHolder,
  type Session,
  type SessionHolder,
  type SessionPolicies,
  type SessionPolicyArn,
  type SessionTerms,
  type TemporaryCredentials,
  type UserHolder,
} from './session.ts'
export { overlaid, type Tag } from './tag.ts'
export { accessKeyId, accountOfKeyId, uniqueId } from './unique-id.ts'
export { MUST_NOT_BE_NULL, mustMatch, type TextShape, Violation, violationOf } from './violation.ts'
