import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreUnavailable } from '../../../src/platform/storage/index.ts'
import { GroupCommit } from '../../../src/platform/storage/sql/group-commit.ts'
import type { Statement, Writer } from '../../../src/platform/storage/sql/writer.ts'

/** A writer whose commits end when the test says so. */
function manualWriter() {
  const commits: { readonly texts: readonly string[]; readonly end: PromiseWithResolvers<void> }[] = []
  const writer: Writer = {
    write(_database, transaction) {
      const end = Promise.withResolvers<void>()
      commits.push({ texts: transaction.map(({ sql }) => sql), end })
      return end.promise
    },
    async close() {},
  }
  return { commits, group: new GroupCommit(writer, 'audit') }
}

function statements(...texts: string[]): Statement[] {
  return texts.map((sql) => ({ sql, parameters: [] }))
}

const turn = () => new Promise(setImmediate)

test('a commit that fails rejects all that took part in it, and no others', async () => {
  const { commits, group } = manualWriter()
  const first = group.add(statements('first'))
  await turn()
  const outcomes = Promise.allSettled([first, group.add(statements('second')), group.add(statements('third'))])
  commits[0]?.end.resolve()
  await turn()
  await turn()
  const later = group.add(statements('fourth'))
  commits[1]?.end.reject(new StoreUnavailable('The disk is full.'))
  await turn()
  await turn()
  commits[2]?.end.resolve()
  await later
  assert.deepEqual(
    (await outcomes).map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected'],
  )
  assert.deepEqual(
    commits.map(({ texts }) => texts),
    [['first'], ['second', 'third'], ['fourth']],
  )
})

test('past ten thousand waiting statements further ones are refused at once', async () => {
  const { commits, group } = manualWriter()
  const first = group.add(statements('first'))
  await turn()
  const many = group.add(statements(...Array.from({ length: 10_000 }, () => 'waiting')))
  await assert.rejects(group.add(statements('late')), StoreUnavailable)
  commits[0]?.end.resolve()
  await first
  await turn()
  await turn()
  commits[1]?.end.resolve()
  await many
})

test('what arrives in one turn of the event loop shares a commit', async () => {
  const { commits, group } = manualWriter()
  const additions = [group.add(statements('first')), group.add(statements('second'))]
  await turn()
  commits[0]?.end.resolve()
  await Promise.all(additions)
  assert.deepEqual(
    commits.map(({ texts }) => texts),
    [['first', 'second']],
  )
})

test('nothing is resolved before its commit is', async () => {
  const { commits, group } = manualWriter()
  let resolved = false
  const addition = group.add(statements('first')).then(() => {
    resolved = true
  })
  await turn()
  assert.equal(resolved, false)
  commits[0]?.end.resolve()
  await addition
})

test('what arrives during a commit goes into the next one, in its order and at most until a batch is full', async () => {
  const { commits, group } = manualWriter()
  const texts = Array.from({ length: 300 }, (_, n) => [`${n}a`, `${n}b`])
  const [pair = [], ...pairs] = texts
  const additions = [group.add(statements(...pair))]
  await turn()
  for (const later of pairs) additions.push(group.add(statements(...later)))
  for (let n = 0; n < 3; n++) {
    await turn()
    await turn()
    commits[n]?.end.resolve()
  }
  await Promise.all(additions)
  assert.deepEqual(
    commits.map((commit) => commit.texts.length),
    [2, 500, 98],
  )
  assert.deepEqual(
    commits.flatMap((commit) => commit.texts),
    texts.flat(),
  )
})

test('closing waits for what was accepted and refuses what comes after', async () => {
  const { commits, group } = manualWriter()
  const first = group.add(statements('first'))
  await turn()
  const additions = [first, group.add(statements('second'))]
  let closed = false
  const closing = group.close().then(() => {
    closed = true
  })
  await assert.rejects(group.add(statements('late')), StoreUnavailable)
  commits[0]?.end.resolve()
  await turn()
  await turn()
  assert.equal(closed, false)
  commits[1]?.end.resolve()
  await closing
  await Promise.all(additions)
})
