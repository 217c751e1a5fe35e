import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConsoleBroker } from '../../../src/doors/console/console-broker.ts'
import { mfaPage } from '../../../src/doors/console/pages/mfa.ts'
import { StoreUnavailable } from '../../../src/platform/storage/index.ts'
import { aSession, NOW, REQUEST_ID } from './stage.ts'

test('a device whose seed cannot be kept for its browser is not left behind: nobody could ever enable it', async () => {
  const SERIAL = 'arn:aws:iam::111111111111:mfa/phone'
  const asked: string[] = []
  const full = new StoreUnavailable('the store is full')
  const broker = {
    async act(_session: unknown, { action, params }: Parameters<ConsoleBroker['act']>[1]) {
      asked.push(`${action} ${Object.values(params).join()}`)
      return { VirtualMFADevice: { SerialNumber: SERIAL } }
    },
    states: { keepUnder: () => Promise.reject(full) },
  }
  const form = { text: (name: string) => (name === 'do' ? 'add' : 'phone'), has: () => true }
  const caller = { ...aSession().caller, kind: 'user', userName: 'alice' }
  const visit = { session: aSession({ caller: caller as never }), facts: { requestId: REQUEST_ID, now: NOW }, form }
  await assert.rejects(async () => mfaPage(broker as never).post?.(visit as never), full)
  assert.deepEqual(asked, ['CreateVirtualMFADevice phone', `DeleteVirtualMFADevice ${SERIAL}`])
})
