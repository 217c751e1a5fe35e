import { type BrowserHandles, digestOf, isDigestOf } from '../domain/browser/index.ts'
import type { SamlOffer, SamlSignIns } from '../doors/console/index.ts'
import type { ResultStructure } from '../engines/wire/index.ts'
import {
  AccessDenied,
  type AccountId,
  accountId,
  type Fault,
  InvalidIdentityToken,
  parseArn,
  type RequestFacts,
  type SamlCaller,
  ServiceUnavailable,
  samlProviderArn,
  toFault,
  Violation,
} from '../model/index.ts'
import { assumeRoleWithSaml } from '../operations/sts/index.ts'
import { accountNamed, samlSignIn } from '../pipeline/authentication/index.ts'
import { type AskedByName, type BrokerParts, submit } from '../pipeline/index.ts'
import type { BoundedWork } from '../platform/bounded-work.ts'
import { peerNetwork } from '../platform/peer-network.ts'
import { sessionTokenIn } from './session-token-in.ts'

interface SamlSignInParts {
  readonly broker: BrokerParts
  readonly states: BrowserHandles
  /** Does the work of requests: reading and verifying hold no place in it. */
  readonly work: Pick<BoundedWork, 'outside'>
  /** Refuses who begins too many. @throws Overloaded */
  mayBegin(facts: RequestFacts): void
  /** Submits `AssumeRoleWithSAML`. @param answers - the request for a sign-in that the assertion has to answer */
  exchange(
    params: AskedByName['params'],
    facts: RequestFacts,
    answers: string | undefined,
  ): Promise<ResultStructure | undefined>
}

type Offered = SamlOffer['accounts'][number]['roles'][number]

/** In characters: as long as the action takes it. */
const LONGEST_RESPONSE = 100_000
/** What can stand in the name and the path of a role. */
const ROLE = /^role\/[\x21-\x7e]{1,575}$/
const NOT_AUTHORIZED = 'Not authorized to perform sts:AssumeRoleWithSAML'
const USED = 'The assertion was exchanged before. Sign in again.'
const ELSEWHERE = 'This sign-in was begun in another browser, or another one was begun since. Sign in again.'

