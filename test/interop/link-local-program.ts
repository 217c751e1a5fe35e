// A broker on the addresses of EC2, ECS and EKS, asked by clients that were told as little as at AWS. Prints what each
// found: for a network namespace of its own, which has the addresses.
import { fileURLToPath } from 'node:url'
import { startBroker } from '../../src/index.ts'
import { execute } from './setting.ts'

const TASK = '0123456789abcdef0123456789abcdef'
const trust = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Service: ['ec2.amazonaws.com', 'ecs-tasks.amazonaws.com', 'pods.eks.amazonaws.com'] },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
  },
}
const RoleArn = 'arn:aws:iam::111111111111:role/web'
const account = {
  Id: '111111111111',
  Roles: [{ RoleName: 'web', AssumeRolePolicyDocument: trust }],
  InstanceProfiles: [{ InstanceProfileName: 'web', Roles: ['web'] }],
  Instances: [{ InstanceId: 'i-0123456789abcdef0', IamInstanceProfile: 'web' }],
  Tasks: [{ TaskId: TASK, TaskRoleArn: RoleArn }],
  PodIdentityAssociations: [{ ClusterName: 'shop', Namespace: 'default', ServiceAccount: 'web', RoleArn }],
}
await using broker = await startBroker({
  directory: { Accounts: [account] },
  listen: { metadata: '169.254.169.254:80', containers: ['169.254.170.2:80', '169.254.170.23:80'] },
})
const { AWS_EC2_METADATA_SERVICE_ENDPOINT: _, ...instance } = await broker.env('i-0123456789abcdef0')
const task = await broker.env(`task/${TASK}`)
const places: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  instance,
  task,
  pod: await broker.env('pod/shop/default/web'),
  // Nobody answers at the other one.
  both: { ...task, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:9/' },
}
const PYTHON = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
const script = fileURLToPath(new URL('clients/arn.mjs', import.meta.url))
const [client = 'js'] = process.argv.slice(2)
const found: Record<string, string> = {}
for (const [place, variables] of Object.entries(places)) {
  const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...variables }
  const [program, ...args] = client === 'boto3' ? ['python3', '-c', PYTHON] : [process.execPath, script]
  const { stdout, stderr } = await execute(program, args, env)
  found[place] = stdout.trim() || stderr
}
process.stdout.write(JSON.stringify(found))
