import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import jsQR from 'jsqr'
import { runCli } from '../../src/cli/index.ts'
import { startTestBroker, type TestBroker } from '../../src/testing/index.ts'
import { totp } from '../totp.ts'
import { commandLine, type Ended } from './command-line.ts'

const ACCOUNT = '111111111111'
const SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const TOKEN = { SerialNumber: 'GAHT12345678', Base32StringSeed: SEED }
const ALL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const Policies = [{ PolicyName: 'all', PolicyDocument: ALL }]
const arn = (name: string) => `arn:aws:iam::${ACCOUNT}:mfa/${name}`
const WRONG = 'InvalidAuthenticationCode: Authentication code for device is not valid.'

describe('rolecall mfa', () => {
  let broker: TestBroker
  before(async () => {
    const Users = ['alice', 'bob', 'carol'].map((UserName) => ({
      UserName,
      Path: '/team/',
      AccessKeys: [{}],
      Policies,
    }))
    broker = await startTestBroker({
      directory: {
        Accounts: [
          {
            Id: ACCOUNT,
            Root: { AccessKeys: [{}] },
            Users: [...Users, { UserName: 'dave', AccessKeys: [{}], VirtualMFADevices: [TOKEN] }],
          },
        ],
      },
    })
  })
  after(() => broker[Symbol.asyncDispose]())

  async function environmentOf(who: string): Promise<Readonly<Record<string, string>>> {
    const principal = who === 'root' ? `arn:aws:iam::${ACCOUNT}:root` : `${ACCOUNT}/${who}`
    const { credentials } = await broker.as(principal)
    const { accessKeyId, secretAccessKey } = credentials
    return {
      AWS_ENDPOINT_URL: broker.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    }
  }
  async function mfa(who: string, ...args: readonly string[]): Promise<Ended> {
    return await commandLine(['mfa', ...args], { environment: await environmentOf(who) })
  }
  /** Types an answer to each prompt, made of the seed that was shown by then; then the input ends. */
  async function typing(
    who: string,
    args: readonly string[],
    answers: readonly ((seed: string) => string)[],
  ): Promise<Ended & { readonly seed: string }> {
    const written = { stdout: '', stderr: '' }
    const stdin = new PassThrough()
    let answered = 0
    let seed = ''
    const output = (name: 'stdout' | 'stderr') => ({
      isTTY: true,
      write(text: string) {
        written[name] += text
        if (seed === '') seed = /^[A-Z2-7]{64}$/m.exec(written.stdout)?.[0] ?? seedIn(written.stderr)
        if (!/code: $/.test(text)) return
        const answer = answers[answered++]
        if (answer === undefined) stdin.end()
        else stdin.write(`${answer(seed)}\n`)
      },
    })
    const status = await runCli(['mfa', ...args], {
      environment: { HOME: '/nowhere', ...(await environmentOf(who)) },
      stdin,
      stdout: output('stdout'),
      stderr: output('stderr'),
      signals: new EventEmitter(),
      nodeVersion: '24.21.0',
    })
    return { status, ...written, seed }
  }
  const code = (steps: number) => (seed: string) => totp(seed, broker.clock.now(), steps)

  describe('enroll', () => {
    test('shows no QR code where nobody scans it', async () => {
      const { status, stderr } = await mfa('alice', 'enroll')
      assert.equal(
        stderr,
        'rolecall: A QR code has to be scanned from a terminal: --seed writes the seed to standard output instead\n',
      )
      assert.equal(status, 2)
    })

    test('leaves no device behind when nobody types codes, or four times wrong ones', async () => {
      const ended = await typing('alice', ['enroll'], [() => '12345', () => 'abcdef'])
      assert.match(ended.stderr, /A code is six digits\.\nFirst code: .*No codes were typed/s)
      assert.equal(ended.status, 1)
      const wrong = await typing(
        'alice',
        ['enroll'],
        Array.from({ length: 9 }, () => code(0)),
      )
      assert.ok(wrong.stderr.endsWith(`rolecall: ${WRONG}\n`))
      assert.equal(wrong.stderr.split(WRONG).length - 1, 4)
      assert.equal((await mfa('alice', 'list', '--all')).stdout, 'SERIAL NUMBER  USER  ENABLED\n')
    })

    test('enables a device for the user with codes of the seed that its QR code has', async () => {
      const { status, stdout, stderr, seed } = await typing('alice', ['enroll'], [code(0), code(0), code(-1), code(0)])
      assert.equal(stdout, `alice has the MFA device ${arn('alice')}\n`)
      assert.match(stderr, /try again\.\nFirst code: /)
      assert.ok(!stdout.includes(seed) && !stderr.includes(seed) && seed.length === 64)
      assert.equal(status, 0)
    })

    test('gives a device another name, to another user, and the seed to standard output', async () => {
      const args = ['enroll', '--user', 'bob', '--name', 'phone', '--seed']
      const { status, stdout, seed } = await typing('alice', args, [code(-1), code(0)])
      assert.equal(stdout, `${seed}\n`)
      assert.equal(status, 0)
      const { stdout: listed } = await mfa('bob', 'list', '--json')
      assert.deepEqual(
        JSON.parse(listed).map(({ UserName, SerialNumber }: Record<string, string>) => [UserName, SerialNumber]),
        [['bob', arn('phone')]],
      )
    })

    test('tells what to do when the name is taken', async () => {
      const { stderr, status } = await typing('alice', ['enroll'], [])
      assert.match(stderr, /^rolecall: There is an MFA device alice already: give this one another name with --name/)
      assert.equal(status, 1)
    })

    test('is not for the root user, whom no API names', async () => {
      const { stderr } = await typing('root', ['enroll'], [])
      assert.match(stderr, /^rolecall: AWS's API has no name for the root user: .*Root: VirtualMFADevices/)
    })
  })

  test('list tells whose devices there are', async () => {
    const { stdout } = await mfa('alice', 'list', '--all')
    const [head, ...rows] = stdout.trimEnd().split('\n')
    assert.match(head ?? '', /^SERIAL NUMBER +USER +ENABLED$/)
    assert.deepEqual(
      rows.map((row) => row.split(/ {2,}/).slice(0, 2)),
      [
        [arn('alice'), 'alice'],
        [arn('phone'), 'bob'],
      ],
    )
    assert.match((await mfa('alice', 'list', '--user', 'dave')).stdout, /^GAHT12345678 +dave +\d{4}-/m)
    assert.match((await mfa('dave', 'list')).stderr, /^rolecall: AccessDenied: User: .*iam:ListMFADevices/)
  })

  test('remove says which device, whose, and what became of it', async () => {
    assert.equal((await mfa('alice', 'remove')).stderr, 'rolecall: say which device to remove\n')
    assert.equal((await mfa('alice', 'list', 'x')).status, 2)
    const theirs = await mfa('alice', 'remove', arn('phone'))
    assert.match(theirs.stderr, /^rolecall: The device is not alice's: say whose it is with --user/)
    const taken = await mfa('alice', 'remove', arn('phone'), '--user', 'bob')
    assert.equal(taken.stdout, `Taken from bob, and deleted: ${arn('phone')}\n`)
    const token = await mfa('alice', 'remove', TOKEN.SerialNumber, '--user', 'dave', '--json')
    assert.deepEqual(JSON.parse(token.stdout), {
      SerialNumber: TOKEN.SerialNumber,
      UserName: 'dave',
      deleted: false,
    })
    assert.match((await mfa('alice', 'remove', arn('nobody'))).stderr, /^rolecall: NoSuchEntity: VirtualMFADevice/)
  })
})

/** What the QR code says that stands in a text in half blocks: its seed. */
function seedIn(text: string): string {
  const before = '\u001b[30;107m'
  const after = '\u001b[0m'
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith(before))
    .map((line) => line.slice(before.length, -after.length))
  const width = lines[0]?.length ?? 0
  const scale = 4
  const pixels = new Uint8ClampedArray(width * scale * lines.length * 2 * scale * 4).fill(255)
  for (const [row, line] of lines.entries()) {
    for (const [column, block] of [...line].entries()) {
      if ('█▀'.includes(block)) paint(column, row * 2)
      if ('█▄'.includes(block)) paint(column, row * 2 + 1)
    }
  }
  if (width === 0) return ''
  const { data = '' } = jsQR.default(pixels, width * scale, lines.length * 2 * scale) ?? {}
  return /^otpauth:\/\/totp\/[^?]+\?secret=([A-Z2-7]{64})$/.exec(data)?.[1] ?? ''

  function paint(x: number, y: number): void {
    for (let dy = 0; dy < scale; dy++) {
      for (let dx = 0; dx < scale; dx++) {
        const at = ((y * scale + dy) * width * scale + x * scale + dx) * 4
        pixels.set([0, 0, 0, 255], at)
      }
    }
  }
}
