// The test kit with node:test: node --test examples/testing/node-test.test.ts
// Outside this repository the import is 'rolecall/testing'.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { fromInstanceMetadata } from '@aws-sdk/credential-providers'
import { startTestBroker, type TestBroker, type TestInstance } from '../../src/testing/index.ts'

let broker: TestBroker
let instance: TestInstance

/** What is tested here stands for your program: it asks the metadata service who it is. */
async function whoAmI(): Promise<string | undefined> {
  const credentials = fromInstanceMetadata({ maxRetries: 0 })
  const sts = new STSClient({ endpoint: broker.endpoint, region: 'us-east-1', credentials })
  return (await sts.send(new GetCallerIdentityCommand())).Arn
}

before(async () => {
  broker = await startTestBroker({ directory: fileURLToPath(new URL('instances.yaml', import.meta.url)) })
  instance = broker.instance('i-0123456789abcdef0')
  process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] = instance.endpoint
})
beforeEach(() => instance.reset())
after(() => broker.stop())

test('a program on the instance is the role of the instance', async () => {
  assert.equal(await whoAmI(), 'arn:aws:sts::111111111111:assumed-role/web/i-0123456789abcdef0')
})

test('a metadata service that fails leaves it without credentials', async () => {
  instance.steer({ faults: [{ path: 'meta-data/iam', answer: 503 }] })
  await assert.rejects(whoAmI(), /Error response received from instance metadata service/)
  assert.equal(instance.requests.at(-1)?.answer, 503)
})
