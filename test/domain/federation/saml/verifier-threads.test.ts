import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { VerifierThreads } from '../../../../src/domain/federation/saml/verifier-threads.ts'
import { ServiceUnavailable } from '../../../../src/model/index.ts'

const worker = new URL('./fixtures/hostile-worker.ts', import.meta.url)

describe('threads that verify', () => {
  const threads = new VerifierThreads({ deadlineMs: 300, waiting: 64, worker })
  after(() => threads.close())
  let peers = 0
  const verify = (xml: string) =>
    threads.verify({ xml, certificates: [], privateKeys: [] }, { group: String(++peers), lane: '' })
  const answered = async (xml = 'well') => assert.deepEqual(await verify(xml), { refused: xml })

  for (const xml of ['loop', 'memory', 'exit']) {
    test(`cost the one request that is too much for them, and no other: ${xml}`, async () => {
      await answered()
      const outcomes = await Promise.allSettled([verify(xml), answered(), answered(), verify(xml), answered()])
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
    const task = { xml: 'later', certificates: [], privateKeys: [] }
    const crowd = Array.from({ length: 30 }, () =>
      threads.verify(task, { group: 'crowd', lane: '' }).then(() => over.push('crowd')),
    )
    await threads.verify(task, { group: 'one', lane: '' })
    over.push('one')
    await Promise.all(crowd)
    assert.ok(over.indexOf('one') <= 3, over.join())
  })

  test('have what is prepared for them take the same turns: a flood of it holds up its own sender alone', async () => {
    const over: string[] = []
    const prepared = (group: string) => threads.inTurn({ group, lane: 'read' }, () => over.push(group))
    const crowd = Array.from({ length: 30 }, () => prepared('crowd'))
    await prepared('one')
    await Promise.all(crowd)
    assert.ok(over.indexOf('one') <= 2, over.join())
  })
})