/** Signing in by SAML: begun here or at the provider, proven here, exchanged as over the wire. */
export function samlSignIns({ broker, states, work, mayBegin, exchange }: SamlSignInParts): SamlSignIns {
  const { directory, samlIdentities, wireClock } = broker

  const begunWith = async (request: string | undefined, { now }: RequestFacts) => {
    const ticket = request?.startsWith('_') === true ? request.slice(1) : ''
    const state = await states.unused('saml-request', ticket, now)
    return state && { ...state, ticket }
  }

  /** @param only - the one role that may be chosen; left out: all of them */
  const accountsOf = async (callers: readonly SamlCaller[], only?: string): Promise<SamlOffer['accounts']> => {
    const byAccount = new Map<AccountId, Map<string, Offered>>()
    for (const { account, provider, roleArns, longestSeconds: seconds } of callers) {
      const roles = byAccount.get(account) ?? new Map<string, Offered>()
      byAccount.set(account, roles)
      for (const arn of roleArns) {
        const { resource = '' } = parseArn(arn) ?? {}
        if (!ROLE.test(resource) || (only !== undefined && arn !== only)) continue
        // By whichever provider it is named first: the response is the same.
        if (!roles.has(arn)) roles.set(arn, { arn, name: nameIn(resource), provider, seconds })
      }
    }
    const accounts = []
    for (const [id, roles] of byAccount) {
      if (roles.size === 0) continue
      accounts.push({ id, alias: (await directory.account(id))?.alias, roles: [...roles.values()] })
    }
    return accounts
  }

  /** Refuses what did not become an exchange, recorded as the one that it would have become. */
  const refused = async (error: unknown, facts: RequestFacts): Promise<never> => {
    const fault = toFault(error)
    const refuse = () => {
      throw fault
    }
    return await submit(assumeRoleWithSaml, { facts, prove: async () => refuse(), input: refuse }, broker).then(refuse)
  }

  const offeredBy = async (response: SamlOffer['response'], facts: RequestFacts): Promise<SamlOffer> => {
    const text = response.reveal()
    if (text.length > LONGEST_RESPONSE) throw new InvalidIdentityToken('Invalid base64 SAMLResponse')
    const { sourceIp } = facts
    const read = await work.outside(samlIdentities.read(text, { peer: peerNetwork(sourceIp ?? '') }))
    const begun = await begunWith(read.answers, facts)
    const asked = begun && {
      request: requestOf(begun.ticket),
      providerArn: begun.provider,
      wasSentTo: (url: string) => begun.sentTo === placeOf(url),
    }
    const callers = await work.outside(samlSignIn({ read, sourceIp, asked }, broker))
    const accounts = await accountsOf(callers, begun?.terminal?.roleArn)
    const [first] = callers
    if (first === undefined) throw new Error('a response was proven by nobody')
    if (accounts.length === 0) throw suspected(new AccessDenied(NOT_AUTHORIZED), first.provider)
    return { response, person: first.sessionName, accounts, begun }
  }

  return {
    metadata: () => samlIdentities.metadata(),

    async begin({ account, provider, terminal }, facts) {
      const { now } = facts
      if (!directory.isCurrent()) throw new ServiceUnavailable('the change log cannot be followed')
      const id = await accountNamed(account, directory)
      const known = id && (await directory.samlProvider(samlProviderArn(directory.partition, id, provider)))
      if (known?.signOnUrl === undefined) return undefined
      mayBegin(facts)
      const browser = states.newSecret()
      const [sentTo, held] = [placeOf(known.signOnUrl), digestOf(browser)]
      const ticket = states.seal('saml-request', { provider: known.arn, sentTo, browser: held, terminal }, now)
      const url = samlIdentities.requestSignIn(known, { id: requestOf(ticket), now: wireClock.now() })
      return url === undefined ? undefined : { url: new URL(url), browser }
    },

    async offered(response, facts) {
      if (!directory.isCurrent()) throw new ServiceUnavailable('the change log cannot be followed')
      try {
        return await offeredBy(response, facts)
      } catch (error) {
        return await refused(error, facts)
      }
    },

    async choose({ response, accounts, begun }, { roleArn, browser }, facts) {
      const roles = accounts.flatMap((each) => each.roles)
      // What was not offered is refused where it is exchanged, by the provider that vouches for the rest.
      const { provider = '', seconds } = roles.find(({ arn }) => arn === roleArn) ?? { provider: roles[0]?.provider }
      if (begun !== undefined) {
        const isHere = browser !== undefined && isDigestOf(begun.browser, browser)
        if (!isHere) return await refused(suspected(new AccessDenied(ELSEWHERE), provider), facts)
        const { terminal } = begun
        if (terminal !== undefined && terminal.roleArn !== roleArn) {
          return await refused(suspected(new AccessDenied(NOT_AUTHORIZED), provider), facts)
        }
        const isFirst = await states.use('saml-request', begun.ticket, facts.now)
        if (!isFirst) return await refused(suspected(new InvalidIdentityToken(USED), provider), facts)
      }
      const params = {
        RoleArn: roleArn,
        PrincipalArn: provider,
        SAMLAssertion: response.reveal(),
        ...(seconds !== undefined && { DurationSeconds: String(seconds) }),
      }
      const sessionToken = sessionTokenIn(await exchange(params, facts, begun && requestOf(begun.ticket)))
      if (begun?.terminal === undefined) return { outcome: 'for-browser', sessionToken }
      const { port, challenge } = begun.terminal
      const code = await states.keep('terminal-code', { sessionToken, challenge }, facts.now)
      return { outcome: 'for-terminal', port, code, state: challenge }
    },
  }
}

/** The id of the request of a sign-in: nobody can make one, an answer names it, and whoever begins costs no place. */
function requestOf(ticket: string): string {
  return `_${ticket}`
}

/** What stands for a URL in the id of a request, which has to be short: half of a digest, which nobody can make another URL for. */
function placeOf(url: string): string {
  return digestOf(url).slice(0, 22)
}

function nameIn(resource: string): string {
  return resource.slice(resource.lastIndexOf('/') + 1)
}

function suspected<Refusal extends Fault>(fault: Refusal, provider: string): Refusal {
  const account = accountId(parseArn(provider)?.account ?? '')
  if (!(account instanceof Violation)) fault.suspect = { kind: 'suspected-identity', as: 'saml', account, provider }
  return fault
}
