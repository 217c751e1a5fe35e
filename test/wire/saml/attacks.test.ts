import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ATTACKS } from './attacks.ts'
import { base64, type Setting, setUp } from './setting.ts'

describe('documents that prove nobody', () => {
  let set: Setting
  before(async () => {
    set = await setUp()
    assert.equal((await set.exchange(set.signed())).status, 200)
  })
  after(() => set[Symbol.asyncDispose]())

  test('there are more than two hundred', () => assert.ok(ATTACKS.length > 200, String(ATTACKS.length)))

  for (const { rule, document, params, status, code, message } of ATTACKS) {
    test(`refused: ${rule}`, async () => {
      const made = document(set)
      const sent = typeof made === 'string' ? base64(made) : made.base64
      const answer = await set.exchange('', { SAMLAssertion: sent, ...params })
      assert.deepEqual({ status: answer.status, code: answer.fault?.code }, { status, code }, answer.body)
      if (message instanceof RegExp) assert.match(answer.fault?.message ?? '', message)
      else assert.equal(answer.fault?.message, message)
      assert.ok(!answer.body.includes('mallory'), 'nothing of the document is repeated')
    })
  }

  test('none of them is anything to the next assertion that is right', async () => {
    assert.equal((await set.exchange(set.signed())).status, 200)
  })
})
