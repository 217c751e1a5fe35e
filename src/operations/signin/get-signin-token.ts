import { type AccountCaller, ValidationError } from '../../model/index.ts'
import type { Operation } from '../../pipeline/index.ts'

/** How long a console session may last; `undefined` where nothing is said. */
interface GetSigninTokenInput {
  readonly sessionDuration: string | undefined
}

/** What a browser may be signed in for. */
interface GetSigninTokenOutput {
  /** `undefined`: as long as the session. */
  readonly durationMs: number | undefined
}

const SECONDS = /^[0-9]{1,5}$/
const DURATION = { min: 900, max: 43_200 } as const

/**
 * Lets whoever has the credentials of a role or federated session have a browser signed in with it, as brokers of links to
 * the console do. `SessionDuration` is for roles, and not for one that another role assumed, as at AWS; here it shortens the
 * sign-in and never lengthens it, because that ends with its session.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
 */
export const getSigninToken: Operation<AccountCaller, GetSigninTokenInput, GetSigninTokenOutput> = {
  action: 'signin:GetSigninToken',
  proof: 'credentials',
  grants: true,

  requires: () => [],

  async perform({ caller, input: { sessionDuration } }) {
    if (caller.kind !== 'assumed-role' && caller.kind !== 'federated-user') {
      throw new ValidationError('Session has to hold credentials of AssumeRole, one of its kin, or GetFederationToken')
    }
    if (sessionDuration === undefined) return { durationMs: undefined }
    const { holder } = caller.session
    if (holder.kind !== 'assumed-role') {
      throw new ValidationError('SessionDuration is not for credentials of GetFederationToken: leave it out')
    }
    if (holder.chainDepth > 0) {
      throw new ValidationError('SessionDuration is not for a role that another role assumed: leave it out')
    }
    const seconds = SECONDS.test(sessionDuration) ? Number(sessionDuration) : 0
    if (seconds >= DURATION.min && seconds <= DURATION.max) return { durationMs: seconds * 1000 }
    throw new ValidationError(`SessionDuration has to be ${DURATION.min} to ${DURATION.max} seconds`)
  },

  details: () => ({ additionalEventData: { MobileVersion: 'No', MFAUsed: 'No' } }),
}
