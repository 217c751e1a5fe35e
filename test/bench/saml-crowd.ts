import { written } from '../saml/canonical-xml.ts'
import { signer } from '../saml/certificates.ts'
import { assertion, metadata, response, withSignature } from '../saml/saml-idp.ts'
import { assumeRoleRequests } from './against-bare.ts'
import type { BrokerQuestion, BrokerStarted, LongestTurn } from './broker-child.ts'
import { Child } from './child.ts'
import type { CrowdDone, CrowdQuestion, CrowdReady } from './crowd-child.ts'
import { DIRECTORY, UNTHROTTLED } from './directory.ts'
import type { Latencies, LatencyQuestion } from './latency-child.ts'
import { median, percentile, type Row, rounded } from './row.ts'

const ACCOUNT = '555555555555'
const PROVIDER = `arn:aws:iam::${ACCOUNT}:saml-provider/corp`
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Engineer`
const LOGINS = 200
const LOAD_CORE = 1
const ROUNDS = 24
const EVERY_MS = 4
const QUIET_MS = 1500

/**
 * What AssumeRole has of two hundred people who sign in by SAML at once: how long it takes while nobody does and while
 * they do, in turn, asked from a core of their own where that can be. Latencies of all rounds are held together: one in a
 * hundred of a round is two or three.
 */
export async function samlCrowd(): Promise<readonly Row[]> {
  return [...(await crowdOn('open')), ...(await crowdOn('new'))]
}

/** @param connections - those that the crowd has already, or new ones: any Node takes milliseconds to accept hundreds */
async function crowdOn(connections: 'open' | 'new'): Promise<readonly Row[]> {
  const idp = signer()
  // Not kept on one core: it reads and verifies on threads, so that whoever answers has another.
  using broker = new Child('broker-child')
  using traffic = new Child('latency-child', LOAD_CORE)
  using people = new Child('crowd-child', LOAD_CORE)
  const start = { directory: directoryWith(metadata([idp])), limits: UNTHROTTLED, data: ':memory:' }
  const started = await broker.ask<BrokerQuestion, BrokerStarted>({ start })
  const { endpoint } = started
  const requests = await assumeRoleRequests(started)
  const logins = () =>
    Array.from({ length: LOGINS }, () => {
      const made = withSignature(assertion({ roles: [`${ROLE},${PROVIDER}`] }), idp)
      return exchange(Buffer.from(written(response({}, made))).toString('base64'))
    })
  const during = async (work: () => Promise<unknown>): Promise<Latencies> => {
    await traffic.ask<LatencyQuestion, Latencies>({ endpoint, requests, everyMs: EVERY_MS })
    await work()
    return await traffic.ask<LatencyQuestion, Latencies>({ end: true })
  }
  const prepare = () =>
    people.ask<CrowdQuestion, CrowdReady>({ endpoint, requests: logins(), anew: connections === 'new' })
  const signIn = () => people.ask<CrowdQuestion, CrowdDone>({ send: true })
  // What is loaded once, threads that are started, and a compiler that comes to rest.
  await prepare()
  await during(signIn)
  const quiet: number[] = []
  const crowded: number[] = []
  const seconds: number[] = []
  const latest: number[] = []
  let failures = 0
  for (let round = 0; round < ROUNDS; round++) {
    const calm = await during(() => new Promise((resolve) => setTimeout(resolve, QUIET_MS)))
    await prepare()
    await broker.ask<BrokerQuestion, LongestTurn>({ longestTurn: true })
    let crowd: CrowdDone | undefined
    const busy = await during(async () => {
      crowd = await signIn()
    })
    latest.push((await broker.ask<BrokerQuestion, LongestTurn>({ longestTurn: true })).ms)
    seconds.push(crowd?.seconds ?? Number.NaN)
    failures += calm.failures + busy.failures + (crowd?.failures ?? LOGINS)
    quiet.push(...calm.took)
    crowded.push(...busy.took)
  }
  return [
    {
      work: `AssumeRole while ${LOGINS} sign in by SAML at once, ${connections} connections: p99 over quiet p99`,
      measured: `${spectrum(crowded)}, quiet ${spectrum(quiet)}; the logins took ${rounded(median(seconds))} s; ${failures} failures`,
      value: failures === 0 ? percentile(crowded, 0.99) / percentile(quiet, 0.99) : Number.POSITIVE_INFINITY,
      unit: 'x',
      target: { atLeast: 3 },
    },
    {
      work: `how late the event loop is at worst meanwhile, ${connections} connections`,
      measured: `median of ${ROUNDS} crowds ${rounded(median(latest))} ms`,
      value: Math.max(...latest),
      unit: 'ms',
      target: { atLeast: 50 },
    },
  ]
}

function spectrum(values: readonly number[]): string {
  return `${rounded(percentile(values, 0.5))} / ${rounded(percentile(values, 0.99))} ms`
}

function directoryWith(SamlMetadataDocument: string) {
  const Statement = { Effect: 'Allow', Principal: { Federated: PROVIDER }, Action: 'sts:AssumeRoleWithSAML' }
  const AssumeRolePolicyDocument = { Version: '2012-10-17', Statement }
  const SAMLProviders = [{ Name: 'corp', SamlMetadataDocument }]
  const Roles = [{ RoleName: 'Engineer', AssumeRolePolicyDocument }]
  return { Accounts: [...DIRECTORY.Accounts, { Id: ACCOUNT, SAMLProviders, Roles }] }
}

function exchange(SAMLAssertion: string) {
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithSAML',
    Version: '2011-06-15',
    RoleArn: ROLE,
    PrincipalArn: PROVIDER,
    SAMLAssertion,
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return { method: 'POST', path: '/', headers, body }
}
