import { BrowserHandles, type BrowserState, isDigestOf } from '../domain/browser/index.ts'
import type { ConsoleBroker, ConsoleSession } from '../doors/console/index.ts'
import {
  type AccountCaller,
  ExpiredToken,
  epochMillis,
  InvalidClientTokenId,
  MissingAuthenticationToken,
  type RequestFacts,
  Secret,
  ServiceUnavailable,
  type TemporaryCredentials,
} from '../model/index.ts'
import { sessionLogin } from '../operations/signin/index.ts'
import { byConsoleSession, type Proven } from '../pipeline/authentication/index.ts'
import {
  type AskedByName,
  askedByName,
  type BrokerParts,
  type QueryService,
  requestFacts,
  type SubmitAsked,
  submit,
} from '../pipeline/index.ts'
import type { BoundedWork } from '../platform/bounded-work.ts'
import type { BrowserStates } from '../platform/storage/index.ts'
import { beginningLimit } from './begun-sign-ins.ts'
import type { LoginProvider } from './login-provider.ts'
import { oidcSignIns } from './oidc-sign-ins.ts'
import { passwordSignIn } from './password-sign-in.ts'
import { placesOf, switchedPlacesOf } from './places-of.ts'
import { samlSignIns } from './saml-sign-ins.ts'
import { signinTokens } from './signin-tokens.ts'
import { switchedRoles } from './switched-roles.ts'

/** Where users are once they have signed in. */
const HOME = '/console'

interface ConsoleBrokerParts {
  readonly broker: BrokerParts
  readonly browsers: BrowserStates
  /** At which people sign in, by the names of their doors. */
  readonly loginProviders: ReadonlyMap<string, LoginProvider>
  /** Of each account and each login door, a second; 0: whatever comes. */
  readonly accountRate: number
  readonly services: readonly QueryService[]
  readonly submitAsked: SubmitAsked
  readonly region: string
  readonly maxParameters: number
  readonly work: BoundedWork
  /** Where browsers find it. */
  origin(): string
}

