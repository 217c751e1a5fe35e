import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import jsQR from 'jsqr'
import { PNG } from 'pngjs'
import { isInstalled, type Setting, startSetting } from './setting.ts'

const installed = (await isInstalled('aws', '--version')) && (await isInstalled('oathtool', '--version'))
const skip = installed ? false : 'the aws CLI or oathtool is not installed'

suite('the aws CLI enrolls MFA devices, with codes of oathtool', { skip }, () => {
  let setting: Setting
  before(async () => {
    setting = await startSetting(fileURLToPath(new URL('mfa-devices.yaml', import.meta.url)))
  })
  after(() => setting[Symbol.asyncDispose]())

  const aws = (...args: readonly string[]) =>
    setting.run('aws', [...args, '--profile', 'alice', '--region', 'us-east-1', '--output', 'json'])
  async function answered(...args: readonly string[]) {
    const { status, stdout, stderr } = await aws(...args)
    assert.equal(status, 0, stderr)
    return stdout === '' ? undefined : JSON.parse(stdout)
  }
  async function made(name: string, method: string): Promise<{ readonly serial: string; readonly content: Buffer }> {
    const file = join(setting.home, name)
    const asked = ['--virtual-mfa-device-name', name, '--outfile', file, '--bootstrap-method', method]
    const { VirtualMFADevice } = await answered('iam', 'create-virtual-mfa-device', ...asked)
    assert.deepEqual(Object.keys(VirtualMFADevice), ['SerialNumber'], 'the seed is in the file, and nowhere else')
    return { serial: VirtualMFADevice.SerialNumber, content: await readFile(file) }
  }
  async function code(seed: string, at: string): Promise<string> {
    const { stdout } = await setting.run('oathtool', ['--totp', '--base32', seed, `--now=${at}`])
    return stdout.trim()
  }
  const enable = async (serial: string, code1: string, code2: string) =>
    await aws(
      ...['iam', 'enable-mfa-device', '--user-name', 'alice', '--serial-number', serial],
      ...['--authentication-code1', code1, '--authentication-code2', code2],
    )

  test('by the text of the seed', async () => {
    const { serial, content } = await made('phone', 'Base32StringSeed')
    const seed = content.toString('latin1')
    const [last, now] = [await code(seed, '30 seconds ago'), await code(seed, 'now')]
    const { stderr } = await enable(serial, now, last)
    assert.ok(stderr.trim().endsWith('EnableMFADevice operation: Authentication code for device is not valid.'), stderr)
    assert.equal((await enable(serial, last, now)).status, 0)
    const { MFADevices } = await answered('iam', 'list-mfa-devices')
    assert.deepEqual(
      MFADevices.map((device: Record<string, string>) => [device['UserName'], device['SerialNumber']]),
      [['alice', serial]],
    )
    const next = await code(seed, '30 seconds')
    await answered('sts', 'get-session-token', '--serial-number', serial, '--token-code', next)
  })

  test('by the QR code', async () => {
    const { serial, content } = await made('tablet', 'QRCodePNG')
    const { data, width, height } = PNG.sync.read(content)
    const { data: uri = '' } = jsQR.default(new Uint8ClampedArray(data), width, height) ?? {}
    const seed = new URL(uri).searchParams.get('secret') ?? ''
    const outcome = await enable(serial, await code(seed, '30 seconds ago'), await code(seed, 'now'))
    assert.equal(outcome.status, 0, outcome.stderr)
    await answered('iam', 'deactivate-mfa-device', '--serial-number', serial)
    await answered('iam', 'delete-virtual-mfa-device', '--serial-number', serial)
    const { VirtualMFADevices } = await answered('iam', 'list-virtual-mfa-devices', '--assignment-status', 'Unassigned')
    assert.deepEqual(VirtualMFADevices, [])
  })
})
