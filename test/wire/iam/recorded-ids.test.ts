import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  CreateUserCommand,
  DeleteServiceLinkedRoleCommand,
  EnableOutboundWebIdentityFederationCommand,
  GenerateServiceLastAccessedDetailsCommand,
  IAMClient,
} from '@aws-sdk/client-iam'
import { startInProcess } from '../../../src/compose/index.ts'
import { ACCOUNT, ADMIN } from './iam-stage.ts'

const saying = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: statement })
const POLICY = saying({ Effect: 'Allow', Action: 's3:*', Resource: '*' })
const TRUST = saying({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' })
const ADMIN_ARN = `arn:aws:iam::${ACCOUNT}:user/admin`

test('a change that was overtaken is recorded with the same ids again: none is told of that never was', async (t) => {
  const directory = { Accounts: [{ Id: ACCOUNT, Users: [{ ...ADMIN, AccessKeys: [{}] }] }] }
  const options = { data: ':memory:', dev: true, logLevel: 'silent', directory } as const
  const { broker, node } = await startInProcess(options, 'overtaken')
  t.after(() => node.stop())
  const { credentials } = await broker.as(ADMIN_ARN)
  const iam = new IAMClient({ endpoint: broker.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
  t.after(() => iam.destroy())

  const overtaken = new Error('overtaken')
  const edit: typeof node.broker.directory.edit = node.broker.directory.edit.bind(node.broker.directory)
  t.mock.method(node.broker.directory, 'edit', async (...[make, first]: Parameters<typeof edit>) => {
    const once = async (output: unknown) => {
      await first(output)
      throw overtaken
    }
    await assert.rejects(edit(make, once), overtaken)
    return await edit(make, first)
  })

  const service = { AWSServiceName: 'ecs.amazonaws.com' }
  await iam.send(new CreateUserCommand({ UserName: 'made' }))
  await iam.send(new CreateAccessKeyCommand({ UserName: 'made' }))
  await iam.send(new CreateGroupCommand({ GroupName: 'made' }))
  await iam.send(new CreatePolicyCommand({ PolicyName: 'made', PolicyDocument: POLICY }))
  await iam.send(new CreateRoleCommand({ RoleName: 'made', AssumeRolePolicyDocument: TRUST }))
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'made' }))
  const { Role } = await iam.send(new CreateServiceLinkedRoleCommand(service))
  await iam.send(new DeleteServiceLinkedRoleCommand({ RoleName: Role?.RoleName }))

  await iam.send(new EnableOutboundWebIdentityFederationCommand({}))
  await iam.send(new GenerateServiceLastAccessedDetailsCommand({ Arn: ADMIN_ARN }))

  const { entries } = await node.broker.audit.find({ refused: false, limit: 100 })
  const told = new Map<string, Set<string>>()
  let records = 0
  for (const { eventName, body } of entries) {
    if (!/^(?:Create|Delete|Enable|Generate)/.test(eventName)) continue
    records++
    const seen = told.get(eventName) ?? new Set()
    told.set(eventName, seen.add(JSON.stringify(JSON.parse(body).responseElements)))
  }
  assert.deepEqual([told.size, records], [10, 20])
  for (const [eventName, answers] of told) assert.equal(answers.size, 1, `${eventName}: ${[...answers]}`)
})
