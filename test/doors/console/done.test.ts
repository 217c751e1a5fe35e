import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orRefusal } from '../../../src/doors/console/acting.ts'
import { goToSay } from '../../../src/doors/console/done.ts'
import { goTo } from '../../../src/doors/console/reply.ts'
import { AccessDenied } from '../../../src/model/index.ts'
import { StoreUnavailable } from '../../../src/platform/storage/index.ts'
import { aSession, NOW, REQUEST_ID } from './stage.ts'

const FULL = new StoreUnavailable('the store is full')
const facts = {
  requestId: REQUEST_ID,
  now: NOW,
  sourceIp: '127.0.0.1',
  secureTransport: false,
  userAgent: undefined,
  referer: undefined,
}

test('what is done is done, also where it cannot be kept that it is to be said', async () => {
  const keepUnder = async () => {
    throw FULL
  }
  const visit = { session: aSession(), facts }
  const reply = await goToSay('/console/password', 'The password is changed.', visit, { states: { keepUnder } })
  assert.deepEqual(reply, goTo('/console/password'))
})

test('a page says a refusal in its place, and leaves a failure as it is', async () => {
  const denied = new AccessDenied('not you')
  assert.equal(await orRefusal(Promise.reject(denied)), denied)
  await assert.rejects(orRefusal(Promise.reject(FULL)), FULL)
})
