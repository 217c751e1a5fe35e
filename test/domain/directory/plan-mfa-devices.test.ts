import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import {
  type DesiredAccount,
  DirectoryMistakes,
  type DirectoryPlan,
  planDirectory,
} from '../../../src/domain/directory/index.ts'
import { epochMillis } from '../../../src/model/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { anAccount, aUser, aWorld, SOURCE, type World } from './samples.ts'

const SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const OTHER_SEED = 'MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U'
const PHONE = `arn:aws:iam::${SOURCE}:mfa/team/alice`
const TOKEN = 'GAHT12345678'

type Devices = readonly { readonly SerialNumber: string; readonly Base32StringSeed?: string | undefined }[]
const phone = { SerialNumber: PHONE, Base32StringSeed: SEED }

const withDevices = (VirtualMFADevices: Devices | undefined, Path = '/') =>
  anAccount(SOURCE, { Users: [aUser('alice', { Path, VirtualMFADevices }), aUser('bob')] })

async function mistakesOf(t: TestContext, devices: Devices): Promise<string> {
  const world = await aWorld(t)
  try {
    await world.plan(withDevices(devices))
    return ''
  } catch (error) {
    assert.ok(error instanceof DirectoryMistakes)
    return error.message
  }
}

async function serialsOf({ directory }: World, userName = 'alice'): Promise<readonly string[]> {
  const user = await directory.user(SOURCE, userName)
  return (await directory.mfaDevices.of(user?.uniqueId ?? '')).map(({ serialNumber }) => serialNumber)
}

describe('MFA devices of a directory file are refused', () => {
  const says = 'must be 26 to 103 characters of Base32'
  const REFUSED: readonly (readonly [rule: string, devices: Devices, mistake: RegExp])[] = [
    ['a serial number that is too short', [{ ...phone, SerialNumber: 'GAHT1234' }], /9 to 256 characters/],
    ['one of another account', [{ ...phone, SerialNumber: PHONE.replace(SOURCE, '222222222222') }], /must be arn:aws/],
    ['one of a security key', [{ ...phone, SerialNumber: PHONE.replace('mfa', 'u2f/user') }], /must be arn:aws:iam/],
    ['one without a name', [{ ...phone, SerialNumber: `arn:aws:iam::${SOURCE}:mfa/team/` }], /and a name/],
    ['one with a space', [{ ...phone, SerialNumber: 'GAHT 12345678' }], /and a name/],
    ['one that another has in other letters', [phone, { ...phone, SerialNumber: `${PHONE.slice(0, -1)}E` }], /twice/],
    ['a new device without a seed', [{ SerialNumber: PHONE }], /Base32StringSeed: is needed/],
    ['a seed of too few bits', [{ ...phone, Base32StringSeed: 'A'.repeat(24) }], new RegExp(says)],
    ['a seed that is no Base32', [{ ...phone, Base32StringSeed: `${SEED}1` }], new RegExp(says)],
    ['a seed of no whole bytes', [{ ...phone, Base32StringSeed: `${SEED}A` }], new RegExp(says)],
    ['a seed with bits left over', [{ ...phone, Base32StringSeed: `${SEED}AB` }], new RegExp(says)],
    ['a seed in lower case', [{ ...phone, Base32StringSeed: SEED.toLowerCase() }], new RegExp(says)],
    ['the seed of another device', [phone, { ...phone, SerialNumber: TOKEN }], /\.1\.Base32StringSeed: another device/],
    [
      'the seed of another device and zeros, which shows the same codes',
      [phone, { SerialNumber: TOKEN, Base32StringSeed: `${SEED}AA` }],
      /\.1\.Base32StringSeed: another device/,
    ],
    [
      'a ninth device',
      Array.from({ length: 9 }, (_, n) => ({ ...phone, SerialNumber: `${PHONE}${n}` })),
      /at most 8 MFA devices/,
    ],
  ]
  for (const [rule, devices, mistake] of REFUSED) {
    test(`for ${rule}`, async (t) => {
      const said = await mistakesOf(t, devices)
      assert.match(said, mistake)
      assert.doesNotMatch(said, /GEZDGN|gezdgn/, 'and no seed is repeated')
    })
  }

  test('for the seed of another device that is there, or of somebody else in the file', async (t) => {
    const world = await aWorld(t)
    await world.apply(withDevices([phone]))
    const other = { SerialNumber: TOKEN, Base32StringSeed: SEED }
    await assert.rejects(
      world.plan(withDevices([other, { SerialNumber: PHONE }])),
      /VirtualMFADevices\.1\.SerialNumber: another device here has the same seed/,
    )
    const Users = [aUser('alice', { VirtualMFADevices: [phone] })]
    await assert.rejects(
      world.plan(anAccount(SOURCE, { Root: { VirtualMFADevices: [other] }, Users })),
      /Base32StringSeed: another device here has the same seed/,
    )
  })

  test('when somebody else has them', async (t) => {
    const world = await aWorld(t)
    await world.apply(withDevices([phone]))
    const Users = [aUser('alice'), aUser('bob', { VirtualMFADevices: [phone] })]
    await assert.rejects(world.plan(anAccount(SOURCE, { Users })), /belongs to another principal/)
    await assert.rejects(
      world.plan(anAccount(SOURCE, { Root: { VirtualMFADevices: [phone] } })),
      /belongs to another principal/,
    )
  })
})

