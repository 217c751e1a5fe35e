// A broker in a process of its own, to be fuzzed from outside.
import { fileURLToPath } from 'node:url'
import { startBroker } from '../../src/index.ts'
import { type BrokerMemory, type BrokerStarted, INSTANCE, TASK } from './broker.ts'

const quickstart = fileURLToPath(new URL('../../examples/quickstart.yaml', import.meta.url))
const Service = ['ec2.amazonaws.com', 'ecs-tasks.amazonaws.com', 'pods.eks.amazonaws.com']
const AssumeRolePolicyDocument = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { Service }, Action: ['sts:AssumeRole', 'sts:TagSession'] },
}
const RoleArn = 'arn:aws:iam::333333333333:role/web'
const withInstance = {
  Id: '333333333333',
  Roles: [{ RoleName: 'web', AssumeRolePolicyDocument }],
  InstanceProfiles: [{ InstanceProfileName: 'web', Roles: ['web'] }],
  Instances: [{ InstanceId: INSTANCE, IamInstanceProfile: 'web' }],
  Tasks: [{ TaskId: TASK, TaskRoleArn: RoleArn }],
  PodIdentityAssociations: [{ ClusterName: 'shop', Namespace: 'default', ServiceAccount: 'web', RoleArn }],
}
const broker = await startBroker({ directory: [quickstart, { Accounts: [withInstance] }], dev: true })
const { credentials: alice } = await broker.as('source/alice')
const { addresses, operatorToken } = broker
const tokenOf = async (name: string) => (await broker.env(name))['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? ''
const portOf = (origin: string) => Number(new URL(origin).port)

process.on('message', () => {
  globalThis.gc?.()
  const { rss: residentBytes, heapUsed: heapBytes } = process.memoryUsage()
  process.send?.({ residentBytes, heapBytes } satisfies BrokerMemory)
})
process.on('disconnect', () => process.exit())
process.send?.({
  apiPort: portOf(addresses.api),
  adminPort: portOf(addresses.admin),
  metadataPort: portOf(addresses.metadata),
  containerTokens: [await tokenOf(`task/${TASK}`), await tokenOf('pod/shop/default/web')],
  operatorToken,
  alice,
} satisfies BrokerStarted)
