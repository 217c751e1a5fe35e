import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { fromIni, fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import { DEPLOYER, SESSION, type Setting, startSetting } from './setting.ts'

suite('the AWS SDK for JavaScript, unmodified', () => {
  let setting: Setting
  before(async () => {
    setting = await startSetting()
  })
  after(() => setting[Symbol.asyncDispose]())

  const files = () => ({
    configFilepath: join(setting.home, 'config'),
    filepath: join(setting.home, 'credentials'),
  })

  test('is refused through a profile whose external id is another', async () => {
    const { endpoint, region } = await setting.broker.as('source/alice')
    const credentials = fromIni({ profile: 'stranger', ...files(), clientConfig: { endpoint, region } })
    await assert.rejects(credentials(), { name: 'AccessDenied' })
  })

  test('assumes the role of a profile with role_arn and source_profile', async () => {
    const { endpoint, region } = await setting.broker.as('source/alice')
    const credentials = fromIni({ profile: 'deployer', ...files(), clientConfig: { endpoint, region } })
    const { Arn = '' } = await new STSClient({ endpoint, region, credentials }).send(new GetCallerIdentityCommand({}))
    assert.match(Arn, SESSION)
  })

  test('assumes a role with fromTemporaryCredentials', async () => {
    const alice = await setting.broker.as('source/alice')
    const credentials = fromTemporaryCredentials({
      masterCredentials: alice.credentials,
      params: { RoleArn: DEPLOYER, RoleSessionName: 'js', ExternalId: 'quickstart' },
      clientConfig: { endpoint: alice.endpoint, region: alice.region },
    })
    const { Arn } = await new STSClient({ ...alice, credentials }).send(new GetCallerIdentityCommand({}))
    assert.equal(Arn, 'arn:aws:sts::222222222222:assumed-role/Deployer/js')
  })
})
