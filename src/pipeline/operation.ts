import type { AuditDetails, AuditTrail } from '../domain/audit/index.ts'
import type { Directory } from '../domain/directory/index.ts'
import type { ClusterIssuers, OutboundIdentities, SamlIdentities, WebIdentities } from '../domain/federation/index.ts'
import type { MfaCodes } from '../domain/mfa/index.ts'
import type { EndedEarly, Sessions } from '../domain/sessions/index.ts'
import type { Usage } from '../domain/usage/index.ts'
import type { JsonMembers, Params, ResultStructure } from '../engines/wire/index.ts'
import type {
  AccountCaller,
  Caller,
  IdentityCaller,
  OperatorCaller,
  SamlCaller,
  WebIdentityCaller,
} from '../model/index.ts'
import type { BackgroundWork } from '../platform/background-work.ts'
import type { Clock } from '../platform/clock.ts'
import type { ManagedKeyRing } from '../platform/keyring/index.ts'
import type { Random } from '../platform/random.ts'
import type { ReplayGuard } from '../platform/storage/index.ts'
import type { Logger, Metrics } from '../platform/telemetry/index.ts'
import type { OfferedCode, PresentedAssertion, PresentedToken, SigningKeys } from './authentication/index.ts'
import type { Access, PermittedCall } from './authorization/index.ts'

/** What the steps of the pipeline, and operations, may consult. */
export interface BrokerParts {
  readonly directory: Directory
  readonly sessions: Sessions
  /** Sessions that a test ended before their time; only in development. */
  readonly endedEarly?: EndedEarly | undefined
  readonly webIdentities: WebIdentities
  readonly outboundIdentities: OutboundIdentities
  readonly clusterIssuers: ClusterIssuers
  readonly samlIdentities: SamlIdentities
  readonly replays: ReplayGuard
  readonly mfaCodes: MfaCodes
  readonly signingKeys: SigningKeys
  readonly keyring: ManagedKeyRing
  readonly audit: AuditTrail
  readonly usage: Usage
  readonly background: BackgroundWork
  /** Judges expiry and conditions; can be moved forward in development. */
  readonly clock: Clock
  /** Real time: judges when requests were signed. */
  readonly wireClock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
  /** Whether a region may stand in a credential scope. */
  isRegion(region: string): boolean
}

/** What can be asked of the broker: the proof it takes, the access it needs, what it does, and what is recorded of it. */
export interface Operation<Asking extends Caller, Input, Output> {
  /** `service:Name`, as policies spell it. */
  readonly action: `${string}:${string}`
  /**
   * `signature`: a signed request, presigned URLs included. `signed-headers`: no presigned URL, because whoever sees one
   * would get the credentials that the operation issues. `web-identity`: no signature, but a token of an identity
   * provider. `saml`: an assertion of one. `password`: that of a user or root, who signs in.
   * `credentials`: a temporary credential that is shown or kept whole. `operator`: the authority above accounts. `service`: a service of
   * AWS, which is in this process.
   */
  readonly proof:
    | 'signature'
    | 'signed-headers'
    | 'web-identity'
    | 'saml'
    | 'password'
    | 'credentials'
    | 'operator'
    | 'service'
  /** True when it issues credentials or changes something: then its record is durable before it is answered. */
  readonly grants: boolean
  /**
   * The one-time code among its parameters, where it takes one and one came: it is proven before access is decided, and
   * `perform` uses it up.
   */
  offeredCode?(input: Input): OfferedCode | undefined
  /**
   * The accesses it needs, all of them; none when whoever is proven may. The directory tells what names stand for: a
   * path is part of an ARN. @throws Fault for callers who never may
   */
  requires(input: Input, caller: Asking, directory: Directory): Promise<readonly Access[]> | readonly Access[]
  /**
   * Does it. Checks that would tell whether something exists come here, after authorization.
   * @param recordFirst - for what changes the directory: records what is about to be done, and what it will have come to
   * @throws Fault
   */
  perform(
    call: PermittedCall<Asking, Input>,
    broker: BrokerParts,
    recordFirst: (output: Output) => Promise<void>,
  ): Promise<Output>
  /** What the audit trail keeps of it: no secret, no session token. `output` is `undefined` when it was refused. */
  details(input: Input, output: Output | undefined, caller: Asking): AuditDetails
}

/** What an action answers; `undefined` where AWS's model has no output. */
export type Answered = ResultStructure | undefined

/**
 * An operation that clients sign for: what AWS calls an action. `Source` is how its service's protocol gives parameters.
 */
export interface WireOperation<Input, Output extends Answered, Source extends Params | JsonMembers = Params>
  extends Operation<AccountCaller, Input, Output> {
  readonly proof: 'signature' | 'signed-headers'
  /** Reads the parameters; every violation is collected. @throws Fault */
  parse(params: Source): Input
}

/** An operation that nobody signs for: what proves the caller is among its parameters. */
interface UnsignedOperation<
  Asking extends IdentityCaller,
  Input,
  Output extends ResultStructure,
  Source extends Params | JsonMembers,
> extends Operation<Asking, Input, Output> {
  /** Reads the parameters; every violation is collected. @throws Fault */
  parse(params: Source): Input
}

/** An operation that takes a token of an OpenID Connect provider. */
export interface WebIdentityOperation<
  Input extends PresentedToken,
  Output extends ResultStructure,
  Source extends Params | JsonMembers = Params,
> extends UnsignedOperation<WebIdentityCaller, Input, Output, Source> {
  readonly proof: 'web-identity'
}

/** An operation that takes an assertion of a SAML provider. */
export interface SamlOperation<
  Input extends PresentedAssertion,
  Output extends ResultStructure,
  Source extends Params | JsonMembers = Params,
> extends UnsignedOperation<SamlCaller, Input, Output, Source> {
  readonly proof: 'saml'
}

/** Declares an operation that takes a token of an OpenID Connect provider. */
export function defineWebIdentityOperation<Input extends PresentedToken, Output extends ResultStructure>(
  operation: WebIdentityOperation<Input, Output>,
): WebIdentityOperation<Input, Output> {
  return operation
}

/** Declares an operation that takes an assertion of a SAML provider. */
export function defineSamlOperation<Input extends PresentedAssertion, Output extends ResultStructure>(
  operation: SamlOperation<Input, Output>,
): SamlOperation<Input, Output> {
  return operation
}

/** Declares an operation that clients sign for; its types follow from what it says. */
export function defineOperation<Input, Output extends Answered, Source extends Params | JsonMembers = Params>(
  operation: WireOperation<Input, Output, Source>,
): WireOperation<Input, Output, Source> {
  return operation
}

/** Declares an operation of the operator. */
export function defineOperatorOperation<Input, Output>(
  operation: Omit<Operation<OperatorCaller, Input, Output>, 'proof'>,
): Operation<OperatorCaller, Input, Output> {
  return { ...operation, proof: 'operator' }
}
