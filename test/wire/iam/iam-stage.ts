import assert from 'node:assert/strict'
import { IAMClient, type IAMServiceException } from '@aws-sdk/client-iam'
import type { DirectoryInput } from '../../../src/index.ts'
import { startTestBroker, type TestBroker, type TestBrokerOptions } from '../../../src/testing/index.ts'
import type { Credentials } from '../wire-client.ts'

/** The account that is managed. */
export const ACCOUNT = '111111111111'
/** Another one. */
export const OTHER = '222222222222'

type Account = DirectoryInput['Accounts'][number]
type User = NonNullable<Account['Users']>[number]

const ALL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }

/** A user who may do everything. */
export const ADMIN: User = { UserName: 'admin', Policies: [{ PolicyName: 'all', PolicyDocument: ALL }] }

/** A broker whose directory is managed with AWS's own SDK. */
export interface IamStage extends AsyncDisposable {
  readonly broker: TestBroker
  /** IAM as a user of the account sees it, or `root`; or whoever holds credentials. */
  as(who: string | Credentials): IAMClient
}

/** Starts one with an administrator in each of two accounts, and what else is said of the managed one. */
export async function setIamStage(
  users: readonly User[] = [],
  account: Omit<Account, 'Id' | 'Users'> = {},
  limits: TestBrokerOptions['limits'] = {},
): Promise<IamStage> {
  const broker = await startTestBroker({
    limits,
    directory: {
      Accounts: [
        {
          Id: ACCOUNT,
          Root: { AccessKeys: [{}] },
          ...account,
          Users: [ADMIN, ...users].map((user) => ({ AccessKeys: [{}], ...user })),
        },
        { Id: OTHER, Users: [{ AccessKeys: [{}], ...ADMIN }] },
      ],
    },
  })
  const clients: IAMClient[] = []
  return {
    broker,
    as(who) {
      const arn = who === 'root' ? `arn:aws:iam::${ACCOUNT}:root` : `arn:aws:iam::${ACCOUNT}:user/${who}`
      const credentials = typeof who === 'string' ? async () => (await broker.as(arn)).credentials : who
      const client = new IAMClient({ endpoint: broker.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
      clients.push(client)
      return client
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy()
      await broker[Symbol.asyncDispose]()
    },
  }
}

/** Asserts that a call is refused with exactly that. */
export async function refused(
  call: Promise<unknown>,
  status: number,
  code: string,
  message: string | RegExp,
): Promise<void> {
  await assert.rejects(call, (error: IAMServiceException) => {
    assert.deepEqual(
      { status: error.$metadata.httpStatusCode, code: error.name.replace(/Exception$/, '') },
      { status, code },
      error.message,
    )
    if (message instanceof RegExp) assert.match(error.message, message)
    else assert.equal(error.message, message)
    return true
  })
}

const GIVES_ARN =
  /^iam:(?:PassRole|UpdateGroup|GetServiceLinkedRoleDeletionStatus|List(?:Users|Groups|Roles|Policies|InstanceProfiles)|Create(?:User|Group|Role|InstanceProfile|ServiceLinkedRole))$/

/** What AWS calls a resource when it refuses an action on it. */
export function called(action: string, arn: string): string {
  const [, kind = '', name = ''] =
    /^arn:aws:iam::[^:]*:(user|group|role|policy|instance-profile)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? []
  if (kind === '' || GIVES_ARN.test(action)) return arn
  if (kind === 'policy' && action !== 'iam:CreatePolicy') return `policy ${arn}`
  return `${kind.replace('-', ' ')} ${name}`
}
