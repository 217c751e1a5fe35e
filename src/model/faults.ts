import type { SuspectedIdentity, SuspectedUser } from './caller.ts'

/**
 * What a caller is told when a request is refused. `message` is for the caller; `detail` and `cause` are for log and
 * audit and never leave the node. Throw where the rule is known; only the wire renders. `name` is the class's.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 */
export abstract class Fault extends Error {
  abstract readonly code: string
  abstract readonly httpStatus: number
  readonly detail: string | undefined
  /** A sealed reference to why a proven caller was denied access; whoever decides about access sets it. */
  explanation: string | undefined
  /** Whom a proof that failed pretended to be of, where that may be told; whoever judges proofs sets it. */
  suspect: SuspectedIdentity | SuspectedUser | undefined

  constructor(message: string, { detail, cause }: { detail?: string; cause?: unknown } = {}) {
    super(message, { cause })
    this.name = new.target.name
    this.detail = detail
  }
}

/** A parameter breaks a constraint of AWS's model; all violations of a request stand in one message. */
export class ValidationError extends Fault {
  override readonly code = 'ValidationError'
  override readonly httpStatus = 400
}

/** A parameter is well-formed and still makes no sense in this call. */
export class InvalidParameterValue extends Fault {
  override readonly code = 'InvalidParameterValue'
  override readonly httpStatus = 400
}

/** Text where a number belongs, or another type of JSON than a member has. */
export class MalformedInput extends Fault {
  override readonly code = 'MalformedInput'
  override readonly httpStatus = 400
}

/** No operation of that name in that version. */
export class InvalidAction extends Fault {
  override readonly code = 'InvalidAction'
  override readonly httpStatus = 400
}

/** A request without `Action`. */
export class MissingAction extends Fault {
  override readonly code = 'MissingAction'
  override readonly httpStatus = 400
}

/** `X-Amz-Target` names no operation that there is. AWS says nothing but that. */
export class UnknownOperation extends Fault {
  override readonly code = 'UnknownOperationException'
  override readonly httpStatus = 400

  constructor() {
    super('')
  }
}

/** A percent-escape in the query string that is none. */
export class MalformedQueryString extends Fault {
  override readonly code = 'MalformedQueryString'
  override readonly httpStatus = 400
}

/** A signed operation was asked without a signature. */
export class MissingAuthenticationToken extends Fault {
  override readonly code = 'MissingAuthenticationToken'
  override readonly httpStatus = 403

  constructor() {
    super('Request is missing Authentication Token')
  }
}

/** The signature cannot be read. */
export class IncompleteSignature extends Fault {
  override readonly code = 'IncompleteSignature'
  override readonly httpStatus = 400
}

/** The signature does not verify (what it says unless told otherwise), is out of date, or is scoped to something else. */
export class SignatureDoesNotMatch extends Fault {
  override readonly code = 'SignatureDoesNotMatch'
  override readonly httpStatus = 403

  constructor(
    message = 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    options: { detail?: string } = {},
  ) {
    super(message, options)
  }
}

/** One fault for every way in which a key or token can be wrong: telling them apart would answer a forger's question. */
export class InvalidClientTokenId extends Fault {
  override readonly code = 'InvalidClientTokenId'
  override readonly httpStatus = 403

  constructor(detail: string, options: { cause?: unknown } = {}) {
    super('The security token included in the request is invalid.', { detail, ...options })
  }
}

/** One fault for every way in which a sign-in by password can be wrong, in the words of AWS's sign-in page. */
export class SignInRefused extends Fault {
  override readonly code = 'AuthenticationFailed'
  override readonly httpStatus = 403

  constructor(detail: string, options: { cause?: unknown } = {}) {
    super('Your authentication information is incorrect. Please try again.', { detail, ...options })
  }
}

/** The temporary credentials that signed are past their end. */
export class ExpiredToken extends Fault {
  override readonly code = 'ExpiredToken'
  override readonly httpStatus = 403

  constructor() {
    super('The security token included in the request is expired')
  }
}

/** A proven caller may not do this. */
export class AccessDenied extends Fault {
  override readonly code = 'AccessDenied'
  override readonly httpStatus = 403
}

/** A policy document that AWS would refuse to save; `message` is AWS's text. */
export class MalformedPolicyDocument extends Fault {
  override readonly code = 'MalformedPolicyDocument'
  override readonly httpStatus = 400
  /** Where in the document, in UTF-16 units from its start; `undefined` when the fault has no one place. */
  readonly offset: number | undefined

  constructor(message: string, { offset, ...rest }: { offset?: number; detail?: string; cause?: unknown } = {}) {
    super(message, rest)
    this.offset = offset
  }
}

/** Session policies and session tags take more room in a token than there is. */
export class PackedPolicyTooLarge extends Fault {
  override readonly code = 'PackedPolicyTooLarge'
  override readonly httpStatus = 400
}

