import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { ResponseThreads } from '../../../../src/domain/federation/saml/response-threads.ts'
import { ServiceUnavailable } from '../../../../src/model/index.ts'

const worker = new URL('./fixtures/hostile-worker.ts', import.meta.url)

describe('threads that read and verify', () => {
  const threads = new ResponseThreads({ deadlineMs: 300, waiting: 64, worker })
  after(() => threads.close())
  let peers = 0
  const read = (text: string) => threads.read(text, { group: String(++peers), lane: '' })
  const verify = (text: string) =>
    threads.verify({ text, certificates: [], privateKeys: [] }, { group: String(++peers), lane: '' })
  const answered = async (text = 'well') => {
    assert.deepEqual(await read(text), { wrong: 'form', detail: text })
    assert.deepEqual(await verify(text), { refused: text })
  }

  for (const text of ['loop', 'memory', 'exit']) {
    test(`cost the one request that is too much for them, and no other: ${text}`, async () => {
      await answered()
      const outcomes = await Promise.allSettled([verify(text), answered(), answered(), read(text), answered()])
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['rejected', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
      )
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') assert.ok(outcome.reason instanceof ServiceUnavailable)
      }
      await answered()
    })
  }

  test('count the time of a document from when they begin with it', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => verify('later')))
    assert.equal(all.length, 20)
  })

  test('take no more than may wait, and refuse the rest at once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => verify('later')))
    const refused = outcomes.filter(({ status }) => status === 'rejected')
    assert.ok(refused.length >= 30 && refused.length <= 36, String(refused.length))
    await answered()
  })

  test('have others waiting behind nobody who sends much: whoever does waits behind themselves', async () => {
    const over: string[] = []
    const task = { text: 'later', certificates: [], privateKeys: [] }
    const crowd = Array.from({ length: 30 }, () =>
      threads.verify(task, { group: 'crowd', lane: '' }).then(() => over.push('crowd')),
    )
    await threads.verify(task, { group: 'one', lane: '' })
    over.push('one')
    await Promise.all(crowd)
    assert.ok(over.indexOf('one') <= 3, over.join())
  })

  test('have reading take the same turns: a flood of it holds up its own sender alone', async () => {
    const over: string[] = []
    const reading = (group: string) => threads.read('later', { group, lane: '' }).then(() => over.push(group))
    const crowd = Array.from({ length: 30 }, () => reading('crowd'))
    await reading('one')
    await Promise.all(crowd)
    assert.ok(over.indexOf('one') <= 2, over.join())
  })
})
