import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { AssertionParts } from '../saml/saml-idp.ts'
import { SOURCE } from '../wire/cast.ts'
import { base64, providerArn, roleArn, type Setting, setUp } from '../wire/saml/setting.ts'
import { execute, isInstalled } from './setting.ts'

const noAws = (await isInstalled('aws', '--version')) ? false : 'aws is not installed'
const noBoto3 = (await isInstalled('python3', '-c', 'import boto3')) ? false : 'boto3 is not installed'

suite('assume-role-with-saml, in unmodified clients', () => {
  let set: Setting
  let home: string
  before(async () => {
    set = await setUp()
    home = await mkdtemp(join(tmpdir(), 'rolecall-saml-'))
  })
  after(async () => {
    await set[Symbol.asyncDispose]()
    await rm(home, { recursive: true })
  })
  /** No credentials are there: nobody signs. */
  const run = async (parts: AssertionParts, program: string, args: readonly string[]) => {
    await writeFile(join(home, 'assertion'), base64(set.signed(parts)))
    return await execute(program, args, {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_STS: set.broker.endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
    })
  }
  const late = { issueInstant: new Date(Date.now() - 600_000).toISOString() }

  test('the aws CLI gets credentials, and is told why not', { skip: noAws }, async () => {
    const assertion = `file://${join(home, 'assertion')}`
    const names = ['--role-arn', roleArn('Open'), '--principal-arn', providerArn(), '--saml-assertion', assertion]
    const assume = ['sts', 'assume-role-with-saml', ...names, '--output', 'json']
    const { stdout, stderr } = await run({}, 'aws', assume)
    const { AssumedRoleUser, Subject } = JSON.parse(stdout || '{}')
    assert.equal(AssumedRoleUser?.Arn, `arn:aws:sts::${SOURCE}:assumed-role/Open/alice`, stderr)
    assert.equal(Subject, 'alice')
    const denied = await run({ roles: [] }, 'aws', assume)
    assert.match(denied.stderr, /\(AccessDenied\).*Not authorized to perform sts:AssumeRoleWithSAML/)
    const expired = await run(late, 'aws', assume)
    assert.match(expired.stderr, /\(ExpiredTokenException\).*Token must be redeemed within 5 minutes of issuance/)
  })

  test('boto3 gets credentials, acts as the role, and sees the codes of AWS', { skip: noBoto3 }, async () => {
    const program = `
import boto3
made = boto3.client('sts').assume_role_with_saml(
    RoleArn='${roleArn('Open')}', PrincipalArn='${providerArn()}',
    SAMLAssertion=open('${join(home, 'assertion')}').read())
keys = made['Credentials']
session = boto3.client('sts', aws_access_key_id=keys['AccessKeyId'], aws_secret_access_key=keys['SecretAccessKey'],
    aws_session_token=keys['SessionToken'])
print(session.get_caller_identity()['Arn'], made['SubjectType'])`
    const { stdout, stderr } = await run({}, 'python3', ['-c', program])
    assert.equal(stdout.trim(), `arn:aws:sts::${SOURCE}:assumed-role/Open/alice persistent`, stderr)
    const refused = await run({ issuer: 'https://other.example.com' }, 'python3', ['-c', program])
    assert.match(refused.stderr, /InvalidIdentityToken.*Issuer not present in specified provider/)
  })
})
