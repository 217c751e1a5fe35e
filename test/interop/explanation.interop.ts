import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DEPLOYER, isInstalled, type Setting, startSetting } from './setting.ts'

const skip = (await isInstalled('aws', '--version')) ? false : 'the aws CLI is not installed'

suite('aws sts decode-authorization-message, unmodified', { skip }, () => {
  let setting: Setting
  before(async () => {
    setting = await startSetting(fileURLToPath(new URL('./explained.yaml', import.meta.url)))
  })
  after(() => setting[Symbol.asyncDispose]())

  const sts = (...args: string[]) => setting.run('aws', ['sts', ...args, '--profile', 'alice', '--output', 'json'])
  const decode = (message: string) => sts('decode-authorization-message', '--encoded-message', message)

  /** The message in what the CLI tells of an answer when it is asked to tell everything. */
  async function refused(): Promise<string> {
    const asked = ['--role-arn', DEPLOYER, '--role-session-name', 'cli', '--external-id', 'guessed-id']
    const { status, stderr } = await sts('assume-role', ...asked, '--debug')
    assert.notEqual(status, 0)
    const [, message] = /'x-rolecall-explanation': '([\w-]+)'/.exec(stderr) ?? []
    assert.ok(message, 'the answer has a message')
    return message
  }

  test('is refused in AWS’s words for a message that was changed', async () => {
    const { status, stderr } = await decode(`${await refused()}AA`)
    assert.notEqual(status, 0)
    assert.match(
      stderr,
      /An error occurred \(InvalidAuthorizationMessageException\) when calling the DecodeAuthorizationMessage operation: Message is not valid\s*$/,
    )
  })

  test('tells the caller’s account its own side, and nothing of the other', async () => {
    const { status, stdout, stderr } = await decode(await refused())
    assert.equal(status, 0, stderr)
    const { allowed, context, rolecall } = JSON.parse(JSON.parse(stdout).DecodedMessage)
    assert.equal(allowed, false)
    assert.equal(context.principal.arn, 'arn:aws:iam::111111111111:user/alice')
    assert.equal(context.action, 'sts:AssumeRole')
    assert.equal(rolecall.side, 'caller')
    assert.ok(!stdout.includes('quickstart') && !stdout.includes('guessed-id') && !stdout.includes('trust'))
  })
})
