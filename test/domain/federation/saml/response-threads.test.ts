import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, describe, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { ResponseThreads } from '../../../../src/domain/federation/saml/response-threads.ts'
import { ServiceUnavailable } from '../../../../src/model/index.ts'

const WORKER = new URL('../../../../src/domain/federation/saml/response-worker.ts', import.meta.url)
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

  test('tell a mistake of ours from a thread that ended', async () => {
    await assert.rejects(read('mistake'), { name: 'TypeError', message: 'of ours' })
    await answered()
  })

  test('know nothing of the environment of the process', async () => {
    assert.deepEqual(await verify('environment'), { refused: '' })
  })

  test('are started no more once they are closed', async () => {
    const closed = new ResponseThreads({ worker })
    await closed.close()
    await assert.rejects(closed.read('well', { group: '', lane: '' }), ServiceUnavailable)
  })

  for (const [name, task] of [
    ['read', 'no base64'],
    ['verify', { text: 'no base64', certificates: [], privateKeys: [] }],
  ] as const) {
    test(`say that they have begun to ${name}, so that their time counts from then`, async () => {
      const begun = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
      const calling = `const { workerData } = require('node:worker_threads')
        import(workerData.module).then((work) => work[workerData.name](workerData))`
      const workerData = { module: WORKER.href, name, task, begun }
      await once(new Worker(calling, { eval: true, workerData }), 'exit')
      assert.deepEqual([...begun], [1])
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
    const crowd = Array.from({ length: 10 }, () => reading('crowd'))
    await reading('one')
    await Promise.all(crowd)
    assert.ok(over.indexOf('one') <= 2, over.join())
  })
})
