import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
  type IAMClient,
  UpdateAccessKeyCommand,
  UpdateAccountPasswordPolicyCommand,
} from '@aws-sdk/client-iam'
import { base32Text } from '../../../src/model/index.ts'
import { ACCOUNT, refused, setIamStage } from './iam-stage.ts'

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
