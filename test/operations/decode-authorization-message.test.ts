import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sealReference } from '../../src/domain/explanation/index.ts'
import { epochMillis, Fault } from '../../src/model/index.ts'
import { decodeAuthorizationMessage } from '../../src/operations/sts/decode-authorization-message.ts'
import { submit } from '../../src/pipeline/index.ts'
import { anAccount } from '../domain/directory/samples.ts'
import { aBroker, FACTS, ROOT, SOURCE, TARGET } from '../pipeline/samples.ts'

const MINUTE = 60_000
const DAY = 86_400_000
const REFUSED = 'Message is not valid'
/** Nothing is kept here, which only whoever may decode a message is told. */
const TAKEN = `Message is valid, but what it refers to was not kept: request ${FACTS.requestId}`

for (const [rule, ageMs, answer] of [
  ['from a node whose clock is a minute ahead is taken', -MINUTE, TAKEN],
  ['from further in the future is refused', -MINUTE - 1, REFUSED],
  ['from this very instant is taken', 0, TAKEN],
  ['of almost a day is taken', DAY - 1, TAKEN],
  ['of a day is refused', DAY, REFUSED],
] as const) {
  test(`a message ${rule}`, async (t) => {
    const { broker, world } = await aBroker(t)
    await world.apply(anAccount(SOURCE))
    const { requestId, now } = FACTS
    const time = epochMillis(now - ageMs)
    const encodedMessage = sealReference({ requestId, time, account: SOURCE, resourceAccount: TARGET }, broker)
    const prove = async () => ({ caller: ROOT, region: 'us-east-1', presigned: false })
    const ask = { facts: FACTS, prove, input: () => ({ encodedMessage }) }
    await assert.rejects(submit(decodeAuthorizationMessage, ask, broker), (fault) => {
      assert.ok(fault instanceof Fault)
      assert.equal(fault.message, answer)
      return true
    })
  })
}
