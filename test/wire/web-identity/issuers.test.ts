import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startTestBroker, type TestBroker } from '../../../src/testing/index.ts'
import { DISCOVERY, type FakeIssuer, type IssuerKey, issuerKey, signed, startIssuer } from '../../fake-issuer.ts'
import { SOURCE } from '../cast.ts'
import { formPost, send, type WireAnswer } from '../wire-client.ts'
import { HOSTILE_ISSUERS, type Neighbours } from './issuers.ts'
import { CLIENT, providerArn, role, roleArn, trusting } from './setting.ts'

const MOST_CPU_US = 50_000
/** For everything that is fetched for one token, and a little for the machine. */
const LONGEST_MS = 3500

describe('issuers', () => {
  const opened = new AsyncDisposableStack()
  let broker: TestBroker
  let key: IssuerKey
  let neighbours: Neighbours
  let issuers: readonly FakeIssuer[]
  let good: FakeIssuer
  let dead: FakeIssuer
  let rotating: FakeIssuer
  let many: FakeIssuer
  let nobody: FakeIssuer

  const start = async (keys: readonly IssuerKey[] = [key]) => opened.use(await startIssuer(keys))
  before(async () => {
    key = await issuerKey('rsa')
    neighbours = { closed: await start(), other: await start() }
    const all: FakeIssuer[] = []
    for (const { prepare } of HOSTILE_ISSUERS) {
      const issuer = await start()
      prepare(issuer, key, neighbours)
      all.push(issuer)
    }
    issuers = all
    good = await start()
    dead = await start()
    rotating = await start()
    many = await start()
    nobody = await startIssuer([key])
    await nobody[Symbol.asyncDispose]()
    const trusted = [neighbours.other, ...issuers, good, dead, rotating, many, nobody]
    const trust = trusted.map((each) => trusting(providerArn(each)))
    const roles = trust.map((statement, index) => role(`Role${index}`, statement))
    broker = opened.use(
      await startTestBroker({
        federation: { localIssuers: trusted.map(({ origin }) => origin) },
        // Fewer than wait for the issuer that hangs.
        limits: { requestsAtOnce: 8 },
        directory: {
          Accounts: [
            {
              Id: SOURCE,
              OIDCProviders: trusted.map(({ issuer }) => ({ Url: issuer, ClientIdList: [CLIENT] })),
              Roles: roles,
            },
          ],
        },
      }),
    )
    roleOf = new Map(trusted.map((each, index) => [each, `Role${index}`]))
  })
  after(() => opened.disposeAsync())
  let roleOf: ReadonlyMap<FakeIssuer, string>

  const tokenOf = async ({ issuer: iss }: FakeIssuer, by = key): Promise<string> => {
    const now = Math.floor(Date.now() / 1000)
    return await signed({ iss, sub: 'alice', aud: CLIENT, iat: now, exp: now + 300 }, by)
  }
  const exchange = async (issuer: FakeIssuer, token: string): Promise<WireAnswer> =>
    await send(
      broker.endpoint,
      formPost(new URL(broker.endpoint).host, {
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: roleArn(roleOf.get(issuer) ?? ''),
        RoleSessionName: 'session',
        WebIdentityToken: token,
      }),
    )
  const timed = async <Result>(work: Promise<Result>): Promise<readonly [Result, number]> => {
    const startedAt = performance.now()
    return [await work, performance.now() - startedAt]
  }

  test('one that publishes what it should is believed', async () => {
    const { status, body } = await exchange(good, await tokenOf(good))
    assert.equal(status, 200, body)
    assert.deepEqual(good.fetched, [DISCOVERY, '/keys'])
  })

  for (const [index, { rule, code, fetched }] of HOSTILE_ISSUERS.entries()) {
    test(`refused: ${rule}`, async () => {
      const issuer = issuers[index] ?? assert.fail()
      const token = await tokenOf(issuer)
      const startedAt = process.cpuUsage()
      const { status, fault, body } = await exchange(issuer, token)
      const { user, system } = process.cpuUsage(startedAt)
      assert.deepEqual([status, fault?.code], [400, code], body)
      assert.deepEqual(issuer.fetched, fetched)
      assert.deepEqual([neighbours.closed.fetched, neighbours.other.fetched], [[], []])
      assert.ok(user + system < MOST_CPU_US, `took ${user + system} us`)
      assert.doesNotMatch(body, /127\.0\.0\.1|169\.254/, 'no address is told')
    })
  }

  test('more than 100 RSA keys leave the EC keys as they are', async () => {
    const ec = await issuerKey('ec', 'ES256')
    many.keys = [ec.jwk, ...Array.from({ length: 101 }, (_, index) => ({ ...key.jwk, kid: `k${index}` }))]
    assert.equal((await exchange(many, await tokenOf(many, ec))).status, 200)
  })

  test('keys may be changed at any time: a new one is taken with the first token that names it', async () => {
    assert.equal((await exchange(rotating, await tokenOf(rotating))).status, 200)
    const next = await issuerKey('next', 'ES384')
    rotating.keys = [key.jwk, next.jwk]
    assert.equal((await exchange(rotating, await tokenOf(rotating, next))).status, 200)
    assert.equal((await exchange(rotating, await tokenOf(rotating))).status, 200)
    assert.equal(rotating.fetched.length, 4)
  })

  test('one that nobody listens at cannot be reached', async () => {
    const { fault } = await exchange(nobody, await tokenOf(nobody))
    assert.equal(fault?.code, 'IDPCommunicationError')
  })

  test('one that hangs slows no other; its known keys go on, and new ones are refused in time', async () => {
    assert.equal((await exchange(dead, await tokenOf(dead))).status, 200)
    dead.delayMs = Number.POSITIVE_INFINITY
    const stranger = await tokenOf(dead, await issuerKey('new'))
    const waiting = Array.from({ length: 100 }, () => timed(exchange(dead, stranger)))
    await new Promise((resolve) => setTimeout(resolve, 300))

    const known: number[] = []
    const others: number[] = []
    for (let times = 0; times < 20; times++) {
      const [mine, took] = await timed(exchange(dead, await tokenOf(dead)))
      const [other, tookOther] = await timed(exchange(good, await tokenOf(good)))
      assert.deepEqual([mine.status, other.status], [200, 200])
      known.push(took)
      others.push(tookOther)
    }
    const median = (values: readonly number[]) => values.toSorted((one, two) => one - two)[10] ?? 0
    assert.ok(median(known) < 200 && median(others) < 200, `${median(known)} ms and ${median(others)} ms`)
    for (const [{ fault }, took] of await Promise.all(waiting)) {
      assert.equal(fault?.code, 'IDPCommunicationError')
      assert.ok(took < LONGEST_MS, `${took} ms`)
    }
    // Two fetches were made for the known key before, and one for all who asked for the new one.
    assert.equal(dead.fetched.length, 3)
  })
})
