import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DirectoryInput } from '../../../src/index.ts'
import type { AuditRecord } from '../../../src/testing/index.ts'
import { cheapPasswords } from '../../cheap-passwords.ts'
import { totp } from '../../totp.ts'
import { policy, SOURCE } from '../cast.ts'
import type { Credentials } from '../wire-client.ts'
import { deviceArn, devices, type MfaSetting, mfaSetting } from './setting.ts'

const PASSWORD = 'correct-Horse-7-battery'
const WRONG = '000000'
const mayAll = { PolicyName: 'all', PolicyDocument: policy({ Effect: 'Allow', Action: '*', Resource: '*' }) }
const person = (UserName: string, more: object = {}) => ({
  UserName,
  Policies: [mayAll],
  AccessKeys: [{}],
  LoginProfile: { Password: PASSWORD },
  ...more,
})
const DIRECTORY: DirectoryInput = {
  Accounts: [
    {
      Id: SOURCE,
      Users: [
        person('alice', { VirtualMFADevices: devices(['alice']) }),
        person('twice', { VirtualMFADevices: devices(['first', 'second']) }),
        person('kate'),
      ],
    },
  ],
}
/** The Kelvin sign: Unicode makes a `k` of it. */
const KELVIN = '\u212a'

cheapPasswords()

let on: MfaSetting
let alice: Credentials
before(async () => {
  on = await mfaSetting(DIRECTORY)
  alice = await on.longTerm('alice')
})
after(() => on[Symbol.asyncDispose]())
// No code of a test before is in time any more, and no device or password is locked.
beforeEach(() => on.advance(10 * 60_000))

/** Sends the form of the sign-in page. */
async function signIn(user: string, code = '', password = PASSWORD): Promise<'in' | 'refused'> {
  const origin = on.node.addresses.api
  const body = new URLSearchParams({ account: SOURCE, user, password, code })
  const { status } = await fetch(`${origin}/signin`, {
    method: 'POST',
    redirect: 'manual',
    headers: { Origin: origin },
    body,
  })
  assert.ok(status === 303 || status === 403, `${status}`)
  return status === 303 ? 'in' : 'refused'
}

/** What is recorded of some action from now on. */
async function recordsOf(eventName: string, act: () => Promise<unknown>) {
  const before = (await on.records()).length
  await act()
  await sleep(1100)
  return (await on.records()).slice(before).filter((record) => record['eventName'] === eventName)
}

const dataOf = (record: AuditRecord) => Object(record['additionalEventData'])

/** How many failed sign-ins there are of which kind: on a slow machine they are those of more than one second. */
function tallied(records: readonly AuditRecord[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const record of records) {
    const { MFAUsed, PasswordResult, MFAResult, failedSignIns } = dataOf(record)
    const kind = `${Object(record['userIdentity']).userName}: password ${PasswordResult}, MFA ${MFAUsed} ${MFAResult}`
    counts[kind] = (counts[kind] ?? 0) + failedSignIns
  }
  return counts
}

describe('the record of a failed sign-in', () => {
  test('tells what was wrong, of failures within a second apart from each other', async () => {
    const records = await recordsOf('ConsoleLogin', async () => {
      await signIn('alice', '', 'wrong')
      for (let n = 0; n < 5; n++) await signIn('alice', WRONG)
      await signIn('alice', on.code('alice'))
      await signIn('alice')
      await signIn('kate', WRONG)
      await signIn('nobody', WRONG)
    })
    assert.deepEqual(tallied(records), {
      'alice: password Invalid, MFA No undefined': 1,
      'alice: password Valid, MFA Yes Invalid': 5,
      'alice: password Valid, MFA Yes DeviceLocked': 1,
      'alice: password Valid, MFA No Incomplete': 1,
      'kate: password Valid, MFA Yes UnknownDevice': 1,
      'HIDDEN_DUE_TO_SECURITY_REASONS: password undefined, MFA No undefined': 1,
    })
  })

  test('tells that the password is locked', async () => {
    const records = await recordsOf('ConsoleLogin', async () => {
      for (let n = 0; n < 5; n++) await signIn('kate', '', 'wrong')
      await signIn('kate')
    })
    assert.deepEqual(tallied(records), {
      'kate: password Invalid, MFA No undefined': 5,
      'kate: password Locked, MFA No undefined': 1,
    })
  })

  test("has the user's own name, once, however it was typed", async () => {
    const spelt = ['kate', 'KATE', 'Kate', 'kAtE', 'katE']
    const records = await recordsOf('ConsoleLogin', async () => {
      for (const user of spelt) await signIn(user, '', 'wrong')
    })
    assert.deepEqual(tallied(records), { 'kate: password Invalid, MFA No undefined': spelt.length })
  })
})

