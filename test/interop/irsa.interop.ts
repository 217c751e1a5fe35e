import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type IrsaStage, irsaStage, OTHER, WEB } from '../wire/irsa/stage.ts'
import { advance, execute, isInstalled } from './setting.ts'
import { WhoamiProgram } from './whoami-program.ts'

const CLIENTS = fileURLToPath(new URL('clients', import.meta.url))
const SESSION = /^arn:aws:sts::111111111111:assumed-role\/web\//
const noAws = (await isInstalled('aws', '--version')) ? false : 'the aws CLI is not installed'
const noBoto3 = (await isInstalled('python3', '-c', 'import boto3')) ? false : 'boto3 is not installed'
const javascript = (...args: string[]) => [process.execPath, join(CLIENTS, 'whoami.mjs'), ...args]

suite('IAM roles for service accounts, in unmodified clients', () => {
  let set: IrsaStage
  let home: string
  before(async () => {
    set = await irsaStage()
    home = await mkdtemp(join(tmpdir(), 'rolecall-irsa-'))
  })
  after(async () => {
    await set[Symbol.asyncDispose]()
    await rm(home, { recursive: true })
  })

  /** As a pod of EKS is started with, but for where STS is. */
  const environmentOf = async (name: string) => ({
    PATH: process.env['PATH'] ?? '',
    // The aws CLI remembers credentials at home.
    HOME: await mkdtemp(join(home, 'home-')),
    ...(await set.broker.env(name, { irsa: true })),
    AWS_ENDPOINT_URL_STS: set.broker.addresses.api,
    AWS_ENDPOINT_URL: set.broker.addresses.api,
  })

  for (const [client, command] of [
    ['the AWS SDK for JavaScript', javascript()],
    ['fromTokenFile', javascript('fromTokenFile')],
  ] as const) {
    test(`${client} gets credentials, and others with the token that is in its file by then`, async () => {
      await using program = new WhoamiProgram(command, await environmentOf(WEB))
      const [first, arn = '', firstKey] = await program.call()
      assert.equal(first, 'ok', arn)
      assert.match(arn, SESSION)
      // What the file held at the start has ended, too.
      await advance(set.broker, 'PT25H')
      assert.deepEqual(await program.call(), ['error', 'ExpiredToken'])
      program.later(25 * 3600)
      const [second, laterArn = '', laterKey] = await program.call()
      assert.equal(second, 'ok', laterArn)
      assert.match(laterArn, SESSION)
      assert.notEqual(laterKey, firstKey)
    })
  }

  test('boto3 gets credentials, whatever the token that its file holds by then', { skip: noBoto3 }, async () => {
    const env = await environmentOf(WEB)
    // What it got is remembered by real time: each time is another program in the same environment.
    for (const duration of ['PT25H', 'PT1H']) {
      await using program = new WhoamiProgram(['python3', join(CLIENTS, 'whoami.py')], env)
      const [status, arn = ''] = await program.call()
      assert.equal(status, 'ok', arn)
      assert.match(arn, SESSION)
      await advance(set.broker, duration)
      assert.deepEqual(await program.call(), ['error', 'ExpiredToken'])
    }
  })

  test('the aws CLI is the role, and a pod of another service account is not', { skip: noAws }, async () => {
    const asked = ['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text']
    const { stdout, stderr } = await execute('aws', asked, await environmentOf(WEB))
    assert.match(stdout.trim(), SESSION, stderr)
    const other = await execute('aws', asked, await environmentOf(OTHER))
    assert.match(other.stderr, /\(AccessDenied\).*Not authorized to perform sts:AssumeRoleWithWebIdentity/)
  })
})
