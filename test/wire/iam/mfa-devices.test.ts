import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CreateVirtualMFADeviceCommand,
  DeactivateMFADeviceCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  GetAccountSummaryCommand,
  GetMFADeviceCommand,
  ListAccessKeysCommand,
  ListMFADevicesCommand,
  ListMFADeviceTagsCommand,
  ListVirtualMFADevicesCommand,
  ResyncMFADeviceCommand,
  TagMFADeviceCommand,
  UntagMFADeviceCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import jsQR from 'jsqr'
import { PNG } from 'pngjs'
import { totp } from '../../totp.ts'
import type { Credentials } from '../wire-client.ts'
import { ACCOUNT, ADMIN, type IamStage, OTHER, refused, setIamStage } from './iam-stage.ts'

const arn = (name: string, account = ACCOUNT) => `arn:aws:iam::${account}:mfa/${name}`
const absent = (serial: string) => `VirtualMFADevice with serial number ${serial} doesn't exist.`
const WRONG_CODE = 'Authentication code for device is not valid.'
const NOT_THEIRS = 'MFA Device invalid for user.'
const SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const THIRD_SEED = 'NBSWY3DPEHPK3PXPNBSWY3DPEHPK3PXP'
const TOKEN = { SerialNumber: 'GAHT12345678', Base32StringSeed: SEED }
const ROOTS = { SerialNumber: arn('root-account-mfa-device'), Base32StringSeed: 'MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U' }
const HALF_MINUTE_MS = 30_000

/** AWS's own policy for users who manage their devices, without what it demands of everything else. */
const OWN_DEVICES = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 'iam:ListVirtualMFADevices', Resource: '*' },
    { Effect: 'Allow', Action: 'iam:CreateVirtualMFADevice', Resource: 'arn:aws:iam::*:mfa/*' },
    {
      Effect: 'Allow',
      Action: ['iam:EnableMFADevice', 'iam:GetMFADevice', 'iam:ListMFADevices', 'iam:ResyncMFADevice'],
      Resource: `arn:aws:iam::*:user/\${aws:username}`,
    },
    {
      Effect: 'Allow',
      Action: 'iam:DeactivateMFADevice',
      Resource: `arn:aws:iam::*:user/\${aws:username}`,
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    },
  ],
}

const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
}

const USERS = [
  { UserName: 'idle' },
  { UserName: 'self', Policies: [{ PolicyName: 'own', PolicyDocument: OWN_DEVICES }] },
  { UserName: 'carrier', VirtualMFADevices: [TOKEN] },
  ...['alice', 'bob', 'leaver', 'full', 'slow', 'late'].map((UserName) => ({ UserName })),
]

