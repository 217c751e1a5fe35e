import { constants, setPriority } from 'node:os'
import { written } from '../saml/canonical-xml.ts'
import { signer } from '../saml/certificates.ts'
import { assertion, metadata, response, withSignature } from '../saml/saml-idp.ts'
import { assumeRoleRequests } from './against-bare.ts'
import type { BrokerQuestion, BrokerStarted, LongestTurn } from './broker-child.ts'
import { Child } from './child.ts'
import { DIRECTORY, UNTHROTTLED } from './directory.ts'
import type { Latencies, LatencyQuestion } from './latency-child.ts'
import { median, type Row, rounded, spread } from './row.ts'
import { send } from './signed-request.ts'

const ACCOUNT = '555555555555'
const PROVIDER = `arn:aws:iam::${ACCOUNT}:saml-provider/corp`
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Engineer`
const LOGINS = 200
const ROUNDS = 9
const EVERY_MS = 4
const QUIET_MS = 1000

/**
 * What AssumeRole has of two hundred people who sign in by SAML at once: how long it takes while nobody does and while
 * they do, in turn, on the cores that the machine has.
 */
export async function samlCrowd(): Promise<readonly Row[]> {
  const idp = signer()
  using broker = new Child('broker-child')
  using traffic = new Child('latency-child')
  const start = { directory: directoryWith(metadata([idp])), limits: UNTHROTTLED, data: ':memory:' }
  const started = await broker.ask<BrokerQuestion, BrokerStarted>({ start })
  const { endpoint } = started
  const requests = await assumeRoleRequests(started)
  const logins = (amount: number) =>
    Array.from({ length: amount }, () => {
      const made = withSignature(assertion({ roles: [`${ROLE},${PROVIDER}`] }), idp)
      return exchange(Buffer.from(written(response({}, made))).toString('base64'))
    })
  const during = async (work: () => Promise<unknown>): Promise<Latencies> => {
    await traffic.ask<LatencyQuestion, Latencies>({ endpoint, requests, everyMs: EVERY_MS })
    await work()
    return await traffic.ask<LatencyQuestion, Latencies>({ end: true })
  }
  // In earnest those who sign in are elsewhere: here they give way to who is measured.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  // What is loaded once, threads that are started, and a compiler that comes to rest.
  await during(() => Promise.all(logins(40).map((each) => send(endpoint, each))))
  const quiet: number[] = []
  const crowded: number[] = []
  const seconds: number[] = []
  const latest: number[] = []
  let failures = 0
  for (let round = 0; round < ROUNDS; round++) {
    const calm = await during(() => new Promise((resolve) => setTimeout(resolve, QUIET_MS)))
    const crowd = logins(LOGINS)
    await broker.ask<BrokerQuestion, LongestTurn>({ longestTurn: true })
    const startedAt = performance.now()
    const busy = await during(async () => {
      const ended = await Promise.allSettled(crowd.map((each) => send(endpoint, each)))
      failures += ended.filter(({ status }) => status === 'rejected').length
    })
    latest.push((await broker.ask<BrokerQuestion, LongestTurn>({ longestTurn: true })).ms)
    seconds.push((performance.now() - startedAt) / 1000)
    failures += calm.failures + busy.failures
    quiet.push(p99(calm.took))
    crowded.push(p99(busy.took))
  }
  // Neighbours in time, because what else the machine does changes from second to second.
  const ratios = crowded.map((each, round) => each / (quiet[round] ?? Number.NaN))
  return [
    {
      work: `AssumeRole's p99 while ${LOGINS} sign in by SAML at once, over its quiet p99`,
      measured: `${rounded(median(crowded))} ms, quiet ${rounded(median(quiet))} ms; ratios ${spread(ratios)}; the logins took ${rounded(median(seconds))} s; ${failures} failures`,
      value: failures === 0 ? median(ratios) : Number.POSITIVE_INFINITY,
      unit: 'x',
      target: { atLeast: 3 },
    },
    {
      work: `how late the event loop is at worst while ${LOGINS} sign in by SAML at once`,
      measured: `${rounded(median(latest))} ms; ${spread(latest)}`,
      value: median(latest),
      unit: 'ms',
      target: { atLeast: 50 },
    },
  ]
}

function p99(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * 0.99)] ?? Number.NaN
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