test('a name with a letter that Unicode alone takes for one of ASCII is nobody', async () => {
  assert.equal(await signIn(`${KELVIN}ate`), 'refused')
  assert.equal(await signIn('KATE'), 'in')
})

describe('a locked device', () => {
  /** What the log tells of it while something is done. */
  async function warned(t: TestContext, act: () => Promise<unknown>) {
    const warn = t.mock.method(on.node.broker.logger, 'warn')
    await act()
    const calls = warn.mock.calls.filter(({ arguments: [what] }) => what === 'mfa.locked')
    warn.mock.restore()
    return calls.map(({ arguments: [, about] }) => [about?.['account'], about?.['serialNumber']])
  }
  const failed = async (count: number) => {
    for (let n = 0; n < count; n++) {
      await on.sts(alice, { Action: 'GetSessionToken', SerialNumber: deviceArn('alice'), TokenCode: WRONG })
    }
  }

  test('is told of in the log when somebody signs in, each device of several', async (t) => {
    for (let n = 0; n < 5; n++) assert.deepEqual(await warned(t, () => signIn('twice', WRONG)), [])
    assert.deepEqual(await warned(t, () => signIn('twice', on.code('first'))), [
      [SOURCE, deviceArn('first')],
      [SOURCE, deviceArn('second')],
    ])
  })

  const codesAt = (name: string) => ({
    AuthenticationCode1: on.code(name, -1),
    AuthenticationCode2: on.code(name),
  })

  test('is told of when it is to be brought into step, in the record and in the log', async (t) => {
    const resync = (codes: object) =>
      on.iam(alice, { Action: 'ResyncMFADevice', UserName: 'alice', SerialNumber: deviceArn('alice'), ...codes })
    await failed(4)
    const records = await recordsOf('ResyncMFADevice', async () => {
      const wrong = { AuthenticationCode1: WRONG, AuthenticationCode2: WRONG }
      assert.deepEqual(await warned(t, () => resync(wrong)), [])
      assert.deepEqual(await warned(t, () => resync(codesAt('alice'))), [[SOURCE, deviceArn('alice')]])
    })
    assert.deepEqual(
      records.map((record) => dataOf(record).MFAResult),
      ['Invalid', 'DeviceLocked'],
    )
  })

  test('that nobody has is locked for whom it was tried, and for nobody else', async () => {
    const made = await on.iam(alice, { Action: 'CreateVirtualMFADevice', VirtualMFADeviceName: 'new' })
    const seed = Buffer.from(/<Base32StringSeed>(.*)</.exec(made.body)?.[1] ?? '', 'base64').toString('latin1')
    const now = new Date(on.node.broker.clock.now())
    const enable = async (UserName: string, code1: string, code2: string) => {
      const codes = { AuthenticationCode1: code1, AuthenticationCode2: code2 }
      const params = { Action: 'EnableMFADevice', UserName, SerialNumber: deviceArn('new'), ...codes }
      return (await on.iam(alice, params)).status
    }
    for (let n = 0; n < 5; n++) assert.equal(await enable('kate', WRONG, WRONG), 403)
    assert.equal(await enable('kate', totp(seed, now, -1), totp(seed, now)), 403)
    assert.equal(await enable('alice', totp(seed, now, -1), totp(seed, now)), 200)
  })

  test('is told of when it is to be enabled, in the record and in the log', async (t) => {
    const device = { UserName: 'kate', SerialNumber: deviceArn('spare') }
    await on.iam(alice, { Action: 'CreateVirtualMFADevice', VirtualMFADeviceName: 'spare' })
    const enable = () =>
      on.iam(alice, { Action: 'EnableMFADevice', ...device, AuthenticationCode1: WRONG, AuthenticationCode2: WRONG })
    const records = await recordsOf('EnableMFADevice', async () => {
      for (let n = 0; n < 5; n++) assert.deepEqual(await warned(t, enable), [])
      assert.deepEqual(await warned(t, enable), [[SOURCE, device.SerialNumber]])
    })
    assert.deepEqual(
      records.map((record) => dataOf(record).MFAResult),
      [...Array<string>(5).fill('Invalid'), 'DeviceLocked'],
    )
  })
})