describe('MFA devices', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage(USERS, {
      Root: { AccessKeys: [{}], VirtualMFADevices: [ROOTS] },
      Roles: [{ RoleName: 'keeper', AssumeRolePolicyDocument: TRUST, Policies: ADMIN.Policies ?? [] }],
    })
  })
  after(() => stage[Symbol.asyncDispose]())
  const admin = () => stage.as('admin')

  async function created(VirtualMFADeviceName: string, more: object = {}) {
    const command = new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName, ...more })
    const { VirtualMFADevice: device } = await admin().send(command)
    const seed = Buffer.from(device?.Base32StringSeed ?? []).toString('latin1')
    return { serial: device?.SerialNumber ?? '', seed, png: device?.QRCodePNG ?? new Uint8Array() }
  }
  /** Two codes of a device, the first of the step that many from now. */
  function codes(seed: string, steps = -1) {
    const now = stage.broker.clock.now()
    return { AuthenticationCode1: totp(seed, now, steps), AuthenticationCode2: totp(seed, now, steps + 1) }
  }
  const enable = (UserName: string, { serial, seed }: { serial: string; seed: string }, steps?: number) =>
    admin().send(new EnableMFADeviceCommand({ UserName, SerialNumber: serial, ...codes(seed, steps) }))
  async function enabled(UserName: string, name = UserName) {
    const device = await created(name)
    await enable(UserName, device)
    return device
  }

  describe('are not enabled', () => {
    test('with the same code twice, two in the wrong order, two that are no neighbours, or those of another', async () => {
      const device = await created('codes')
      const other = await created('others')
      const now = stage.broker.clock.now()
      const at = (steps: number, seed = device.seed) => totp(seed, now, steps)
      for (const [AuthenticationCode1, AuthenticationCode2] of [
        [at(-1), at(-1)],
        [at(0), at(-1)],
        [at(-2), at(0)],
        [at(-1, other.seed), at(0, other.seed)],
      ]) {
        const command = new EnableMFADeviceCommand({
          UserName: 'bob',
          SerialNumber: device.serial,
          AuthenticationCode1,
          AuthenticationCode2,
        })
        await refused(admin().send(command), 403, 'InvalidAuthenticationCode', WRONG_CODE)
      }
    })

    test('with codes of longer ago than five minutes, or of as long ahead', async () => {
      const device = await created('old')
      for (const steps of [-12, 12]) {
        await refused(enable('bob', device, steps), 403, 'InvalidAuthenticationCode', WRONG_CODE)
      }
    })

    test('while they are locked after five wrong pairs, even with the right ones', async () => {
      const device = await created('locked')
      const wrong = { serial: device.serial, seed: SEED }
      for (let n = 0; n < 5; n++) await refused(enable('bob', wrong), 403, 'InvalidAuthenticationCode', WRONG_CODE)
      await refused(enable('bob', device), 403, 'InvalidAuthenticationCode', WRONG_CODE)
    })

    test('when somebody has them, be it the same user, and their codes stay good', async () => {
      const device = await enabled('alice', 'taken')
      stage.broker.clock.advance(2 * HALF_MINUTE_MS)
      for (const UserName of ['bob', 'alice']) {
        await refused(enable(UserName, device), 409, 'EntityAlreadyExists', 'MFA Device is already in use.')
      }
      await admin().send(
        new ResyncMFADeviceCommand({ UserName: 'alice', SerialNumber: device.serial, ...codes(device.seed) }),
      )
    })

    test('when there is no such device: of another account, in other letters, or a security key', async () => {
      const { seed } = await created('letters')
      const other = await stage
        .as((await stage.broker.as(`arn:aws:iam::${OTHER}:user/admin`)).credentials)
        .send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'theirs' }))
      for (const serial of [
        arn('nobody'),
        arn('Letters'),
        other.VirtualMFADevice?.SerialNumber ?? '',
        `arn:aws:iam::${ACCOUNT}:u2f/user/bob/key-ABCDEFGH`,
        'GAHT87654321',
      ]) {
        await refused(enable('bob', { serial, seed }), 404, 'NoSuchEntity', absent(serial))
      }
    })

    test('for a user who is not there, and for the root user by whatever name', async () => {
      const device = await created('userless')
      await refused(enable('nobody', device), 404, 'NoSuchEntity', 'The user with name nobody cannot be found.')
      const command = { SerialNumber: device.serial, ...codes(device.seed) }
      const root = stage.as('root')
      await refused(
        root.send(new EnableMFADeviceCommand({ ...command, UserName: 'AWS ROOT USER' })),
        400,
        'ValidationError',
        /'userName' failed to satisfy constraint: Member must satisfy regular expression pattern/,
      )
      await refused(
        root.send(new EnableMFADeviceCommand({ ...command, UserName: undefined })),
        400,
        'ValidationError',
        /'userName' failed to satisfy constraint: Member must not be null/,
      )
    })

    test('a ninth time for one user', async () => {
      for (let n = 0; n < 8; n++) await enabled('full', `full${n}`)
      const ninth = await created('full8')
      await refused(enable('full', ninth), 409, 'LimitExceeded', 'Cannot exceed quota for MFADevicesPerUser: 8')
      const { MFADevices = [] } = await admin().send(new ListMFADevicesCommand({ UserName: 'full' }))
      assert.equal(MFADevices.length, 8)
    })

    test('twice, when two users are to have one at once', async () => {
      const device = await created('raced')
      const outcomes = await Promise.allSettled(['alice', 'bob'].map((name) => enable(name, device)))
      assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    })
  })

  describe('are not made', () => {
    test('twice under one path and name, whatever the case of its letters', async () => {
      await created('phone')
      await created('phone', { Path: '/team/' })
      const says = 'MFADevice entity at the same path and name already exists.'
      for (const name of ['phone', 'PHONE']) await refused(created(name), 409, 'EntityAlreadyExists', says)
    })

    test('where no other action could name them', async () => {
      await refused(created('n'.repeat(227)), 400, 'InvalidInput', /at most 256 characters/)
      await refused(created('n', { Path: '/a!b/' }), 400, 'InvalidInput', /make no serial number/)
    })

    test('with tags of AWS, or two of one key', async () => {
      const tag = (Key: string) => ({ Key, Value: 'x' })
      await refused(created('tagged', { Tags: [tag('aws:x')] }), 400, 'InvalidInput', /reserved/)
      await refused(created('tagged', { Tags: [tag('a'), tag('a')] }), 400, 'InvalidInput', /Duplicate tag keys/)
    })

    test('beyond the quota of the account, which is that of users', async () => {
      await using small = await setIamStage([], {}, { usersPerAccount: 2 })
      const make = (VirtualMFADeviceName: string) =>
        small.as('admin').send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName }))
      await make('one')
      await make('two')
      await refused(make('three'), 409, 'LimitExceeded', 'Cannot exceed quota for VirtualMFADevicesPerAccount: 2')
    })
  })

  test('are for those alone who may', async () => {
    const { serial, seed } = await created('guarded')
    const UserName = 'bob'
    const SerialNumber = serial
    const Tags = [{ Key: 'team', Value: 'core' }]
    const user = `user ${UserName}`
    const DENIED: readonly (readonly [string, string, (client: ReturnType<IamStage['as']>) => Promise<unknown>])[] = [
      [
        'CreateVirtualMFADevice',
        arn('team/new'),
        (as) => as.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'new', Path: '/team/' })),
      ],
      [
        'EnableMFADevice',
        user,
        (as) => as.send(new EnableMFADeviceCommand({ UserName, SerialNumber, ...codes(seed) })),
      ],
      [
        'ResyncMFADevice',
        user,
        (as) => as.send(new ResyncMFADeviceCommand({ UserName, SerialNumber, ...codes(seed) })),
      ],
      ['DeactivateMFADevice', user, (as) => as.send(new DeactivateMFADeviceCommand({ UserName, SerialNumber }))],
      ['DeleteVirtualMFADevice', serial, (as) => as.send(new DeleteVirtualMFADeviceCommand({ SerialNumber }))],
      ['ListMFADevices', user, (as) => as.send(new ListMFADevicesCommand({ UserName }))],
      ['ListVirtualMFADevices', arn(''), (as) => as.send(new ListVirtualMFADevicesCommand({}))],
      ['GetMFADevice', user, (as) => as.send(new GetMFADeviceCommand({ UserName, SerialNumber }))],
      ['TagMFADevice', serial, (as) => as.send(new TagMFADeviceCommand({ SerialNumber, Tags }))],
      ['UntagMFADevice', serial, (as) => as.send(new UntagMFADeviceCommand({ SerialNumber, TagKeys: ['team'] }))],
      ['ListMFADeviceTags', serial, (as) => as.send(new ListMFADeviceTagsCommand({ SerialNumber }))],
    ]
    for (const [action, resource, call] of DENIED) {
      await refused(
        call(stage.as('idle')),
        403,
        'AccessDenied',
        `User: arn:aws:iam::${ACCOUNT}:user/idle is not authorized to perform: iam:${action} on resource: ${resource} because no identity-based policy allows the iam:${action} action`,
      )
    }
  })

  test('of another account are denied or not there', async () => {
    const elsewhere = arn('phone', OTHER)
    await refused(
      stage.as('root').send(new DeleteVirtualMFADeviceCommand({ SerialNumber: elsewhere })),
      403,
      'AccessDenied',
      /iam:DeleteVirtualMFADevice/,
    )
    const command = new ResyncMFADeviceCommand({ UserName: 'bob', SerialNumber: elsewhere, ...codes(SEED) })
    await refused(admin().send(command), 404, 'NoSuchEntity', absent(elsewhere))
  })

  test('can be managed by their users themselves with the policy that AWS documents for that', async () => {
    const self = stage.as('self')
    const made = await self.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'self' }))
    const { SerialNumber = '', Base32StringSeed = new Uint8Array() } = made.VirtualMFADevice ?? {}
    const seed = Buffer.from(Base32StringSeed).toString('latin1')
    const device = { SerialNumber, ...codes(seed) }
    await refused(
      self.send(new EnableMFADeviceCommand({ UserName: 'bob', ...device })),
      403,
      'AccessDenied',
      /user bob/,
    )
    await self.send(new EnableMFADeviceCommand({ UserName: 'self', ...device }))
    const { MFADevices = [] } = await self.send(new ListMFADevicesCommand({}))
    assert.deepEqual(
      MFADevices.map(({ UserName, SerialNumber }) => [UserName, SerialNumber]),
      [['self', arn('self')]],
    )
    await refused(
      self.send(new DeactivateMFADeviceCommand({ SerialNumber })),
      403,
      'AccessDenied',
      /DeactivateMFADevice/,
    )
  })

  test('show their seed once, as text and as a QR code that says the same', async () => {
    const { serial, seed, png } = await created('sc+an@me', { Path: '/team/' })
    assert.equal(serial, arn('team/sc+an@me'))
    assert.match(seed, /^[A-Z2-7]{64}$/)
    const { data, width, height } = PNG.sync.read(Buffer.from(png))
    const read = jsQR.default(new Uint8ClampedArray(data), width, height)
    assert.equal(read?.data, `otpauth://totp/sc%2Ban%40me@${ACCOUNT}?secret=${seed}`)
    assert.equal(new URL(read?.data ?? '').searchParams.get('secret'), seed)
  })

  test('tell nobody their seeds or codes: not in lists, records or refusals', async () => {
    const { serial, seed } = await enabled('bob', 'secretive')
    stage.broker.clock.advance(2 * HALF_MINUTE_MS)
    const shown = codes(seed)
    await admin().send(new ResyncMFADeviceCommand({ UserName: 'bob', SerialNumber: serial, ...shown }))
    const answers = [
      await admin().send(new ListVirtualMFADevicesCommand({ MaxItems: 1000 })),
      await admin().send(new ListMFADevicesCommand({ UserName: 'bob' })),
      await stage.broker.events(),
    ]
    const told = JSON.stringify(answers)
    assert.ok(told.includes(serial))
    for (const secret of [seed, Buffer.from(seed).toString('base64'), ...Object.values(shown)]) {
      assert.ok(!told.includes(`"${secret}"`) && !told.includes(seed))
    }
    const events = await stage.broker.events()
    const of = (name: string) =>
      events.find(({ eventName, requestParameters: asked }) => {
        return eventName === name && JSON.stringify(asked).includes('secretive')
      })
    assert.deepEqual(of('CreateVirtualMFADevice')?.['responseElements'], { virtualMFADevice: { serialNumber: serial } })
    assert.deepEqual(of('EnableMFADevice')?.['requestParameters'], { userName: 'bob', serialNumber: serial })
  })

  test('are listed by whether somebody has them, and with whom', async () => {
    await using fresh = await setIamStage(
      [{ UserName: 'alice', VirtualMFADevices: [{ SerialNumber: arn('alice'), Base32StringSeed: THIRD_SEED }, TOKEN] }],
      {
        Root: { AccessKeys: [{}], VirtualMFADevices: [ROOTS] },
      },
    )
    const client = fresh.as('admin')
    await client.send(
      new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'spare', Tags: [{ Key: 'a', Value: 'b' }] }),
    )
    const list = async (AssignmentStatus?: 'Any' | 'Assigned' | 'Unassigned') => {
      const { VirtualMFADevices = [] } = await client.send(new ListVirtualMFADevicesCommand({ AssignmentStatus }))
      return VirtualMFADevices
    }
    const serials = async (status?: 'Any' | 'Assigned' | 'Unassigned') =>
      (await list(status)).map(({ SerialNumber }) => SerialNumber)
    assert.deepEqual(await serials(), [arn('alice'), arn('root-account-mfa-device'), arn('spare')])
    assert.deepEqual(await serials('Any'), await serials())
    assert.deepEqual(await serials('Assigned'), [arn('alice'), arn('root-account-mfa-device')])
    assert.deepEqual(await serials('Unassigned'), [arn('spare')])
    const [alices, roots, spare] = await list()
    assert.deepEqual(Object.keys(alices?.User ?? {}), ['Path', 'UserName', 'UserId', 'Arn', 'CreateDate'])
    assert.equal(alices?.User?.Arn, `arn:aws:iam::${ACCOUNT}:user/alice`)
    assert.ok(alices?.EnableDate instanceof Date)
    assert.deepEqual(Object.keys(roots?.User ?? {}), ['UserId', 'Arn', 'CreateDate'])
    assert.deepEqual([roots?.User?.UserId, roots?.User?.Arn], [ACCOUNT, `arn:aws:iam::${ACCOUNT}:root`])
    assert.deepEqual(spare, { SerialNumber: arn('spare') })
    const { MFADevices: both = [] } = await client.send(new ListMFADevicesCommand({ UserName: 'alice' }))
    assert.deepEqual(
      both.map(({ SerialNumber }) => SerialNumber),
      [arn('alice'), TOKEN.SerialNumber],
    )
    const { MFADevices: ofRoot = [] } = await fresh.as('root').send(new ListMFADevicesCommand({}))
    assert.deepEqual(
      ofRoot.map(({ UserName, SerialNumber }) => [UserName, SerialNumber]),
      [[undefined, ROOTS.SerialNumber]],
    )
    const { SummaryMap: summary } = await client.send(new GetAccountSummaryCommand({}))
    assert.deepEqual([summary?.MFADevices, summary?.MFADevicesInUse, summary?.AccountMFAEnabled], [4, 3, 1])
  })

  test('are listed in pages', async () => {
    const first = await admin().send(new ListMFADevicesCommand({ UserName: 'full', MaxItems: 5 }))
    assert.deepEqual([first.MFADevices?.length, first.IsTruncated], [5, true])
    const second = await admin().send(new ListMFADevicesCommand({ UserName: 'full', Marker: first.Marker }))
    assert.deepEqual([second.MFADevices?.length, second.IsTruncated], [3, false])
    await refused(
      admin().send(new ListVirtualMFADevicesCommand({ Marker: first.Marker })),
      400,
      'ValidationError',
      'Invalid Marker.',
    )
    const serials = new Set<string | undefined>()
    let Marker: string | undefined
    do {
      const page = await admin().send(new ListVirtualMFADevicesCommand({ MaxItems: 7, Marker }))
      for (const { SerialNumber } of page.VirtualMFADevices ?? []) serials.add(SerialNumber)
      Marker = page.Marker
    } while (Marker !== undefined)
    assert.ok(serials.has(arn('full0')) && serials.has(ROOTS.SerialNumber) && !serials.has(TOKEN.SerialNumber))
  })

  test('have to be taken from their users before these or the devices go', async () => {
    const { serial: SerialNumber, seed } = await enabled('leaver')
    const remove = () => admin().send(new DeleteVirtualMFADeviceCommand({ SerialNumber }))
    await refused(remove(), 409, 'DeleteConflict', 'MFA VirtualDevice in use. Must deactivate first.')
    // Access keys of the stage stand in the way as well.
    const { AccessKeyMetadata: keys = [] } = await admin().send(new ListAccessKeysCommand({ UserName: 'leaver' }))
    for (const { AccessKeyId } of keys) {
      await admin().send(new DeleteAccessKeyCommand({ UserName: 'leaver', AccessKeyId }))
    }
    await refused(
      admin().send(new DeleteUserCommand({ UserName: 'leaver' })),
      409,
      'DeleteConflict',
      'Cannot delete entity, must delete MFA device first.',
    )
    await admin().send(new UpdateUserCommand({ UserName: 'leaver', NewUserName: 'gone' }))
    for (const UserName of ['bob', 'carrier']) {
      const command = new DeactivateMFADeviceCommand({ UserName, SerialNumber })
      await refused(admin().send(command), 404, 'NoSuchEntity', NOT_THEIRS)
    }
    await admin().send(new DeactivateMFADeviceCommand({ UserName: 'gone', SerialNumber }))
    await refused(
      admin().send(new DeactivateMFADeviceCommand({ UserName: 'gone', SerialNumber })),
      404,
      'NoSuchEntity',
      NOT_THEIRS,
    )
    // The codes that it took are good no more, though it is another user's now.
    await refused(enable('bob', { serial: SerialNumber, seed }), 403, 'InvalidAuthenticationCode', WRONG_CODE)
    await remove()
    await refused(remove(), 404, 'NoSuchEntity', absent(SerialNumber))
    await admin().send(new DeleteUserCommand({ UserName: 'gone' }))
    const again = await created('leaver')
    assert.notEqual(again.seed, seed)
  })

  test('of hardware are taken and given by their serial numbers, and neither deleted nor tagged', async () => {
    const { SerialNumber, Base32StringSeed: seed } = TOKEN
    for (const call of [
      admin().send(new DeleteVirtualMFADeviceCommand({ SerialNumber })),
      admin().send(new TagMFADeviceCommand({ SerialNumber, Tags: [{ Key: 'a', Value: 'b' }] })),
    ]) {
      await refused(call, 404, 'NoSuchEntity', absent(SerialNumber))
    }
    await admin().send(new DeactivateMFADeviceCommand({ UserName: 'carrier', SerialNumber }))
    await enable('late', { serial: SerialNumber, seed })
    const { MFADevices = [] } = await admin().send(new ListMFADevicesCommand({ UserName: 'LATE' }))
    assert.deepEqual(
      MFADevices.map((device) => [device.UserName, device.SerialNumber]),
      [['late', SerialNumber]],
    )
  })

  test('come into step again with codes of up to an hour ago, once', async () => {
    const { serial: SerialNumber, seed } = await enabled('slow')
    stage.broker.clock.advance(4 * 3_600_000)
    const resync = (steps: number) =>
      admin().send(new ResyncMFADeviceCommand({ UserName: 'slow', SerialNumber, ...codes(seed, steps) }))
    await refused(resync(-130), 403, 'InvalidAuthenticationCode', WRONG_CODE)
    await resync(-100)
    await refused(resync(-100), 403, 'InvalidAuthenticationCode', WRONG_CODE)
    await refused(
      admin().send(new ResyncMFADeviceCommand({ UserName: 'bob', SerialNumber, ...codes(seed) })),
      404,
      'NoSuchEntity',
      NOT_THEIRS,
    )
  })

  test('are told of one by one when they are security keys, of which there are none', async () => {
    const key = `arn:aws:iam::${ACCOUNT}:u2f/user/bob/key-ABCDEFGH`
    for (const SerialNumber of [key, ROOTS.SerialNumber, TOKEN.SerialNumber]) {
      await refused(
        admin().send(new GetMFADeviceCommand({ SerialNumber, UserName: 'bob' })),
        404,
        'NoSuchEntity',
        `MFADevice with serial number ${SerialNumber} doesn't exist.`,
      )
    }
  })

  test('have to be said whose they are by roles and, but for lists, by root', async () => {
    const says = 'Must specify userName when calling with non-User credentials'
    const SerialNumber = ROOTS.SerialNumber
    await refused(stage.as('root').send(new DeactivateMFADeviceCommand({ SerialNumber })), 400, 'ValidationError', says)
    await refused(stage.as('root').send(new GetMFADeviceCommand({ SerialNumber })), 400, 'ValidationError', says)
    const role = stage.as(await keeper())
    await refused(role.send(new ListMFADevicesCommand({})), 400, 'ValidationError', says)
    await refused(role.send(new DeactivateMFADeviceCommand({ SerialNumber })), 400, 'ValidationError', says)
  })

  test('have tags whose keys differ by case', async () => {
    const { serial: SerialNumber } = await created('tagged', { Tags: [{ Key: 'team', Value: 'core' }] })
    const tags = async () => (await admin().send(new ListMFADeviceTagsCommand({ SerialNumber }))).Tags
    await admin().send(new TagMFADeviceCommand({ SerialNumber, Tags: [{ Key: 'Team', Value: 'other' }] }))
    assert.deepEqual(await tags(), [
      { Key: 'Team', Value: 'other' },
      { Key: 'team', Value: 'core' },
    ])
    await admin().send(new UntagMFADeviceCommand({ SerialNumber, TagKeys: ['Team'] }))
    assert.deepEqual(await tags(), [{ Key: 'team', Value: 'core' }])
    await refused(
      admin().send(new ListMFADeviceTagsCommand({ SerialNumber: arn('absent') })),
      404,
      'NoSuchEntity',
      absent(arn('absent')),
    )
  })

  test('are what policies say of their tags', async () => {
    const mine = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'iam:*MFA*',
          Resource: '*',
          Condition: { StringEquals: { 'aws:ResourceTag/team': 'core' } },
        },
      ],
    }
    await using fresh = await setIamStage([
      { UserName: 'keeper', Policies: [{ PolicyName: 'p', PolicyDocument: mine }] },
    ])
    for (const [name, Value] of [
      ['ours', 'core'],
      ['theirs', 'web'],
    ] as const) {
      await fresh
        .as('admin')
        .send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: name, Tags: [{ Key: 'team', Value }] }))
    }
    const remove = (name: string) =>
      fresh.as('keeper').send(new DeleteVirtualMFADeviceCommand({ SerialNumber: arn(name) }))
    await refused(remove('theirs'), 403, 'AccessDenied', /mfa\/theirs/)
    await remove('ours')
  })

  async function keeper(): Promise<Credentials> {
    const { credentials } = await stage.broker.as(`arn:aws:iam::${ACCOUNT}:user/admin`)
    const sts = new STSClient({ endpoint: stage.broker.endpoint, region: 'us-east-1', credentials })
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/keeper`
    const { Credentials: made } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'keeping' }))
    sts.destroy()
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = made ?? {}
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
  }
})
