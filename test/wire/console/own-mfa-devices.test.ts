import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { TestBroker } from '../../../src/testing/index.ts'
import { cheapPasswords } from '../../cheap-passwords.ts'
import { totp } from '../../totp.ts'
import { openSite, PASSWORD, textOf, type Visitor } from './visitor.ts'

cheapPasswords()

const ACCOUNT = '111111111111'
const PAGE = '/console/mfa'
const ENROLL = '/console/mfa/enroll'
const DEVICE = '/console/mfa/device'
const LoginProfile = { Password: PASSWORD }
const OWN_DEVICES = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Action: 'iam:*MFADevice*',
    Resource: [`arn:aws:iam::${ACCOUNT}:user/\${aws:username}`, `arn:aws:iam::${ACCOUNT}:mfa/\${aws:username}*`],
  },
}
const NO_DELETE = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: 'iam:DeleteVirtualMFADevice', Resource: '*' },
  ],
}
const SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const DIRECTORY = {
  Accounts: [
    {
      Id: ACCOUNT,
      Alias: 'source',
      Root: { LoginProfile },
      Users: [
        { UserName: 'alice', LoginProfile, Policies: [{ PolicyName: 'own', PolicyDocument: OWN_DEVICES }] },
        { UserName: 'bob', LoginProfile },
        {
          UserName: 'carol',
          LoginProfile,
          Policies: [{ PolicyName: 'own', PolicyDocument: NO_DELETE }],
          VirtualMFADevices: [{ SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/carol`, Base32StringSeed: SEED }],
        },
      ],
    },
  ],
}

const site = (t: TestContext) => openSite(t, { directory: DIRECTORY })

/** What a device shows. @param later - in steps of half a minute from now */
function codeOf(seed: string, broker: TestBroker, later = 0): string {
  return totp(seed, broker.clock.now(), later)
}

const twoCodes = (seed: string, broker: TestBroker) => {
  return { code1: codeOf(seed, broker, -1), code2: codeOf(seed, broker) }
}

/** Begins a device and gives the seed that the page shows. */
async function begin(visitor: Visitor, name: string): Promise<string> {
  assert.equal((await visitor.post(PAGE, { do: 'add', name })).location, ENROLL)
  return textOf((await visitor.get(ENROLL)).text, 'mfa-seed')
}

async function enroll(visitor: Visitor, name: string, broker: TestBroker): Promise<string> {
  const seed = await begin(visitor, name)
  assert.equal((await visitor.post(ENROLL, { do: 'enable', ...twoCodes(seed, broker) })).location, PAGE)
  return seed
}

test('who may not see or make devices is told so in the words of AWS, with a reference', async (t) => {
  const { signedIn } = await site(t)
  const bob = await signedIn({ user: 'bob' })
  assert.match((await bob.get(PAGE)).text, /not authorized to perform: iam:ListMFADevices on resource: user bob/)
  const { status, text } = await bob.post(PAGE, { do: 'add', name: 'bob' })
  assert.equal(status, 403)
  assert.match(text, /not authorized to perform: iam:CreateVirtualMFADevice/)
  assert.match(text, /Reference: <code>[0-9a-f-]{36}/)
  assert.equal((await bob.get(ENROLL)).location, PAGE)
})

test('a device is enabled by two codes in a row, and by nothing else', async (t) => {
  const { broker, signedIn } = await site(t)
  const alice = await signedIn({ user: 'alice' })
  const seed = await begin(alice, 'alice')
  const [code1, code2] = [codeOf(seed, broker, -1), codeOf(seed, broker)]
  for (const codes of [
    { code1: code2, code2: code1 },
    { code1, code2: code1 },
    { code1: codeOf(seed, broker, -40), code2: codeOf(seed, broker, -39) },
  ]) {
    const { status, text } = await alice.post(ENROLL, { do: 'enable', ...codes })
    assert.equal(status, 403)
    assert.match(text, /Authentication code for device is not valid\./)
    assert.ok(text.includes(seed), 'the code can still be scanned')
  }
  for (const codes of [{ code1: '', code2: '' }, { code1: 'abcdef', code2: '<script>' }, {}]) {
    assert.equal((await alice.post(ENROLL, { do: 'enable', ...codes })).status, 400)
  }
  const spaced = (code: string) => `${code.slice(0, 3)} ${code.slice(3)}`
  const done = await alice.post(ENROLL, { do: 'enable', code1: spaced(code1), code2: spaced(code2) })
  assert.equal(done.location, PAGE)
  assert.match((await alice.get(PAGE)).text, /mfa\/alice<.*today/)
  assert.equal((await alice.get(ENROLL)).location, PAGE)
})

test('after five wrong pairs the device is locked, and the right ones are refused in the same words', async (t) => {
  const { broker, signedIn } = await site(t)
  const alice = await signedIn({ user: 'alice' })
  const seed = await begin(alice, 'alice')
  const wrong = { code1: codeOf(seed, broker), code2: codeOf(seed, broker, -1) }
  for (let attempt = 0; attempt < 5; attempt++) await alice.post(ENROLL, { do: 'enable', ...wrong })
  const { status, text } = await alice.post(ENROLL, { do: 'enable', ...twoCodes(seed, broker) })
  assert.equal(status, 403)
  assert.match(text, /Authentication code for device is not valid\./)
  broker.clock.advance(5 * 60_000)
  const later = await alice.post(ENROLL, { do: 'enable', ...twoCodes(seed, broker) })
  assert.equal(later.location, PAGE)
})

test('the seed is shown to the browser that made the device, for half an hour, and to no other', async (t) => {
  const { broker, signedIn } = await site(t)
  const [alice, other] = [await signedIn({ user: 'alice' }), await signedIn({ user: 'alice' })]
  const seed = await begin(alice, 'alice')
  assert.match(seed, /^[A-Z2-7]{64}$/)
  assert.equal((await other.get(ENROLL)).location, PAGE)
  assert.equal((await other.post(ENROLL, { do: 'enable', ...twoCodes(seed, broker) })).location, PAGE)
  assert.match((await alice.get(PAGE)).text, /You have begun to add alice/)
  assert.ok(!(await alice.get(PAGE)).text.includes(seed))
  broker.clock.advance(30 * 60_000)
  assert.equal((await alice.get(ENROLL)).location, PAGE)
  assert.ok(!JSON.stringify(await broker.events()).includes(seed))
})

test('what was begun and not finished is deleted, there or by its name, and begun anew', async (t) => {
  const { signedIn } = await site(t)
  const [alice, other] = [await signedIn({ user: 'alice' }), await signedIn({ user: 'alice' })]
  const first = await begin(alice, 'alice')
  const taken = await other.post(PAGE, { do: 'add', name: 'alice' })
  assert.equal(taken.status, 409)
  assert.match(taken.text, /already exists.*Delete the unfinished device/s)
  assert.equal((await other.post(PAGE, { do: 'discard', name: 'alice' })).location, PAGE)
  assert.notEqual(await begin(other, 'alice'), first)
  assert.equal((await other.post(ENROLL, { do: 'cancel' })).location, PAGE)
  // What is not there any more needs no deleting.
  assert.equal((await alice.post(ENROLL, { do: 'cancel' })).location, PAGE)
  assert.equal((await alice.get(ENROLL)).location, PAGE)
})

test('a device that somebody has is not deleted by its name, nor one of others', async (t) => {
  const { broker, signedIn } = await site(t)
  const alice = await signedIn({ user: 'alice' })
  await enroll(alice, 'alice', broker)
  const inUse = await alice.post(PAGE, { do: 'discard', name: 'alice' })
  assert.equal(inUse.status, 409)
  assert.match(inUse.text, /Must deactivate first/)
  for (const serial of [`arn:aws:iam::${ACCOUNT}:mfa/carol`, 'arn:aws:iam::222222222222:mfa/alice', '', '"><script>']) {
    const page = await alice.get(`${DEVICE}?${new URLSearchParams({ serial })}`)
    assert.equal(page.status, 404)
    const { status, text } = await alice.post(DEVICE, { do: 'remove', serial })
    assert.ok([400, 403, 404].includes(status), `${status}`)
    assert.ok(!text.includes('<script>'))
  }
})

test('nothing is done from another site, without the token of forms, or for a role', async (t) => {
  const { signedIn } = await site(t)
  const alice = await signedIn({ user: 'alice' })
  for (const path of [PAGE, ENROLL, DEVICE]) {
    assert.equal((await alice.post(path, { do: 'add', name: 'a' }, { Origin: 'https://evil.example' })).status, 403)
    assert.equal((await alice.post(path, { do: 'add', name: 'a', token: '' })).status, 403)
    assert.equal((await alice.post(path, { do: 'add', name: 'a', token: 'A'.repeat(43) })).status, 403)
    if (path !== ENROLL) assert.equal((await alice.post(path, { do: 'constructor' })).status, 400)
  }
  assert.match((await alice.get(PAGE)).text, /You have none/)
})

test('whoever has a device signs in with a code of it, each once, and is locked out after too many', async (t) => {
  const { broker, signedIn, visitor } = await site(t)
  const alice = await signedIn({ user: 'alice' })
  const seed = await enroll(alice, 'alice', broker)
  const refused = async (code: string) => assert.equal((await visitor().signIn({ user: 'alice', code })).status, 403)
  await refused('')
  broker.clock.advance(30_000)
  const code = codeOf(seed, broker)
  const again = await signedIn({ user: 'alice', code })
  assert.match((await again.get('/console')).text, /with an MFA code/)
  await refused(code)
  broker.clock.advance(60_000)
  const wrong = { code1: codeOf(seed, broker), code2: codeOf(seed, broker) }
  const serial = `arn:aws:iam::${ACCOUNT}:mfa/alice`
  for (let attempt = 0; attempt < 5; attempt++) await alice.post(DEVICE, { do: 'synchronize', serial, ...wrong })
  await refused(codeOf(seed, broker))
  broker.clock.advance(5 * 60_000)
  await signedIn({ user: 'alice', code: codeOf(seed, broker) })
})

test('a device whose clock is off is brought into step, and removed', async (t) => {
  const { broker, signedIn, visitor } = await site(t)
  const alice = await signedIn({ user: 'alice' })
  const seed = await enroll(alice, 'alice', broker)
  const serial = `arn:aws:iam::${ACCOUNT}:mfa/alice`
  const page = await alice.get(`${DEVICE}?${new URLSearchParams({ serial })}`)
  assert.equal(page.status, 200)
  const late = { code1: codeOf(seed, broker, 50), code2: codeOf(seed, broker, 51) }
  const wrong = { ...late, code2: codeOf(seed, broker, 53) }
  const refused = await alice.post(DEVICE, { do: 'synchronize', serial, ...wrong })
  assert.equal(refused.status, 403)
  assert.match(refused.text, /Authentication code for device is not valid\./)
  const done = await alice.post(DEVICE, { do: 'synchronize', serial, ...late })
  assert.equal(done.location, PAGE)
  broker.clock.advance(30_000)
  await signedIn({ user: 'alice', code: codeOf(seed, broker, 51) })

  assert.equal((await alice.post(DEVICE, { do: 'remove', serial })).location, PAGE)
  assert.equal((await visitor().signIn({ user: 'alice' })).location, '/console')
  await begin(alice, 'alice')
})

test('who may take a device away and not delete it is told what became of it', async (t) => {
  const { broker, signedIn } = await site(t)
  const carol = await signedIn({ user: 'carol', code: codeOf(SEED, broker) })
  const { status, text } = await carol.post(DEVICE, { do: 'remove', serial: `arn:aws:iam::${ACCOUNT}:mfa/carol` })
  assert.equal(status, 200)
  assert.match(text, /The device is yours no more/)
  assert.match(text, /iam:DeleteVirtualMFADevice.*explicit deny/s)
  await signedIn({ user: 'carol' })
})

test('root has devices, too', async (t) => {
  const { broker, signedIn, visitor } = await site(t)
  const root = await signedIn({ as: 'root' })
  assert.match((await root.get(PAGE)).text, /value="root-account-mfa-device"/)
  const seed = await enroll(root, 'root-account-mfa-device', broker)
  assert.equal((await visitor().signIn({ as: 'root' })).status, 403)
  broker.clock.advance(30_000)
  const again = await signedIn({ as: 'root', code: codeOf(seed, broker) })
  const serial = `arn:aws:iam::${ACCOUNT}:mfa/root-account-mfa-device`
  assert.equal((await again.post(DEVICE, { do: 'remove', serial })).location, PAGE)
  assert.equal((await visitor().signIn({ as: 'root' })).location, '/console')
})
