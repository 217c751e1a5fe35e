import type { BrowserHandles } from '../domain/browser/index.ts'
import { rolesClaimed, sessionNameOf } from '../domain/federation/index.ts'
import type { ConsoleBroker, FinishedSignIn, OidcOffer, OidcSignIns } from '../doors/console/index.ts'
import {
  AccessDenied,
  Fault,
  IdpCommunicationError,
  IdpRejectedClaim,
  InvalidIdentityToken,
  oidcProviderArn,
  parseArn,
  type RequestFacts,
  Secret,
  ServiceUnavailable,
} from '../model/index.ts'
import { listOfferedRoles, NobodyTrusts } from '../operations/sts/index.ts'
import { byWebIdentity, RefusedProof } from '../pipeline/authentication/index.ts'
import { type BrokerParts, submit, Throttle } from '../pipeline/index.ts'
import type { BoundedWork } from '../platform/bounded-work.ts'
import type { LoginDoor } from '../platform/config/index.ts'
import type { LoginProvider, LoginRefusal } from './login-provider.ts'
import { leadsTo, type RolePlace, rolePlaces } from './role-places.ts'
import { sessionTokenIn } from './session-token-in.ts'

interface OidcSignInParts extends Pick<ConsoleBroker, 'exchange'> {
  readonly broker: BrokerParts
  readonly states: BrowserHandles
  /** Refuses who begins too many. @throws Overloaded */
  mayBegin(facts: RequestFacts): void
  readonly providers: ReadonlyMap<string, LoginProvider>
  readonly region: string
  /** How often roles are looked for at one door, a second; 0: as often as anybody asks. */
  readonly rate: number
  /** Does the work of requests: waiting for a provider holds no place in it. */
  readonly work: Pick<BoundedWork, 'outside'>
  /** Where browsers find this node. */
  origin(): string
}

/** Of all accounts together, for one sign-in. */
const MOST_JUDGED = 1000
const NOT_AUTHORIZED = 'Not authorized to perform sts:AssumeRoleWithWebIdentity'

/** A token, and what is to be had for it. */
interface Shown {
  readonly door: LoginDoor
  readonly token: Secret
}

/** What came of looking for roles. */
interface Search extends OidcOffer {
  /** A role that does not take the token and can explain why. */
  readonly nearest: string | undefined
  /** What an account said that has no role for it. */
  readonly refusal: Fault | undefined
}

