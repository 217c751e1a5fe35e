import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FetchedKeys, UnusableKeys } from '../../../../src/domain/federation/oidc/fetch-keys.ts'
import { IssuerKeys } from '../../../../src/domain/federation/oidc/issuer-keys.ts'
import { readKeySet } from '../../../../src/domain/federation/oidc/key-set.ts'
import { epochMillis } from '../../../../src/model/index.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const EC = { kty: 'EC', crv: 'P-256', x: 'AQAB', y: 'AQAB' }

/** Keys of an issuer that publishes what `now.keys` says, or fails as `now.failure` says. */
function anIssuer() {
  const now = { ms: 1_000_000, kids: ['one'], failure: undefined as UnusableKeys['failure'] | undefined, hangs: false }
  let fetches = 0
  const fetch = async (): Promise<FetchedKeys> => {
    fetches += 1
    if (now.hangs) await new Promise(() => undefined)
    await new Promise((resolve) => setImmediate(resolve))
    if (now.failure !== undefined) throw new UnusableKeys(now.failure, 'as told')
    const keys = readKeySet(Buffer.from(JSON.stringify({ keys: now.kids.map((kid) => ({ ...EC, kid })) })))
    return { keys: keys ?? assert.fail(), freshMs: 10 * MINUTE }
  }
  const keys = new IssuerKeys({ fetch, clock: { now: () => epochMillis(now.ms) } })
  const find = async (kid: string): Promise<string> => {
    try {
      await keys.find(kid, 'ES256', (load) => load)
      return 'found'
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error)
    }
  }
  return { now, find, fetches: () => fetches }
}

test('many who need the keys at once wait for one fetch', async () => {
  const { find, fetches } = anIssuer()
  const found = await Promise.all(Array.from({ length: 30 }, () => find('one')))
  assert.deepEqual(new Set(found), new Set(['found']))
  assert.equal(fetches(), 1)
})

test('not more than a few dozen wait for one issuer: the others are told to come again', async () => {
  const { now, find } = anIssuer()
  now.hangs = true
  const answers: string[] = []
  for (let index = 0; index < 50; index++) void find('one').then((answer) => answers.push(answer))
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(answers, Array(18).fill('IDPCommunicationError'))
})

test('keys that nobody knows are looked for once in a cool-down, however many tokens name one', async () => {
  const { now, find, fetches } = anIssuer()
  await find('one')
  const found = await Promise.all(Array.from({ length: 1000 }, (_, index) => find(`unknown-${index}`)))
  assert.equal(fetches(), 2)
  assert.ok(found.every((each) => each === 'InvalidIdentityToken' || each === 'IDPCommunicationError'))
  now.ms += 29 * SECOND
  assert.equal(await find('unknown'), 'InvalidIdentityToken')
  assert.equal(fetches(), 2)
  now.ms += 1 * SECOND
  assert.equal(await find('unknown'), 'InvalidIdentityToken')
  assert.equal(fetches(), 3)
})

test('what was fetched for a token is not fetched again for it', async () => {
  const { find, fetches } = anIssuer()
  assert.equal(await find('unknown'), 'InvalidIdentityToken')
  assert.equal(fetches(), 1)
})

test('a new key is taken at once, and at the latest when the cool-down is over; one that was removed is refused then', async () => {
  const { now, find } = anIssuer()
  await find('one')
  now.kids = ['two']
  assert.equal(await find('two'), 'found')
  assert.equal(await find('one'), 'InvalidIdentityToken')
  now.kids = ['three']
  assert.equal(await find('three'), 'InvalidIdentityToken')
  now.ms += 30 * SECOND
  assert.equal(await find('three'), 'found')
})

test('keys are fetched again when they are old', async () => {
  const { now, find, fetches } = anIssuer()
  await find('one')
  now.kids = ['two']
  now.ms += 10 * MINUTE - 1
  assert.equal(await find('one'), 'found')
  now.ms += 1
  assert.equal(await find('one'), 'InvalidIdentityToken')
  assert.equal(fetches(), 2)
})

for (const [failure, code] of [
  ['unreachable', 'IDPCommunicationError'],
  ['unusable', 'InvalidIdentityToken'],
  ['certificate', 'InvalidIdentityToken'],
] as const) {
  test(`an issuer that was never reached (${failure}) is tried once in ten seconds`, async () => {
    const { now, find, fetches } = anIssuer()
    now.failure = failure
    const answers = await Promise.all(Array.from({ length: 20 }, () => find('one')))
    assert.deepEqual(new Set(answers), new Set([code]))
    assert.equal(await find('one'), code)
    assert.equal(fetches(), 1)
    now.ms += 10 * SECOND
    now.failure = undefined
    assert.equal(await find('one'), 'found')
    assert.equal(fetches(), 2)
  })
}

test('known keys go on while their issuer is down, for a day; after the first failure nobody waits for the next', async () => {
  const { now, find } = anIssuer()
  await find('one')
  now.failure = 'unreachable'
  now.ms += HOUR
  assert.equal(await find('one'), 'found')
  assert.equal(await find('two'), 'IDPCommunicationError')
  now.hangs = true
  for (let hour = 2; hour < 24; hour++) {
    now.ms += HOUR
    assert.equal(await find('one'), 'found')
  }
})

test('after a day without its issuer no key counts', async () => {
  const { now, find } = anIssuer()
  await find('one')
  now.failure = 'unreachable'
  now.ms += 24 * HOUR
  assert.equal(await find('one'), 'IDPCommunicationError')
  now.ms += 10 * SECOND
  now.failure = undefined
  assert.equal(await find('one'), 'found')
})

test('an issuer that is back is asked again by itself, and then its new keys count', async () => {
  const { now, find } = anIssuer()
  await find('one')
  now.failure = 'unreachable'
  now.ms += HOUR
  await find('one')
  now.failure = undefined
  now.kids = ['two']
  now.ms += 10 * SECOND
  assert.equal(await find('one'), 'found')
  await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal(await find('one'), 'InvalidIdentityToken')
  assert.equal(await find('two'), 'found')
})
