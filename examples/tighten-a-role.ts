import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  ListUsersCommand,
  PutRolePermissionsBoundaryCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, DecodeAuthorizationMessageCommand, STSClient } from '@aws-sdk/client-sts'
import type { DirectoryInput } from '../src/index.ts'
import type { ExampleSetting } from './cross-account.ts'

/** One account, with two people in it: everything else is made with IAM's own API. */
export const directory: DirectoryInput = {
  Accounts: [
    {
      Id: '333333333333',
      Alias: 'shop',
      Users: [
        {
          UserName: 'admin',
          AccessKeys: [{}],
          ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
        },
        { UserName: 'dev', AccessKeys: [{}] },
      ],
    },
  ],
}

const RoleName = 'Reporter'
const RoleArn = `arn:aws:iam::333333333333:role/${RoleName}`

/** A policy document with one statement. */
const allow = (statement: Readonly<Record<string, unknown>>) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] })

/** Makes a role with the AWS SDK, tightens it twice, and has both refusals explained. */
export async function run({ as, print }: ExampleSetting): Promise<void> {
  const admin = await as('shop/admin')
  const dev = await as('shop/dev')
  const iam = new IAMClient(admin)
  const sts = new STSClient(dev)

  // Step 1: a role says who may become it. dev is named, so that in the same account nothing more is needed.
  const byDev = { Principal: { AWS: 'arn:aws:iam::333333333333:user/dev' }, Action: 'sts:AssumeRole' }
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: allow(byDev) }))

  // Step 2: a managed policy says what its sessions may do.
  const PolicyDocument = allow({ Action: ['iam:ListUsers', 'iam:ListRoles'], Resource: '*' })
  const { Policy: lists } = await iam.send(new CreatePolicyCommand({ PolicyName: 'lists', PolicyDocument }))
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: lists?.Arn }))

  // Step 3: dev becomes the role, and its session may do that.
  const assume = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'monday' })
  const { Credentials } = await sts.send(assume)
  if (!Credentials?.AccessKeyId || !Credentials.SecretAccessKey) throw new Error('AssumeRole gave no credentials')
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken = '' } = Credentials
  const reporter = new IAMClient({ ...admin, credentials: { accessKeyId, secretAccessKey, sessionToken } })
  const { Users = [] } = await reporter.send(new ListUsersCommand({}))
  print(`the role lists users: ${Users.map(({ UserName }) => UserName).join(', ')}`)

  // Step 4: a boundary is the most that a role may ever do. It holds from the next request on, for this session, too.
  const { Policy: boundary } = await iam.send(
    new CreatePolicyCommand({
      PolicyName: 'no-people',
      PolicyDocument: allow({ Action: 'iam:ListRoles', Resource: '*' }),
    }),
  )
  await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: boundary?.Arn }))
  const beyond = await refusalOf(reporter.send(new ListUsersCommand({})))
  print(`beyond its boundary: ${beyond.message}`)

  // Step 5: why? The refusal carries a sealed message, which an administrator of the account may have decoded.
  for (const line of await explained(beyond, new STSClient(admin))) print(`  ${line}`)

  // Step 6: a trust policy that asks for an external id. What AWS says of it is short, on purpose.
  const Condition = { StringEquals: { 'sts:ExternalId': 'monday-reports' } }
  const PolicyWithId = allow({ ...byDev, Condition })
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: PolicyWithId }))
  const without = await refusalOf(sts.send(assume))
  print(`without the external id: ${without.message}`)
  for (const line of await explained(without, new STSClient(admin))) print(`  ${line}`)
}

/** A refusal, with the answer that it came in. */
interface Refusal extends Error {
  readonly $response?: { readonly headers: Readonly<Record<string, string>> }
}

async function refusalOf(request: Promise<unknown>): Promise<Refusal> {
  const refusal = await request.then(
    () => undefined,
    (error: Error) => error,
  )
  if (refusal === undefined) throw new Error('it was not refused')
  return refusal
}

/** What `rolecall explain` shows, in short: the reason, and what would have to change. */
async function explained(refusal: Refusal, sts: STSClient): Promise<readonly string[]> {
  const EncodedMessage = refusal.$response?.headers['x-rolecall-explanation']
  const { DecodedMessage = '{}' } = await sts.send(new DecodeAuthorizationMessageCommand({ EncodedMessage }))
  const { rolecall } = JSON.parse(DecodedMessage)
  return [`because ${rolecall.because}`, ...rolecall.changes]
}
