import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { readForm } from '../../../src/engines/wire/index.ts'
import { type AccountCaller, epochMillis, PLAIN_TERMS, type RootCaller } from '../../../src/model/index.ts'
import { IAM } from '../../../src/operations/iam/index.ts'
import { submit } from '../../../src/pipeline/index.ts'
import { ALLOW_ALL, anAccount, aUser, SOURCE } from '../../domain/directory/samples.ts'
import { aBroker, aliceAs, applyTo, FACTS, ROOT } from '../../pipeline/samples.ts'
import { totp } from '../../totp.ts'

const NAMED = { UserName: 'AWS ROOT USER' }
const ROOT_ARN = `arn:aws:iam::${SOURCE}:root`

function signedIn(fromConsole: boolean): RootCaller {
  const terms = { ...PLAIN_TERMS, mfaAt: FACTS.now }
  const ends = { issuedAt: FACTS.now, expiresAt: epochMillis(FACTS.now + 3_600_000) }
  const session = { id: 'c2Vzc2lvbg', accessKeyId: 'ASIAROOT', account: SOURCE, holder: { kind: 'root' } as const }
  return { ...ROOT, session: { ...session, ...ends, terms, fromConsole } }
}

async function asker(t: TestContext) {
  const { broker, log } = await aBroker(t)
  const policy = { PolicyName: 'all', PolicyDocument: ALLOW_ALL }
  await applyTo(broker)({ Accounts: [anAccount(SOURCE, { Users: [aUser('alice', { Policies: [policy] })] })] })
  const ask = async (caller: AccountCaller, action: string, params: Readonly<Record<string, string>>) => {
    const operation = IAM.operations.get(action)
    assert.ok(operation?.proof === 'signature' || operation?.proof === 'signed-headers')
    const input = () => operation.parse(readForm([new URLSearchParams(params).toString()], 100))
    const prove = async () => ({ caller, region: 'us-east-1', presigned: false })
    return await submit(operation, { facts: FACTS, prove, input }, broker)
  }
  return { broker, log, ask }
}

test('the root user is no user, but for itself in the console', async (t) => {
  const { broker, ask } = await asker(t)
  const { uniqueId } = (await broker.directory.user(SOURCE, 'alice')) ?? {}
  const message = /^1 validation error detected: Value at 'userName' failed .* pattern: \[\\w\+=,\.@-\]\+$/
  const device = { SerialNumber: `arn:aws:iam::${SOURCE}:mfa/root` }
  const codes = { AuthenticationCode1: '000000', AuthenticationCode2: '000001' }
  for (const caller of [ROOT, signedIn(false), aliceAs(uniqueId)]) {
    for (const [action, params] of [
      ['EnableMFADevice', { ...device, ...codes }],
      ['ResyncMFADevice', { ...device, ...codes }],
      ['DeactivateMFADevice', device],
      ['ListMFADevices', {}],
    ] as const) {
      await assert.rejects(ask(caller, action, { ...NAMED, ...params }), { code: 'ValidationError', message })
    }
  }
})

test('in the console the root user manages its own devices, as in the records of AWS', async (t) => {
  const { broker, log, ask } = await asker(t)
  const root = signedIn(true)
  await ask(root, 'CreateVirtualMFADevice', { VirtualMFADeviceName: 'root' })
  const made = await broker.directory.mfaDevices.find(SOURCE, `arn:aws:iam::${SOURCE}:mfa/root`)
  const seed = made?.seed.reveal() ?? ''
  const at = new Date(FACTS.now)
  const device = { ...NAMED, SerialNumber: `arn:aws:iam::${SOURCE}:mfa/root` }
  const codes = (steps: number) => {
    return { AuthenticationCode1: totp(seed, at, steps), AuthenticationCode2: totp(seed, at, steps + 1) }
  }
  await ask(root, 'EnableMFADevice', { ...device, ...codes(-2) })
  await ask(root, 'ResyncMFADevice', { ...device, ...codes(0) })
  const devices = await broker.directory.mfaDevices.of(SOURCE)
  assert.deepEqual(
    devices.map(({ serialNumber, enabled }) => [serialNumber, enabled?.holder]),
    [[device.SerialNumber, SOURCE]],
  )
  await ask(root, 'DeactivateMFADevice', device)
  assert.deepEqual(await broker.directory.mfaDevices.of(SOURCE), [])
  const enabling = log.taken
    .map(({ body }) => JSON.parse(body))
    .find(({ eventName }) => eventName === 'EnableMFADevice')
  assert.deepEqual(
    [enabling.userIdentity.arn, enabling.requestParameters],
    [ROOT_ARN, { userName: 'AWS ROOT USER', serialNumber: device.SerialNumber }],
  )
})