describe('MFA devices of a directory file', () => {
  test('are enabled for a user and for root, hardware by its serial number', async (t) => {
    const world = await aWorld(t)
    const Root = { VirtualMFADevices: [{ SerialNumber: TOKEN, Base32StringSeed: OTHER_SEED }] }
    await world.apply(anAccount(SOURCE, { Root, Users: [aUser('alice', { VirtualMFADevices: [phone] })] }))
    const { mfaDevices } = world.directory
    const device = await mfaDevices.find(SOURCE, PHONE)
    const { uniqueId } = (await world.directory.user(SOURCE, 'alice')) ?? {}
    assert.deepEqual([device?.enabled?.holder, device?.seed.reveal()], [uniqueId, SEED])
    assert.deepEqual(
      (await mfaDevices.of(SOURCE)).map(({ serialNumber }) => serialNumber),
      [TOKEN],
    )
    assert.equal((await mfaDevices.find(SOURCE, TOKEN))?.enabled?.holder, SOURCE)
    assert.equal(await mfaDevices.find(SOURCE, PHONE.toUpperCase()), undefined)
    assert.doesNotMatch(
      JSON.stringify(await world.storage.directory.find('mfa-device', `${SOURCE}/${PHONE}`)),
      /GEZDGN/,
    )
  })

  test('stay the devices they are when they are applied again, with or without their seeds', async (t) => {
    const world = await aWorld(t)
    await world.apply(withDevices([phone]))
    const before = await world.directory.mfaDevices.find(SOURCE, PHONE)
    for (const devices of [[phone], [{ SerialNumber: PHONE }], undefined, []]) {
      const { changes } = await planned(world, withDevices(devices))
      assert.deepEqual(changes, [])
    }
    assert.deepEqual(await world.directory.mfaDevices.find(SOURCE, PHONE), before)
  })

  test('become another device with another seed', async (t) => {
    const world = await aWorld(t)
    await world.apply(withDevices([phone]))
    const before = await world.directory.mfaDevices.find(SOURCE, PHONE)
    await world.apply(withDevices([{ ...phone, Base32StringSeed: OTHER_SEED }]))
    const after = await world.directory.mfaDevices.find(SOURCE, PHONE)
    assert.notEqual(after?.id, before?.id)
    assert.deepEqual([after?.seed.reveal(), after?.createdAt], [OTHER_SEED, before?.createdAt])
  })

  test('end when the list of their holder names others', async (t) => {
    const world = await aWorld(t)
    await world.apply(withDevices([phone]))
    const { changes, differences } = await planned(world, withDevices([{ ...phone, SerialNumber: TOKEN }]))
    assert.deepEqual(
      differences.map(({ change, kind, arn }) => [change, kind, arn]),
      [
        ['created', 'mfa-device', TOKEN],
        ['deleted', 'mfa-device', PHONE],
      ],
    )
    await world.directory.change(async () => ({ changes }))
    assert.deepEqual(await serialsOf(world), [TOKEN])
  })

  test('end with their user, and with a user of another path', async (t) => {
    const world = await aWorld(t)
    await world.apply(withDevices([phone]))
    await world.apply(withDevices(undefined, '/team/'))
    assert.equal(await world.directory.mfaDevices.find(SOURCE, PHONE), undefined)
    await world.apply(withDevices([phone], '/team/'))
    assert.deepEqual(await serialsOf(world), [PHONE])
    await world.directory.change(() => planned(world, anAccount(SOURCE, { Users: [aUser('bob')] }), 'pruned'))
    assert.equal(await world.directory.mfaDevices.find(SOURCE, PHONE), undefined)
  })

  test('are those of a new user when they are listed for it under another path', async (t) => {
    const world = await aWorld(t)
    await world.apply(withDevices([phone]))
    await world.apply(withDevices([phone], '/team/'))
    assert.deepEqual(await serialsOf(world), [PHONE])
  })

  test('end by an empty list where what is not listed is pruned, and only there', async (t) => {
    const world = await aWorld(t)
    await world.apply(withDevices([phone]))
    await world.apply(withDevices([]))
    assert.deepEqual(await serialsOf(world), [PHONE])
    await world.directory.change(() => planned(world, withDevices(undefined), 'pruned'))
    assert.deepEqual(await serialsOf(world), [PHONE])
    await world.directory.change(() => planned(world, withDevices([]), 'pruned'))
    assert.deepEqual(await serialsOf(world), [])
  })

  test('are sealed anew when the key changes, and the same afterwards', async (t) => {
    const world = await aWorld(t)
    await world.apply(withDevices([phone]))
    const { id } = world.keyring.active('at-rest')
    await world.keyring.supersede('at-rest', id)
    assert.equal(await world.directory.resealSecrets(), 1)
    await world.keyring.destroy('at-rest', id)
    assert.equal((await world.directory.mfaDevices.find(SOURCE, PHONE))?.seed.reveal(), SEED)
  })

  test('do not open in the record of another device', async (t) => {
    const world = await aWorld(t)
    await world.apply(withDevices([phone]))
    const key = `${SOURCE}/${PHONE}`
    const record = await world.storage.directory.find('mfa-device', key)
    assert.ok(record)
    const body = record.body.replace(PHONE, TOKEN)
    await world.storage.directory.commit([{ put: { ...record, key: `${SOURCE}/${TOKEN.toLowerCase()}`, body } }])
    await assert.rejects(world.directory.mfaDevices.find(SOURCE, TOKEN))
  })
})

async function planned(
  { directory, keyring }: World,
  account: DesiredAccount,
  unlisted: 'kept' | 'pruned' = 'kept',
): Promise<DirectoryPlan> {
  const parts = { directory, keyring, random: systemRandom, now: epochMillis(5), unlisted }
  return await planDirectory({ Accounts: [account] }, parts)
}
