import { AccessDenied, type AccountCaller, PLAIN_TERMS, type SessionHolder } from '../../model/index.ts'
import type { ProvenPassword } from '../../pipeline/authentication/index.ts'
import type { Operation } from '../../pipeline/index.ts'

/** What the proof came to: there is nothing else to say. */
export interface ConsoleLoginInput extends Pick<ProvenPassword, 'mfaDevice' | 'passwordChange'> {
  readonly loginTo: string
  /** Keeps the session for the browser. Whoever is recorded as signed in is. @throws Fault when it cannot be kept */
  keep(session: ConsoleLoginOutput): Promise<void>
}

/** A session for a browser. */
export interface ConsoleLoginOutput {
  readonly sessionId: string
  readonly sessionToken: string
  /** Why it is good for nothing before another password was chosen. */
  readonly passwordChange: 'reset' | 'expired' | undefined
}

/** As long as AWS's console keeps users signed in. */
const LIFETIME_MS = 12 * 3_600_000

/**
 * Makes the session of a user, or of root, who signed in by password. Needs no permission, as at AWS: what they may do
 * is asked when they do it.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
 */
export const consoleLogin: Operation<AccountCaller, ConsoleLoginInput, ConsoleLoginOutput> = {
  action: 'signin:ConsoleLogin',
  proof: 'password',
  grants: true,

  requires: () => [],

  async perform({ caller, input, facts }, { sessions }) {
    const { mfaDevice, passwordChange } = input
    if (passwordChange === 'expired-for-good') {
      throw new AccessDenied(
        'Your password has expired, and the password policy of your account lets only an administrator replace it.',
      )
    }
    const { credentials } = sessions.mint({
      account: caller.account,
      holder: holderOf(caller),
      issuedAt: facts.now,
      lifetimeMs: LIFETIME_MS,
      terms: mfaDevice === undefined ? PLAIN_TERMS : { ...PLAIN_TERMS, mfaAt: facts.now },
    })
    const { sessionId, sessionToken } = credentials
    const session = { sessionId, sessionToken, passwordChange }
    await input.keep(session)
    return session
  },

  details: ({ mfaDevice, loginTo }, output) => ({
    additionalEventData: {
      LoginTo: loginTo,
      MobileVersion: 'No',
      MFAUsed: mfaDevice === undefined ? 'No' : 'Yes',
      MFAIdentifier: mfaDevice,
      // CloudTrail has none: here it is what a revocation names.
      sessionId: output?.sessionId,
    },
  }),
}

function holderOf(caller: AccountCaller): SessionHolder {
  if (caller.kind === 'user') return { kind: 'user', userName: caller.userName, userId: caller.uniqueId }
  if (caller.kind === 'root') return { kind: 'root' }
  throw new Error('somebody signed in with a password who cannot have one')
}
