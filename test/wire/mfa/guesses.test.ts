import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AuditRecord } from '../../../src/testing/index.ts'
import { cheapPasswords } from '../../cheap-passwords.ts'
import { policy, SOURCE } from '../cast.ts'
import { deviceArn, devices, type MfaSetting, mfaSetting } from './setting.ts'

const GUESSES = 10_000
const AT_ONCE = 50
/** Ten seconds of work, on a machine that does nothing else. */
const SLOW = { timeout: 120_000 }
const PASSWORD = 'correct-Horse-7-battery'
const mayAll = { PolicyName: 'all', PolicyDocument: policy({ Effect: 'Allow', Action: '*', Resource: '*' }) }

cheapPasswords()

/** Offers a code at a door; whether it was taken. */
type Door = (code: string) => Promise<boolean>

async function doorsOf(on: MfaSetting): Promise<{ readonly sts: Door; readonly resync: Door; readonly signIn: Door }> {
  const alice = await on.longTerm('alice')
  const SerialNumber = deviceArn('alice')
  const origin = on.node.addresses.api
  return {
    sts: async (TokenCode) =>
      (await on.sts(alice, { Action: 'GetSessionToken', SerialNumber, TokenCode })).status === 200,
    async resync(code) {
      const codes = { AuthenticationCode1: on.code('alice', -1), AuthenticationCode2: code }
      const params = { Action: 'ResyncMFADevice', UserName: 'alice', SerialNumber, ...codes }
      return (await on.iam(alice, params)).status === 200
    },
    async signIn(code) {
      const body = new URLSearchParams({ account: SOURCE, user: 'alice', password: PASSWORD, code })
      const init = { method: 'POST', redirect: 'manual', headers: { Origin: origin }, body } as const
      const answer = await fetch(`${origin}/signin`, init)
      await answer.arrayBuffer()
      return answer.status === 303
    },
  }
}

/** How often a code came to what, at all doors together: of sign-ins one record tells of several. */
function resultsOf(records: readonly AuditRecord[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const record of records) {
    const { MFAResult, failedSignIns = 1 } = Object(record['additionalEventData'])
    if (MFAResult !== undefined) counts[MFAResult] = (counts[MFAResult] ?? 0) + failedSignIns
  }
  return counts
}

test(
  'ten thousand guesses at all doors, fifty at a time, are five that are looked at, and the right code fails with them',
  SLOW,
  async () => {
    const alice = {
      UserName: 'alice',
      Policies: [mayAll],
      AccessKeys: [{}],
      LoginProfile: { Password: PASSWORD },
      VirtualMFADevices: devices(['alice']),
    }
    await using on = await mfaSetting({ Accounts: [{ Id: SOURCE, Users: [alice] }] })
    const doors = await doorsOf(on)
    const right = new Set([-2, -1, 0, 1, 2].map((later) => on.code('alice', later)))
    const guess = (number: number) => {
      const code = String(number).padStart(6, '0')
      return right.has(code) ? '999999' : code
    }
    let taken = 0
    for (let from = 0; from < GUESSES; from += AT_ONCE) {
      const batch = Array.from({ length: AT_ONCE }, async (_, each) => {
        const door = each % 25 === 3 ? doors.signIn : each % 10 === 5 ? doors.resync : doors.sts
        if (await door(guess(from + each))) taken++
      })
      await Promise.all(batch)
    }
    assert.equal(taken, 0)
    for (const door of Object.values(doors))
      assert.equal(await door(on.code('alice')), false, 'the right one, while locked')
    await sleep(1100)
    assert.deepEqual(resultsOf(await on.records()), { Invalid: 5, DeviceLocked: GUESSES - 5 + 3 })
    on.advance(5 * 60_000)
    assert.equal(await doors.sts(on.code('alice')), true)
  },
)