/** A token or assertion of an identity provider proves nobody; `message` is AWS's text. */
export class InvalidIdentityToken extends Fault {
  override readonly code = 'InvalidIdentityToken'
  override readonly httpStatus = 400
}

/** A token or assertion of an identity provider is past its end. Not to be taken for `ExpiredToken`, of credentials. */
export class ExpiredIdentityToken extends Fault {
  override readonly code = 'ExpiredTokenException'
  override readonly httpStatus = 400
}

/** An identity provider cannot be reached, so its tokens cannot be judged. SDKs try again. */
export class IdpCommunicationError extends Fault {
  override readonly code = 'IDPCommunicationError'
  override readonly httpStatus = 400

  constructor(detail: string, options: { cause?: unknown } = {}) {
    super(
      'The request could not be fulfilled because the identity provider (IDP) that was asked to verify the incoming identity token could not be reached.',
      { detail, ...options },
    )
  }
}

/** The account does not vouch outside for its principals. The words, here and below, were observed at AWS. */
export class OutboundWebIdentityFederationDisabled extends Fault {
  override readonly code = 'OutboundWebIdentityFederationDisabledException'
  override readonly httpStatus = 403

  constructor() {
    super('OutboundWebIdentityFederation is disabled.')
  }
}

/** A token would outlive the session that asks for it. */
export class SessionDurationEscalation extends Fault {
  override readonly code = 'SessionDurationEscalationException'
  override readonly httpStatus = 403

  constructor() {
    super("Requested token expiry time must be before the original session's expiry time.")
  }
}

/** A token would say more than fits into one. */
export class JwtPayloadSizeExceeded extends Fault {
  override readonly code = 'JWTPayloadSizeExceededException'
  override readonly httpStatus = 400

  constructor() {
    super('JWT payload exceeds maximum allowed size')
  }
}

/** An identity provider was asked, and vouches for nobody. */
export class IdpRejectedClaim extends Fault {
  override readonly code = 'IDPRejectedClaim'
  override readonly httpStatus = 403

  constructor(detail: string) {
    super(
      'The identity provider (IdP) reported that authentication failed. This might be because the claim is invalid.',
      { detail },
    )
  }
}

/** What was to be decoded is no message, or none that the caller may read. */
export class InvalidAuthorizationMessage extends Fault {
  override readonly code = 'InvalidAuthorizationMessageException'
  override readonly httpStatus = 400

  constructor(message = 'Message is not valid', options: { detail?: string } = {}) {
    super(message, options)
  }
}

/** The request asks for a thing that is not there (in operations that may say so). */
export class NoSuchEntity extends Fault {
  override readonly code = 'NoSuchEntity'
  override readonly httpStatus = 404
}

/** There is one of that name already. */
export class EntityAlreadyExists extends Fault {
  override readonly code = 'EntityAlreadyExists'
  override readonly httpStatus = 409
}

/** Something hangs on what was to be deleted, and has to go first. */
export class DeleteConflict extends Fault {
  override readonly code = 'DeleteConflict'
  override readonly httpStatus = 409
}

/** Others changed the same thing over and over while this was tried. Nothing was changed. */
export class ConcurrentModification extends Fault {
  override readonly code = 'ConcurrentModification'
  override readonly httpStatus = 409

  constructor() {
    super('The directory was changed by somebody else at the same time. Nothing was changed by this; try again.')
  }
}

/** A bug of ours. The cause goes to the log; the caller learns nothing of it. */
export class InternalFailure extends Fault {
  override readonly code = 'InternalFailure'
  override readonly httpStatus = 500

  constructor(cause: unknown) {
    super('The request processing has failed because of an unknown error, exception or failure.', { cause })
  }
}

/** The node cannot answer now: overloaded, draining, or unable to record a grant. Worth trying again. */
export class ServiceUnavailable extends Fault {
  override readonly code = 'ServiceUnavailable'
  override readonly httpStatus = 503

  constructor(detail: string, options: { cause?: unknown } = {}) {
    super('The request has failed due to a temporary failure of the server.', { detail, ...options })
  }
}

/** More is asked at once than the node can work on: refused before any work is done. */
export class Overloaded extends ServiceUnavailable {
  constructor() {
    super('too many requests at once')
  }
}

/** The caller's account asks more often than it may. SDKs wait and try again. */
export class Throttling extends Fault {
  override readonly code = 'Throttling'
  override readonly httpStatus = 400
  /** Whole milliseconds after which a request of that account would have been taken. */
  readonly retryAfterMs: number

  constructor(retryAfterMs: number) {
    super('Rate exceeded')
    this.retryAfterMs = retryAfterMs
  }
}

/** The key ring could not be changed; `message` says why, for the operator, who alone may ask for that. */
export class KeyRingFailure extends Fault {
  override readonly code = 'KeyRingFailure'
  override readonly httpStatus = 503
}

/** Makes a fault of whatever was thrown: what is none is a bug, and the caller sees `InternalFailure`. */
export function toFault(error: unknown): Fault {
  return error instanceof Fault ? error : new InternalFailure(error)
}
