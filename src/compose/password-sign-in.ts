import type { BrowserHandles } from '../domain/browser/index.ts'
import type { ConsoleBroker, ConsoleSession, PendingPasswordChange } from '../doors/console/index.ts'
import {
  type AccountCaller,
  type RequestFacts,
  ServiceUnavailable,
  SignInRefused,
  ValidationError,
} from '../model/index.ts'
import { type ConsoleLoginInput, type ConsoleLoginOutput, consoleLogin } from '../operations/signin/index.ts'
import { byConsoleSession, byPassword, type Proven } from '../pipeline/authentication/index.ts'
import { type AskedByName, type BrokerParts, type SubmitAsked, submit } from '../pipeline/index.ts'
import type { BoundedWork } from '../platform/bounded-work.ts'
import { placesOf } from './places-of.ts'

interface PasswordSignInParts {
  readonly broker: BrokerParts
  readonly states: BrowserHandles
  readonly region: string
  /** Does the work of requests: comparing passwords holds no place in it. */
  readonly work: Pick<BoundedWork, 'outside'>
  /** The page that people sign in to. */
  loginTo(): string
  ask(asked: AskedByName, facts: RequestFacts, prove: () => Promise<Proven<AccountCaller>>): ReturnType<SubmitAsked>
  /** Whose session it is; `undefined` when it does not count. */
  callerOf(sessionToken: string, facts: RequestFacts): Promise<AccountCaller | undefined>
  /** Signs a browser in with a session that counts. */
  begin(sessionToken: string, caller: AccountCaller, facts: RequestFacts): Promise<ConsoleSession>
}

const USED_BEFORE = 'The new password is the one that has to be replaced. Choose another one.'

/** Signing in by password, and choosing another one where that has to come first. */
export function passwordSignIn(
  parts: PasswordSignInParts,
): Pick<ConsoleBroker, 'login' | 'passwordChangeOf' | 'changePassword'> {
  const { broker, states, region, work, ask, begin } = parts

  const pendingChange = async (handle: string, facts: RequestFacts) => {
    const state = await states.find('password-change', handle, facts.now)
    if (state === undefined) return undefined
    const caller = await parts.callerOf(state.sessionToken, facts)
    if (caller === undefined) {
      await states.end('password-change', handle)
      return undefined
    }
    return { sessionToken: state.sessionToken, caller, change: changeFrom(handle, state, caller) }
  }

  return {
    async login(typed, facts) {
      if (!broker.directory.isCurrent()) throw new ServiceUnavailable('the change log cannot be followed')
      const presented = { ...typed, loginTo: parts.loginTo() }
      let input: ConsoleLoginInput | undefined
      let outcome: Awaited<ReturnType<ConsoleBroker['login']>> | undefined
      const keep = async ({ sessionToken, passwordChange: reason }: ConsoleLoginOutput) => {
        const { caller } = await byConsoleSession(sessionToken, region, facts.now, broker)
        if (reason === undefined) {
          outcome = { outcome: 'signed-in', session: await begin(sessionToken, caller, facts) }
          return
        }
        const state = { sessionToken, formToken: states.newSecret(), reason }
        const handle = await states.keep('password-change', state, facts.now, undefined, placesOf(caller))
        outcome = { outcome: 'password-change', change: changeFrom(handle, state, caller) }
      }
      const prove = async (): Promise<Proven<AccountCaller>> => {
        const wait = <Result>(load: Promise<Result>) => work.outside(load)
        try {
          const { mfaDevice, passwordChange, ...proven } = await byPassword(presented, region, facts, broker, wait)
          input = { mfaDevice, passwordChange, loginTo: presented.loginTo, keep }
          return proven
        } catch (error) {
          if (error instanceof SignInRefused) logRefusal(error, facts, broker)
          throw error
        }
      }
      const read = () => {
        if (input === undefined) throw new Error('a sign-in was read before it was proven')
        return input
      }
      await submit(consoleLogin, { facts, prove, input: read }, broker)
      if (outcome === undefined) throw new Error('somebody signed in for whom nothing is kept')
      return outcome
    },

    passwordChangeOf: async (handle, facts) => (await pendingChange(handle, facts))?.change,

    async changePassword(handle, { oldPassword, newPassword }, facts) {
      const pending = await pendingChange(handle, facts)
      if (pending === undefined) return undefined
      const params = { OldPassword: oldPassword.reveal(), NewPassword: newPassword.reveal() }
      // Or nothing would be replaced. AWS takes the same one where no policy forbids it; the strict reading is taken.
      if (params.OldPassword === params.NewPassword) throw new ValidationError(USED_BEFORE)
      const prove = () => byConsoleSession(pending.sessionToken, region, facts.now, broker)
      await ask({ service: 'iam', action: 'ChangePassword', params }, facts, prove)
      const taken = await states.take('password-change', handle, facts.now)
      return taken && (await begin(taken.sessionToken, pending.caller, facts))
    },
  }
}

/** Nothing of what was typed: any of it may be a password in the wrong field. */
function logRefusal({ detail }: SignInRefused, { requestId, sourceIp }: RequestFacts, { logger }: BrokerParts): void {
  logger.warn('password.rejected', { requestId, sourceIp, reason: detail })
}

function changeFrom(
  handle: string,
  { formToken, reason }: Pick<PendingPasswordChange, 'formToken' | 'reason'>,
  { account, arn }: AccountCaller,
): PendingPasswordChange {
  return { handle, formToken, reason, account, arn }
}