/** Signing in at an OpenID Connect provider: begun and finished there, proven and judged here, exchanged as over the wire. */
export function oidcSignIns(parts: OidcSignInParts): OidcSignIns {
  const { broker, states, providers, region, work, rate } = parts
  const { directory, webIdentities } = broker
  const searches = rate === 0 ? undefined : new Throttle<string>(rate)
  const redirectUri = (name: string) => `${parts.origin()}/login/${name}/callback`

  /** What says nothing that can be read is refused as such where it is proven. */
  const rolesNamedBy = (token: Secret): readonly string[] | undefined => {
    const { claims } = webIdentities.read(token.reveal())
    try {
      return rolesClaimed(claims.all)
    } catch {
      return undefined
    }
  }

  /** The roles of one account that take the token. */
  const offeredIn = async (
    { account, among }: RolePlace,
    most: number,
    { door, token }: Shown,
    facts: RequestFacts,
  ) => {
    const { claims } = webIdentities.read(token.reveal())
    // No role is chosen yet, so it is shown for the provider; what roles the token names are those that are asked for.
    const provider = oidcProviderArn(directory.partition, account, claims.issuer.replace(/^https?:\/\//, ''))
    const roleArn = parseArn(among?.[0] ?? provider)
    if (roleArn === undefined) throw new InvalidIdentityToken('The token has an issuer that no provider has')
    const prove = () =>
      byWebIdentity({ token, providerId: undefined, roleArn }, region, broker, (load) => work.outside(load))
    const input = () => {
      const sessionName = sessionNameOf(claims.all, door.sessionName)
      if (sessionName === undefined) throw nameless(door, provider)
      return { account, token, sessionName, among, most }
    }
    return await submit(listOfferedRoles, { facts, prove, input }, broker)
  }

  const search = async (shown: Shown, facts: RequestFacts): Promise<Search> => {
    // Anybody may have a token of the provider: they are held to a rate before it costs anything, and leaves no record.
    searches?.charge(shown.door.issuer, broker.wireClock.now())
    const accounts: OidcOffer['accounts'][number][] = []
    let isWhole = true
    let left = MOST_JUDGED
    let nearest: string | undefined
    let refusal: Fault | undefined
    for (const place of rolePlaces(shown.door, rolesNamedBy(shown.token))) {
      isWhole &&= left > 0
      if (left <= 0) break
      try {
        const offered = await offeredIn(place, left, shown, facts)
        left -= offered.judged
        isWhole &&= offered.isWhole
        nearest ??= offered.nearest
        const alias = (await directory.account(place.account))?.alias
        if (offered.roles.length > 0) accounts.push({ id: place.account, alias, roles: offered.roles })
      } catch (error) {
        if (!(error instanceof Fault) || error.httpStatus >= 500) throw error
        if (error.cause instanceof NobodyTrusts) {
          left -= error.cause.judged
          isWhole &&= error.cause.isWhole
        }
        // What an account says that knows the provider explains more than that others do not.
        if (refusal?.explanation === undefined) refusal = error
      }
    }
    return { accounts, isWhole, nearest, refusal }
  }

  const exchange = async ({ door, token }: Shown, roleArn: string, facts: RequestFacts) => {
    const { claims } = webIdentities.read(token.reveal())
    const RoleSessionName = sessionNameOf(claims.all, door.sessionName) ?? ''
    const params = { RoleArn: roleArn, RoleSessionName, WebIdentityToken: token.reveal() }
    return sessionTokenIn(await parts.exchange('AssumeRoleWithWebIdentity', params, facts))
  }

  /** The role that explains most is asked for, so that the refusal is recorded with its reasons. */
  const refuse = async (shown: Shown, found: Search, facts: RequestFacts): Promise<FinishedSignIn> => {
    const { nearest, refusal, isWhole } = found
    try {
      if (nearest !== undefined) return { outcome: 'for-browser', sessionToken: await exchange(shown, nearest, facts) }
      throw refusal ?? new AccessDenied(NOT_AUTHORIZED)
    } catch (error) {
      if (isWhole || !(error instanceof Fault) || error.httpStatus >= 500) throw error
      return { outcome: 'cut-short', because: error }
    }
  }

  const waitingAt = async (name: string, handle: string, which: 'find' | 'take', { now }: RequestFacts) => {
    const door = providers.get(name)?.door
    const state = await states[which]('oidc-token', handle, now)
    // A door that leads elsewhere has never seen the token.
    return door === undefined || state?.door !== name ? undefined : { door, token: new Secret(state.token) }
  }

  return {
    doors: [...providers.keys()],

    async begin(name, facts) {
      const provider = providers.get(name)
      if (provider === undefined) return undefined
      parts.mayBegin(facts)
      const begun = await work.outside(provider.begin(redirectUri(name)))
      if ('failure' in begun) return failed(begun)
      const { state, nonce, codeVerifier } = begun.proof
      const ticket = states.seal('oidc-login', { door: name, state, nonce, codeVerifier }, facts.now)
      return { outcome: 'begun', url: begun.url, handle: ticket }
    },

    async finish(name, answer, handle = '', facts) {
      const provider = providers.get(name)
      if (provider === undefined) return undefined
      const begun = await states.unused('oidc-login', handle, facts.now)
      // Each door is answered at an address of its own, so that no provider can pass for another.
      if (begun === undefined || begun.door !== name) return { outcome: 'not-begun' }
      const proof = { ...begun, redirectUri: redirectUri(name) }
      const tokens = await work.outside(provider.finish(String(new URLSearchParams(answer)), proof))
      if ('failure' in tokens) return failed(tokens)
      if (!(await states.use('oidc-login', handle, facts.now))) return { outcome: 'not-begun' }
      if (!directory.isCurrent()) throw new ServiceUnavailable('the change log cannot be followed')
      const shown = { door: provider.door, token: tokens.idToken }
      const found = await search(shown, facts)
      if (found.accounts.length === 0) return await refuse(shown, found, facts)
      const only = onlyRole(found)
      if (only !== undefined) return { outcome: 'for-browser', sessionToken: await exchange(shown, only, facts) }
      const waiting = await states.keep('oidc-token', { door: name, token: tokens.idToken.reveal() }, facts.now)
      return { outcome: 'to-choose', handle: waiting }
    },

    async offered(name, handle, facts) {
      const shown = await waitingAt(name, handle, 'find', facts)
      if (shown === undefined) return undefined
      if (!directory.isCurrent()) throw new ServiceUnavailable('the change log cannot be followed')
      const found = await search(shown, facts)
      if (found.accounts.length === 0) throw new AccessDenied(NOT_AUTHORIZED)
      return found
    },

    async choose(name, handle, roleArn, facts) {
      const shown = await waitingAt(name, handle, 'take', facts)
      if (shown === undefined) return undefined
      // The role itself is judged by the exchange; where the door leads, the configuration says alone.
      if (!leadsTo(shown.door, roleArn)) throw new AccessDenied(NOT_AUTHORIZED)
      return await exchange(shown, roleArn, facts)
    },
  }
}

function onlyRole({ accounts, isWhole }: OidcOffer): string | undefined {
  const [role, second] = accounts.flatMap(({ roles }) => roles)
  return second === undefined && isWhole ? role?.arn : undefined
}

function nameless({ sessionName }: LoginDoor, provider: string): Fault {
  const found = `the token has no claim ${sessionName} that a session can be named by, or says that it was not verified`
  const changes = [
    `Have the provider say ${sessionName} in its ID tokens, or name another claim: login.NAME.sessionName.`,
  ]
  return new InvalidIdentityToken(`Missing a required claim: ${sessionName}`, {
    cause: new RefusedProof(provider, () => [{ check: 'claims', outcome: 'no', found, changes }]),
  })
}

function failed({ failure, message }: LoginRefusal) {
  return { outcome: 'failed', failure, because: faultOf(failure, message) } as const
}

function faultOf(failure: LoginRefusal['failure'], detail: string): Fault {
  if (failure === 'refused') return new IdpRejectedClaim(detail)
  if (failure === 'unreachable' || failure === 'unusable') return new IdpCommunicationError(detail)
  return new InvalidIdentityToken('The answer is none to a sign-in that was begun here.', { detail })
}