/** What pages ask of a node. */
export function consoleBroker(parts: ConsoleBrokerParts): ConsoleBroker {
  const { broker, region, submitAsked, services, maxParameters, work } = parts
  const { keyring, random, sessions, directory } = broker
  const mayBegin = beginningLimit(broker.wireClock)
  const states = new BrowserHandles({ states: parts.browsers, keyring, random })

  const ask = async (asked: AskedByName, facts: RequestFacts, prove: () => Promise<Proven<AccountCaller>>) => {
    if (!directory.isCurrent()) throw new ServiceUnavailable('the change log cannot be followed')
    return await submitAsked(askedByName(asked, services, maxParameters), facts, prove)
  }
  const nobody = async (): Promise<never> => {
    throw new MissingAuthenticationToken()
  }
  const exchange: ConsoleBroker['exchange'] = (action, params, facts) =>
    ask({ service: 'sts', action, params }, facts, nobody)
  const callerOf = async (sessionToken: string, { now }: RequestFacts): Promise<AccountCaller | undefined> => {
    try {
      return (await byConsoleSession(sessionToken, region, now, broker)).caller
    } catch (error) {
      if (error instanceof ExpiredToken || error instanceof InvalidClientTokenId) return undefined
      throw error
    }
  }
  const begin = async (
    sessionToken: string,
    signedInBy: ConsoleSession['signedInBy'],
    caller: AccountCaller,
    { now }: RequestFacts,
    until = epochMillis(Number.POSITIVE_INFINITY),
    from?: ConsoleSession,
  ): Promise<ConsoleSession> => {
    const endsAt = epochMillis(Math.min(until, caller.session?.expiresAt ?? now))
    const formToken = states.newSecret()
    const state = { sessionToken, formToken, signedInBy, signedInAt: now, endsAt, switchedFrom: from?.handle }
    // It leads back to who signed in when the role is over.
    const places = from === undefined ? placesOf(caller) : switchedPlacesOf(from.handle)
    const handle = await states.keep('console-session', state, now, from?.expiresAt ?? endsAt, places)
    return sessionFrom(handle, state, caller, from)
  }
  const act: ConsoleBroker['act'] = ({ sessionToken }, asked, facts) =>
    ask(asked, facts, () => byConsoleSession(sessionToken.reveal(), region, facts.now, broker))
  const sessionOf: ConsoleBroker['sessionOf'] = async (handle, facts) => {
    const state = await states.find('console-session', handle, facts.now)
    if (state === undefined) return undefined
    const { switchedFrom } = state
    const caller = await callerOf(state.sessionToken, facts)
    const from = switchedFrom === undefined ? undefined : await sessionOf(switchedFrom, facts)
    const isOver = switchedFrom !== undefined && from === undefined
    if (caller !== undefined && !isOver) return sessionFrom(handle, state, caller, from)
    if (from === undefined) await states.end('console-session', handle)
    return from
  }

  const credentialsFrom = (sessionToken: string, { kind }: AccountCaller): TemporaryCredentials | undefined => {
    const opened = kind === 'assumed-role' ? sessions.open(sessionToken) : undefined
    if (opened === undefined) return undefined
    const { session, secretAccessKey } = opened
    const { id: sessionId, accessKeyId, expiresAt } = session
    return { sessionId, accessKeyId, secretAccessKey, sessionToken, expiresAt }
  }

  return {
    ...passwordSignIn({
      broker,
      states,
      region,
      work,
      loginTo: () => `${parts.origin()}${HOME}`,
      ask,
      callerOf,
      begin: (sessionToken, caller, facts) => begin(sessionToken, 'password', caller, facts),
    }),

    get origin() {
      return parts.origin()
    },
    region,
    states,
    factsOf: (received, connection) => requestFacts(received, connection, broker),

    async signIn(sessionToken, signedInBy, facts, until) {
      let caller: AccountCaller | undefined
      const prove = async () => {
        const proven = await byConsoleSession(sessionToken, region, facts.now, broker)
        caller = proven.caller
        return proven
      }
      const input = () => ({ loginTo: `${parts.origin()}${HOME}` })
      await submit(sessionLogin, { facts, prove, input }, broker)
      if (caller === undefined) throw new Error('somebody signed in who was not proven')
      return await begin(sessionToken, signedInBy, caller, facts, until)
    },

    signinTokens: signinTokens({ broker, states, region }),

    saml: samlSignIns({
      broker,
      states,
      work,
      mayBegin,
      async exchange(params, facts, answers) {
        const asked = askedByName({ service: 'sts', action: 'AssumeRoleWithSAML', params }, services, maxParameters)
        if (asked.proof !== 'saml') throw new Error('assertions prove nobody any more')
        return await submitAsked({ ...asked, input: () => ({ ...asked.input(), answers }) }, facts, nobody)
      },
    }),

    oidc: oidcSignIns({
      broker,
      states,
      mayBegin,
      providers: parts.loginProviders,
      region,
      rate: parts.accountRate,
      work,
      exchange,
      origin: () => parts.origin(),
    }),

    sessionOf,

    async signOut(handle) {
      const { switchedFrom } = (await states.take('console-session', handle, broker.clock.now())) ?? {}
      if (switchedFrom !== undefined) await states.end('console-session', switchedFrom)
    },

    act,
    ...switchedRoles({
      broker,
      states,
      region,
      act,
      read: (asked) => askedByName(asked, services, maxParameters),
      begin: (sessionToken, from, caller, facts) =>
        begin(sessionToken, from.signedInBy, caller, facts, from.expiresAt, from),
    }),

    exchange,

    credentialsOf: ({ caller, sessionToken }) => credentialsFrom(sessionToken.reveal(), caller),

    async redeem(code, verifier, facts) {
      const state = await states.take('terminal-code', code, facts.now)
      if (state === undefined || !isDigestOf(state.challenge, verifier.reveal())) return undefined
      const caller = await callerOf(state.sessionToken, facts)
      return caller && credentialsFrom(state.sessionToken, caller)
    },
  }
}

function sessionFrom(
  handle: string,
  { sessionToken, formToken, signedInBy, signedInAt, endsAt: expiresAt }: BrowserState['console-session'],
  caller: AccountCaller,
  switchedFrom: ConsoleSession | undefined,
): ConsoleSession {
  const { account, arn } = caller
  const token = new Secret(sessionToken)
  return {
    handle,
    caller,
    account,
    arn,
    formToken,
    signedInBy,
    signedInAt,
    expiresAt,
    sessionToken: token,
    switchedFrom,
  }
}
