import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
  GetUserCommand,
  type IAMClient,
  UpdateAccessKeyCommand,
  UpdateAccountPasswordPolicyCommand,
} from '@aws-sdk/client-iam'
import { base32Text } from '../../../src/model/index.ts'
import { cheapPasswords } from '../../cheap-passwords.ts'
import { totp } from '../../totp.ts'
import { ACCOUNT, refused, setIamStage } from './iam-stage.ts'

cheapPasswords()

const DAY_MS = 86_400_000
const HEADER =
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated'
const DATE = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00`
const NO_KEY = 'false,N/A,N/A,N/A,N/A'
const NO_CERTIFICATES = 'false,N/A,false,N/A'

async function generated(client: IAMClient): Promise<readonly string[]> {
  for (;;) {
    const { State } = await client.send(new GenerateCredentialReportCommand({}))
    if (State === 'COMPLETE') break
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const { Content, ReportFormat, GeneratedTime } = await client.send(new GetCredentialReportCommand({}))
  assert.equal(ReportFormat, 'text/csv')
  assert.ok(GeneratedTime instanceof Date)
  return Buffer.from(Content ?? [])
    .toString('utf8')
    .split('\n')
}

describe('the credential report', () => {
  test('one that was never generated is not there, and whoever may not is refused', async () => {
    await using stage = await setIamStage([{ UserName: 'idle' }])
    const absent = stage.as('admin').send(new GetCredentialReportCommand({}))
    await refused(absent, 410, 'CredentialReportNotPresent', /GenerateCredentialReport/)
    const commands = [
      stage.as('idle').send(new GenerateCredentialReportCommand({})),
      stage.as('idle').send(new GetCredentialReportCommand({})),
    ]
    for (const command of commands)
      await refused(command, 403, 'AccessDenied', /CredentialReport on resource: \* because/)
  })

  test('it is begun, under way, and complete; and for four hours no other is begun', async () => {
    await using stage = await setIamStage()
    const admin = stage.as('admin')
    const first = await admin.send(new GenerateCredentialReportCommand({}))
    assert.deepEqual(
      [first.State, first.Description],
      ['STARTED', 'No report exists. Starting a new report generation task'],
    )
    const before = await generated(admin)
    await admin.send(new CreateUserCommand({ UserName: 'later' }))
    stage.broker.clock.advance(3 * 3_600_000)
    assert.deepEqual(await generated(admin), before)
    stage.broker.clock.advance(3_600_000 + 60_000)
    await refused(
      admin.send(new GetCredentialReportCommand({})),
      410,
      'CredentialReportExpired',
      /GenerateCredentialReport/,
    )
    const again = await admin.send(new GenerateCredentialReportCommand({}))
    assert.deepEqual([again.State, again.Description], ['STARTED', undefined])
    const after = await generated(admin)
    assert.equal(after.length, before.length + 1)
  })

  test('MFA is active for whoever has a device that is enabled, root as well', async () => {
    const device = (name: string) => ({
      SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/${name}`,
      Base32StringSeed: base32Text(Buffer.from(name.padEnd(20, '.'))),
    })
    const VirtualMFADevices = [device('one'), device('two')]
    await using stage = await setIamStage([{ UserName: 'guarded', VirtualMFADevices }], {
      Root: { VirtualMFADevices: [device('root')] },
    })
    await stage.as('admin').send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'spare' }))
    const rows = (await generated(stage.as('admin'))).map((line) => line.split(','))
    assert.deepEqual(
      rows.slice(0, 4).map(([name, , , , , , , mfa]) => [name, mfa]),
      [
        ['user', 'mfa_active'],
        ['<root_account>', 'true'],
        ['admin', 'false'],
        ['guarded', 'true'],
      ],
    )
  })

  test('it shows MFA and the age of keys and passwords, and who signed in when with what, root as well', async () => {
    const LoginProfile = { Password: 'correct-Horse-7-battery' }
    const rootSeed = base32Text(Buffer.from('root'.padEnd(20, '.')))
    const VirtualMFADevices = [{ SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/root`, Base32StringSeed: rootSeed }]
    await using stage = await setIamStage(
      [
        { UserName: 'alice', LoginProfile },
        { UserName: 'idle', LoginProfile },
      ],
      {
        Root: { AccessKeys: [{}], LoginProfile, VirtualMFADevices },
      },
    )
    const { broker } = stage
    const now = () => broker.clock.now()
    const admin = stage.as('admin')
    const made = await admin.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'alice' }))
    const seed = Buffer.from(made.VirtualMFADevice?.Base32StringSeed ?? []).toString('latin1')
    const SerialNumber = made.VirtualMFADevice?.SerialNumber
    const codes = { AuthenticationCode1: totp(seed, now(), -1), AuthenticationCode2: totp(seed, now()) }
    await admin.send(new EnableMFADeviceCommand({ UserName: 'alice', SerialNumber, ...codes }))

    const began = now().getTime()
    const daysSince = (time: number) => Math.floor((time - began + DAY_MS / 2) / DAY_MS)
    broker.clock.advance(90 * DAY_MS)
    const signIn = async (form: Readonly<Record<string, string>>) => {
      const body = new URLSearchParams({ account: ACCOUNT, password: LoginProfile.Password, ...form })
      const init = { method: 'POST', redirect: 'manual', headers: { Origin: broker.endpoint }, body } as const
      return (await fetch(`${broker.endpoint}/signin`, init)).status
    }
    assert.equal(await signIn({ user: 'alice', code: '000000' }), 403)
    assert.equal(await signIn({ user: 'alice', code: totp(seed, now()) }), 303)
    assert.equal(await signIn({ as: 'root', user: '', code: totp(rootSeed, now()) }), 303)

    const names = HEADER.split(',')
    const lines = (await generated(admin)).slice(1, -1).map((line) => line.split(','))
    /** What the report says in a column, of root, admin, alice and idle: dates in whole days since the beginning. */
    const column = (name: string) =>
      lines.map((line) => {
        const value = line[names.indexOf(name)] ?? ''
        return value.includes('T') ? daysSince(Date.parse(value)) : value
      })
    assert.deepEqual(column('user'), ['<root_account>', 'admin', 'alice', 'idle'])
    assert.deepEqual(column('mfa_active'), ['true', 'false', 'true', 'false'])
    assert.deepEqual(column('password_enabled'), ['not_supported', 'false', 'true', 'true'])
    assert.deepEqual(column('password_last_used'), [90, 'N/A', 90, 'no_information'])
    assert.deepEqual(column('password_last_changed'), ['not_supported', 'N/A', 0, 0])
    assert.deepEqual(column('access_key_1_active'), ['true', 'true', 'true', 'true'])
    assert.deepEqual(column('access_key_1_last_rotated'), [0, 0, 0, 0])
    assert.deepEqual(column('access_key_1_last_used_date'), ['N/A', 90, 'N/A', 'N/A'])

    for (const [who, UserName] of [
      ['admin', 'alice'],
      ['root', undefined],
    ] as const) {
      const { User } = await stage.as(who).send(new GetUserCommand(UserName === undefined ? {} : { UserName }))
      assert.equal(daysSince(User?.PasswordLastUsed?.getTime() ?? 0), 90, who)
    }
    const { User: idle } = await admin.send(new GetUserCommand({ UserName: 'idle' }))
    assert.equal(idle?.PasswordLastUsed, undefined)
  })

  test('its lines say what there is: root first, then the users', async () => {
    await using stage = await setIamStage([
      { UserName: 'a,b', AccessKeys: [] },
      { UserName: 'bare', AccessKeys: [], Path: '/team/' },
    ])
    const admin = stage.as('admin')
    await admin.send(new UpdateAccountPasswordPolicyCommand({ MaxPasswordAge: 10 }))
    await admin.send(new CreateLoginProfileCommand({ UserName: 'bare', Password: 'secret' }))
    const { AccessKey: key } = await admin.send(new CreateAccessKeyCommand({ UserName: 'bare' }))
    await admin.send(
      new UpdateAccessKeyCommand({ UserName: 'bare', AccessKeyId: key?.AccessKeyId, Status: 'Inactive' }),
    )
    const lines = await generated(admin)
    const arn = `arn:aws:iam::${ACCOUNT}`
    const root = `<root_account>,${arn}:root,${DATE},not_supported,no_information,not_supported,not_supported,false`
    const noPassword = 'false,N/A,N/A,N/A,false'
    const password = `true,no_information,${DATE},${DATE},false`
    const expected = [
      HEADER,
      `${root},true,${DATE},N/A,N/A,N/A,${NO_KEY},${NO_CERTIFICATES}`,
      `"a,b","${arn}:user/a,b",${DATE},${noPassword},${NO_KEY},${NO_KEY},${NO_CERTIFICATES}`,
      `admin,${arn}:user/admin,${DATE},${noPassword},true,${DATE},${DATE},us-east-1,iam,${NO_KEY},${NO_CERTIFICATES}`,
      `bare,${arn}:user/team/bare,${DATE},${password},false,${DATE},N/A,N/A,N/A,${NO_KEY},${NO_CERTIFICATES}`,
      '',
    ]
    assert.equal(lines.length, expected.length)
    for (const [index, line] of lines.entries()) {
      const pattern = (expected[index] ?? '').replaceAll('/', String.raw`\/`)
      assert.match(line, new RegExp(`^${pattern}$`))
    }
    for (const line of lines.slice(0, 2)) assert.equal(line.split(',').length, 22)
  })
})
