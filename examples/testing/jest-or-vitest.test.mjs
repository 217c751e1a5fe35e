// The test kit with Jest (node --experimental-vm-modules node_modules/.bin/jest) or Vitest (vitest --globals): both have
// test, expect and the hooks as globals.
import { fileURLToPath } from 'node:url'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { fromInstanceMetadata } from '@aws-sdk/credential-providers'
import { startTestBroker } from 'rolecall/testing'

let broker
let instance

/** What is tested here stands for your program: it asks the metadata service who it is. */
async function whoAmI() {
  const credentials = fromInstanceMetadata({ maxRetries: 0 })
  const sts = new STSClient({ endpoint: broker.endpoint, region: 'us-east-1', credentials })
  return (await sts.send(new GetCallerIdentityCommand())).Arn
}

beforeAll(async () => {
  broker = await startTestBroker({ directory: fileURLToPath(new URL('instances.yaml', import.meta.url)) })
  instance = broker.instance('i-0123456789abcdef0')
  process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT = instance.endpoint
})
beforeEach(() => instance.reset())
afterAll(() => broker.stop())

test('a program on the instance is the role of the instance', async () => {
  expect(await whoAmI()).toBe('arn:aws:sts::111111111111:assumed-role/web/i-0123456789abcdef0')
})

test('a metadata service that fails leaves it without credentials', async () => {
  instance.steer({ faults: [{ path: 'meta-data/iam', answer: 503 }] })
  await expect(whoAmI()).rejects.toThrow(/Error response received from instance metadata service/)
  expect(instance.requests.at(-1).answer).toBe(503)
})
