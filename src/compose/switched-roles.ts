import type { BrowserHandles } from '../domain/browser/index.ts'
import type { ConsoleBroker, ConsoleSession, SwitchableRoles } from '../doors/console/index.ts'
import {
  AccessDenied,
  type AccountCaller,
  accountId,
  iamArn,
  type RequestFacts,
  toFault,
  Violation,
} from '../model/index.ts'
import { byConsoleSession } from '../pipeline/authentication/index.ts'
import { authorize } from '../pipeline/authorization/index.ts'
import type { AskedByName, askedByName, BrokerParts } from '../pipeline/index.ts'
import { breathe } from '../platform/background-work.ts'
import { sessionTokenIn } from './session-token-in.ts'

interface SwitchedRolesParts extends Pick<ConsoleBroker, 'act'> {
  readonly broker: BrokerParts
  readonly states: BrowserHandles
  readonly region: string
  /** Reads what would be asked for, as it is read when it is. */
  read(asked: AskedByName): ReturnType<typeof askedByName>
  /** Signs a browser in with a session that counts. */
  begin(sessionToken: string, from: ConsoleSession, caller: AccountCaller, facts: RequestFacts): Promise<ConsoleSession>
}

/** How many roles of an account are looked at, by their names, for the list of those that may be chosen. */
const MOST_LOOKED_AT = 500
const AT_ONCE = 20
/** As much as the action takes from a session, and as little as it takes at all. */
const MOST_SECONDS = 3600
const LEAST_SECONDS = 900
const SHORTEST_SESSION_NAME = 2
/** As AWS's console says it, whatever is wrong: an alias is not to be told from one that nobody has, nor its number learned. */
const INVALID = 'Invalid information in one or more fields. Check your information or contact your administrator.'

/**
 * Switching roles: whoever signed in assumes a role, and the browser goes on as that. As in AWS's console it is always they
 * who assume it, not the role that they have switched to before.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-console.html
 */
export function switchedRoles(
  parts: SwitchedRolesParts,
): Pick<ConsoleBroker, 'switchRole' | 'switchBack' | 'switchableRoles'> {
  const { broker, states, region, act, read, begin } = parts
  const { directory } = broker

  const assumes = (roleArn: string, { caller, expiresAt }: ConsoleSession, { now }: RequestFacts): AskedByName => {
    const leftSeconds = Math.floor((expiresAt - now) / 1000)
    const params = {
      RoleArn: roleArn,
      RoleSessionName: sessionNameOf(caller),
      DurationSeconds: String(Math.max(LEAST_SECONDS, Math.min(leftSeconds, MOST_SECONDS))),
    }
    return { service: 'sts', action: 'AssumeRole', params }
  }
  const assume = async (roleArn: string, original: ConsoleSession, facts: RequestFacts): Promise<string> =>
    sessionTokenIn(await act(original, assumes(roleArn, original, facts), facts))

  /** By an alias: nothing of an answer may tell what it stands for. */
  const assumeByAlias = async (alias: string, roleName: string, original: ConsoleSession, facts: RequestFacts) => {
    const account = await directory.accountOfAlias(alias)
    if (account === undefined) throw new AccessDenied(INVALID, { detail: 'no such account alias' })
    try {
      return await assume(iamArn(directory.partition, account, 'role', '/', roleName), original, facts)
    } catch (error) {
      const fault = toFault(error)
      if (fault.httpStatus >= 500) throw error
      throw new AccessDenied(INVALID, { detail: fault.message, cause: fault })
    }
  }

  return {
    async switchRole(session, target, facts) {
      const original = session.switchedFrom ?? session
      const sessionToken = await tokenFor(target, original, facts)
      const { caller } = await byConsoleSession(sessionToken, region, facts.now, broker)
      const switched = await begin(sessionToken, original, caller, facts)
      if (session !== original) await states.end('console-session', session.handle)
      return switched
    },

    async switchBack({ handle, switchedFrom }) {
      if (switchedFrom !== undefined) await states.end('console-session', handle)
      return switchedFrom
    },

    async switchableRoles(session, facts): Promise<SwitchableRoles> {
      const { switchedFrom: original = session } = session
      const { account } = original
      const roles = await directory.records.page('role', account, { limit: MOST_LOOKED_AT + 1 })
      const arns: string[] = []
      for (const [index, { path, roleName }] of roles.slice(0, MOST_LOOKED_AT).entries()) {
        if (index % AT_ONCE === AT_ONCE - 1) await breathe()
        const arn = iamArn(directory.partition, account, 'role', path, roleName)
        if (await admits(assumes(arn, original, facts), original.caller, facts)) arns.push(arn)
      }
      const { alias } = (await directory.account(account)) ?? {}
      return { account: { id: account, alias }, arns, isAll: roles.length <= MOST_LOOKED_AT }
    },
  }

  function tokenFor(
    target: Parameters<ConsoleBroker['switchRole']>[1],
    original: ConsoleSession,
    facts: RequestFacts,
  ): Promise<string> {
    if ('roleArn' in target) return assume(target.roleArn, original, facts)
    const account = accountId(target.account)
    if (account instanceof Violation) return assumeByAlias(target.account, target.roleName, original, facts)
    return assume(iamArn(directory.partition, account, 'role', '/', target.roleName), original, facts)
  }

  /** Whether that would be permitted: what is decided when it is asked for is decided now, and nothing is done. */
  async function admits(asked: AskedByName, caller: AccountCaller, facts: RequestFacts): Promise<boolean> {
    const wanted = read(asked)
    if (wanted.proof !== 'signature') throw new Error('roles are assumed without a signature')
    const { version } = directory
    try {
      const input = wanted.input()
      const accesses = () => wanted.operation.requires(input, caller, directory)
      await authorize({ caller, input, accesses, facts, region, version }, directory)
      return true
    } catch (error) {
      const fault = toFault(error)
      if (fault.httpStatus >= 500) throw error
      return false
    }
  }
}

/** As AWS's console calls the session: as the user, or as the session that they signed in with. */
function sessionNameOf({ session, ...caller }: AccountCaller): string {
  // Names of users may be one letter, those of sessions may not.
  if (caller.kind === 'user') return caller.userName.padEnd(SHORTEST_SESSION_NAME, '-')
  return session?.holder.kind === 'assumed-role' ? session.holder.sessionName : caller.kind
}
