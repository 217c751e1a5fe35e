import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { startTestBroker } from '../../src/testing/index.ts'

test('every request is counted once: what reaches no operation, what is refused, what is granted', async () => {
  await using broker = await startTestBroker({
    directory: { Accounts: [{ Id: '111111111111', Users: [{ UserName: 'alice', AccessKeys: [{}] }] }] },
  })
  await fetch(`${broker.endpoint}/?Action=Nope&Version=2011-06-15`)
  await fetch(`${broker.endpoint}/?Action=GetCallerIdentity&Version=2011-06-15`)
  await new STSClient(await broker.as('111111111111/alice')).send(new GetCallerIdentityCommand({}))
  const metrics = await (await fetch(`${broker.addresses.admin}/metrics`)).text()
  const counted = metrics.split('\n').filter((line) => /^rolecall_requests_total.*(none|sts:)/.test(line))
  assert.deepEqual(counted.sort(), [
    'rolecall_requests_total{operation="none",outcome="refused"} 1',
    'rolecall_requests_total{operation="sts:GetCallerIdentity",outcome="granted"} 1',
    'rolecall_requests_total{operation="sts:GetCallerIdentity",outcome="refused"} 1',
  ])
})
