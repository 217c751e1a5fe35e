import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { isInstalled, type Setting, startSetting } from './setting.ts'

const DIRECTORY = fileURLToPath(new URL('outbound.yaml', import.meta.url))
/** No URL: version 1 of the aws CLI would fetch what is behind it. */
const AUDIENCE = 'api.example.com'
const ALICE = 'arn:aws:iam::111111111111:user/alice'
const knowsIt = async (program: string, ...args: readonly string[]) =>
  (await isInstalled(program, ...args)) ? false : `there is no ${program} that knows the action`
const withoutCli = await knowsIt('aws', 'sts', 'get-web-identity-token', 'help')
const withoutBoto3 = await knowsIt(
  'python3',
  '-c',
  "import boto3; boto3.client('sts', 'us-east-1').get_web_identity_token",
)

suite('tokens for verifiers outside, from unmodified clients', () => {
  let setting: Setting
  let issuer = ''
  before(async () => {
    setting = await startSetting(DIRECTORY)
  })
  after(() => setting[Symbol.asyncDispose]())

  const verified = async (token: string, algorithm: string) => {
    const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
    return (await jwtVerify(token, keys, { issuer, audience: AUDIENCE, algorithms: [algorithm] })).payload
  }

  test('the aws CLI enables the issuer and gets a token', { skip: withoutCli }, async () => {
    const aws = (...args: string[]) => setting.run('aws', [...args, '--profile', 'alice', '--output', 'json'])
    const refused = await aws('sts', 'get-web-identity-token', '--audience', AUDIENCE, '--signing-algorithm', 'ES384')
    assert.match(
      refused.stderr,
      /\(OutboundWebIdentityFederationDisabledException\).*: OutboundWebIdentityFederation is disabled/,
    )
    const enabled = await aws('iam', 'enable-outbound-web-identity-federation')
    issuer = JSON.parse(enabled.stdout || '{}').IssuerIdentifier
    const asked = ['--audience', AUDIENCE, '--signing-algorithm', 'ES384', '--tags', 'Key=team,Value=core']
    const { stdout, stderr } = await aws('sts', 'get-web-identity-token', ...asked)
    assert.equal(stderr, '')
    const payload = await verified(JSON.parse(stdout).WebIdentityToken, 'ES384')
    assert.equal(payload.sub, ALICE)
  })

  test('boto3 gets a token', { skip: withoutBoto3 }, async () => {
    const lines = `
import boto3
session = boto3.Session(profile_name='alice')
iam = session.client('iam')
try:
    iam.enable_outbound_web_identity_federation()
except iam.exceptions.FeatureEnabledException:
    pass
print(iam.get_outbound_web_identity_federation_info()['IssuerIdentifier'])
print(session.client('sts').get_web_identity_token(Audience=['${AUDIENCE}'], SigningAlgorithm='RS256')['WebIdentityToken'])`
    const { stdout, stderr } = await setting.run('python3', ['-c', lines])
    assert.equal(stderr, '')
    const [named = '', token = ''] = stdout.trim().split('\n')
    issuer = named
    assert.equal((await verified(token, 'RS256')).sub, ALICE)
  })
})
