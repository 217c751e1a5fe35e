import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IssuerKeys } from '../../../../src/domain/federation/oidc/issuer-keys.ts'
import { type FetchedKeys, UnusableKeys } from '../../../../src/domain/federation/oidc/key-fetcher.ts'
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
      for await (const _ of keys.candidates(kid, 'ES256', (load) => load)) return 'found'
      return 'no answer'
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error)
    }
  }
  return { now, keys, find, fetches: () => fetches }
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

const aMoment = () => new Promise((resolve) => setTimeout(resolve, 10))

test('keys are fetched again when they are old, while they serve for a last minute', async () => {
  const { now, find, fetches } = anIssuer()
  await find('one')
  now.kids = ['two']
  now.ms += 10 * MINUTE - 1
  assert.equal(await find('one'), 'found')
  assert.equal(fetches(), 1)
  now.ms += MINUTE
  assert.equal(await find('one'), 'found')
  await aMoment()
  assert.equal(fetches(), 2)
  assert.equal(await find('one'), 'InvalidIdentityToken')
})

test('a key of which nobody has asked for longer is not used before the issuer has been asked', async () => {
  const { now, find, fetches } = anIssuer()
  await find('one')
  now.kids = ['two']
  now.ms += 11 * MINUTE
  assert.equal(await find('one'), 'InvalidIdentityToken')
  assert.equal(fetches(), 2)
})

test('however many hold a known key, none of them waits or is refused while the issuer takes its time to answer', async () => {
  const { now, find, fetches } = anIssuer()
  await find('one')
  now.hangs = true
  now.ms += 10 * MINUTE
  const found = await Promise.all(Array.from({ length: 1000 }, () => find('one')))
  assert.deepEqual(new Set(found), new Set(['found']))
  assert.equal(fetches(), 2)
})

test('whoever names keys that there are not takes the places of nobody who names one that there is', async () => {
  const { now, find } = anIssuer()
  await find('one')
  now.ms += 12 * MINUTE
  const strangers = Array.from({ length: 100 }, (_, index) => find(`unknown-${index}`))
  const found = await Promise.all(Array.from({ length: 100 }, () => find('one')))
  assert.deepEqual(new Set(found), new Set(['found']))
  assert.deepEqual(new Set(await Promise.all(strangers)), new Set(['InvalidIdentityToken', 'IDPCommunicationError']))
})

test('an answer that never comes holds nobody for longer than all that is asked at once may take', async () => {
  const { now, find } = anIssuer()
  now.hangs = true
  const startedAt = performance.now()
  const alive = setInterval(() => undefined, 100)
  assert.equal(await find('one'), 'IDPCommunicationError')
  clearInterval(alive)
  assert.ok(performance.now() - startedAt < 3500)
  now.hangs = false
  now.ms += 10 * SECOND
  assert.equal(await find('one'), 'found')
})

test('an issuer that is gone has no keys, however well known', async () => {
  const { now, find } = anIssuer()
  await find('one')
  now.failure = 'gone'
  now.ms += 10 * MINUTE
  assert.equal(await find('one'), 'found')
  await aMoment()
  assert.equal(await find('one'), 'InvalidIdentityToken')
})

test('a key that took the place of another of the same name is looked for once in a cool-down', async () => {
  const { now, keys, find, fetches } = anIssuer()
  const all = async () => {
    const found = new Set<unknown>()
    for await (const key of keys.candidates('one', 'ES256', (load) => load)) found.add(key)
    return found.size
  }
  assert.equal(await all(), 1, 'what was fetched for a token is not fetched again for it')
  assert.equal(fetches(), 1)
  assert.equal(await all(), 2)
  assert.equal(fetches(), 2)
  assert.equal(await all(), 1)
  now.ms += 30 * SECOND
  now.kids = ['two']
  assert.equal(await all(), 1)
  assert.equal(fetches(), 3)
  assert.equal(await find('one'), 'InvalidIdentityToken')
})

for (const [failure, code] of [
  ['unreachable', 'IDPCommunicationError'],
  ['unusable', 'InvalidIdentityToken'],
  ['gone', 'InvalidIdentityToken'],
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
