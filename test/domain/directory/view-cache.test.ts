import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ViewCache } from '../../../src/domain/directory/view-cache.ts'
import type { DirectoryRecord, DirectoryStore, RecordKind } from '../../../src/platform/storage/index.ts'

/** A store that answers when the test says so. */
class HeldStore implements DirectoryStore {
  readonly reads: string[] = []
  readonly #waiting: PromiseWithResolvers<DirectoryRecord | undefined>[] = []

  find(_kind: RecordKind, key: string): Promise<DirectoryRecord | undefined> {
    this.reads.push(key)
    const answer = Promise.withResolvers<DirectoryRecord | undefined>()
    this.#waiting.push(answer)
    return answer.promise
  }

  /** Answers the oldest read with a record of that body, or with none. */
  answer(body: string | undefined): void {
    const record = body === undefined ? undefined : { kind: 'user' as const, key: 'k', account: '1', body }
    this.#waiting.shift()?.resolve(record)
  }

  fail(error: Error): void {
    this.#waiting.shift()?.reject(error)
  }

  list = () => Promise.resolve([])
  commit = () => Promise.resolve()
  sealingKeysInUse = () => Promise.resolve([])
  referring = () => Promise.resolve([])
  countReferring = () => Promise.resolve(0)
  countReferrers = () => Promise.resolve(new Map())
  count = () => Promise.resolve(0)
}

function held(capacity = 10): { store: HeldStore; cache: ViewCache<'user', { body: string }> } {
  const store = new HeldStore()
  return { store, cache: new ViewCache(store, 'user', capacity, ({ body }) => ({ body })) }
}

/** Finds with a store that answers at once. */
async function found(
  { store, cache }: ReturnType<typeof held>,
  key: string,
  body: string | undefined,
): Promise<string | undefined> {
  const finding = cache.find(key)
  store.answer(body)
  return (await finding)?.body
}

test('a record that changes while it is read is not remembered as it was before', async () => {
  const { store, cache } = held()
  const finding = cache.find('alice')
  cache.drop('alice')
  store.answer('old')
  assert.equal((await finding)?.body, 'old', 'whoever asked before the change may see what was before it')
  assert.equal(await found({ store, cache }, 'alice', 'new'), 'new')
})

test('a record that appears while it is looked for is not remembered as absent', async () => {
  const { store, cache } = held()
  const finding = cache.find('alice')
  cache.drop('alice')
  store.answer(undefined)
  assert.equal(await finding, undefined)
  assert.equal(await found({ store, cache }, 'alice', 'new'), 'new')
})

test('of two reads under way, the one that began before a change does not replace what the other found', async () => {
  const { store, cache } = held()
  const before = cache.find('alice')
  cache.drop('alice')
  const after = cache.find('alice')
  store.answer('old')
  assert.equal((await before)?.body, 'old')
  store.answer('new')
  await after
  assert.equal((await cache.find('alice'))?.body, 'new')
  assert.deepEqual(store.reads, ['alice', 'alice'])
})

test('a read that fails is told and forgotten', async () => {
  const { store, cache } = held()
  const finding = cache.find('alice')
  store.fail(new Error('disk'))
  await assert.rejects(finding, /disk/)
  assert.equal(await found({ store, cache }, 'alice', 'here'), 'here')
})

test('a record that does not compile is told and forgotten', async () => {
  const store = new HeldStore()
  let broken = true
  const cache = new ViewCache(store, 'user', 10, ({ body }) => {
    if (broken) throw new Error('no policy')
    return { body }
  })
  const finding = cache.find('alice')
  store.answer('{}')
  await assert.rejects(finding, /no policy/)
  broken = false
  const again = cache.find('alice')
  store.answer('{}')
  assert.equal((await again)?.body, '{}')
})

test('what was found or missed once is not read again until it changes', async () => {
  const { store, cache } = held()
  await found({ store, cache }, 'alice', 'one')
  await found({ store, cache }, 'bob', undefined)
  for (let round = 0; round < 3; round++) {
    assert.equal((await cache.find('alice'))?.body, 'one')
    assert.equal(await cache.find('bob'), undefined)
  }
  assert.deepEqual(store.reads, ['alice', 'bob'])
  cache.drop('bob')
  assert.equal(await found({ store, cache }, 'bob', 'two'), 'two')
  assert.equal((await cache.find('alice'))?.body, 'one')
  assert.deepEqual(store.reads, ['alice', 'bob', 'bob'])
})

test('asking for what does not exist pushes out nothing that does, and is not remembered without bound', async () => {
  const { store, cache } = held(2)
  await found({ store, cache }, 'alice', 'one')
  await found({ store, cache }, 'bob', 'two')
  for (let n = 0; n < 1500; n++) await found({ store, cache }, `missing-${n}`, undefined)
  store.reads.length = 0
  await cache.find('alice')
  await cache.find('bob')
  await cache.find('missing-1499')
  assert.deepEqual(store.reads, [])
  await found({ store, cache }, 'missing-0', undefined)
  assert.deepEqual(store.reads, ['missing-0'])
})

test('what is missing is remembered for as long as what is there: the time that it takes does not tell them apart', async () => {
  const capacity = 1500
  const { store, cache } = held(capacity)
  await found({ store, cache }, 'here', 'here')
  await found({ store, cache }, 'missing', undefined)
  const askForOthers = async (count: number, from = 0) => {
    for (let n = from; n < from + count; n++) {
      await found({ store, cache }, `here-${n}`, 'here')
      await found({ store, cache }, `missing-${n}`, undefined)
    }
    store.reads.length = 0
    await found({ store, cache }, 'here', 'here')
    await found({ store, cache }, 'missing', undefined)
    return store.reads
  }
  assert.deepEqual(await askForOthers(capacity - 1), [])
  assert.deepEqual(await askForOthers(capacity - 1, capacity), [], 'those asked for last are kept')
  assert.deepEqual(await askForOthers(capacity, 2 * capacity), ['here', 'missing'])
})

test('more views than fit push out those that were not asked for longest', async () => {
  const { store, cache } = held(2)
  for (const key of ['a', 'b']) await found({ store, cache }, key, key)
  await cache.find('a')
  await found({ store, cache }, 'c', 'c')
  store.reads.length = 0
  await cache.find('a')
  await cache.find('c')
  assert.deepEqual(store.reads, [])
  await found({ store, cache }, 'b', 'b')
  assert.deepEqual(store.reads, ['b'])
})
