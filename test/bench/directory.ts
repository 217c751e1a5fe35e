import type { DirectoryInput } from '../../src/index.ts'

/** The user who asks. */
export const CALLER = '111111111111/alice'

const ROLE = 'arn:aws:iam::222222222222:role/Deployer'

/** A role of another account, trusted with an ExternalId: what most calls of AssumeRole look like. */
export const DIRECTORY: DirectoryInput = {
  Accounts: [
    {
      Id: '222222222222',
      Roles: [
        {
          RoleName: 'Deployer',
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: {
              Effect: 'Allow',
              Principal: { AWS: 'arn:aws:iam::111111111111:root' },
              Action: 'sts:AssumeRole',
              Condition: { StringEquals: { 'sts:ExternalId': 'benchmark' } },
            },
          },
        },
      ],
    },
    {
      Id: '111111111111',
      Users: [
        {
          UserName: 'alice',
          AccessKeys: [{}],
          Policies: [
            {
              PolicyName: 'assume-deployer',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: ROLE },
              },
            },
          ],
        },
      ],
    },
  ],
}

/** The account may ask as often as it can. */
export const UNTHROTTLED = { requestsPerSecond: 0 }

/** An instance that answers on the metadata listener. */
export const WITH_INSTANCE: DirectoryInput = {
  Accounts: [{ Id: '333333333333', Instances: [{ InstanceId: 'i-0123456789abcdef0' }] }],
}

/** Instances with a role, each on a port that the system chooses. */
export function withInstances(count: number): { readonly ids: readonly string[]; readonly directory: DirectoryInput } {
  const ids = Array.from({ length: count }, (_, index) => `i-${String(index).padStart(17, '0')}`)
  const Service = 'ec2.amazonaws.com'
  const AssumeRolePolicyDocument = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' },
  }
  const account = {
    Id: '444444444444',
    Roles: [{ RoleName: 'web', AssumeRolePolicyDocument }],
    InstanceProfiles: [{ InstanceProfileName: 'web', Roles: ['web'] }],
    Instances: ids.map((InstanceId) => ({ InstanceId, IamInstanceProfile: 'web', Listen: 0 })),
  }
  return { ids, directory: { Accounts: [account] } }
}

/** The parameters of an AssumeRole that the directory grants. */
export function assumeRoleCall(sessionName: string): Record<string, string> {
  return { Action: 'AssumeRole', RoleArn: ROLE, RoleSessionName: sessionName, ExternalId: 'benchmark' }
}

/** A directory with that many principals, half users and half roles, spread over accounts of a thousand. */
export function largeDirectory(principals: number): DirectoryInput {
  const accounts = []
  for (let first = 0; first < principals; first += 1000) {
    const half = Math.min(1000, principals - first) / 2
    const numbers = Array.from({ length: half }, (_, index) => index)
    accounts.push({
      Id: String(300_000_000_000 + first),
      Users: numbers.map((number) => ({ UserName: `user-${number}`, Policies: [USER_POLICY] })),
      Roles: numbers.map((number) => ({ RoleName: `role-${number}`, AssumeRolePolicyDocument: TRUST })),
    })
  }
  return { Accounts: [...DIRECTORY.Accounts, ...accounts] }
}

/** One account with that many users and roles, among them the caller, who may do everything. */
export function oneAccount(users: number, roles: number): DirectoryInput {
  const all = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }
  const alice = { UserName: 'alice', AccessKeys: [{}], Policies: [{ PolicyName: 'all', PolicyDocument: all }] }
  const others = Array.from({ length: users - 1 }, (_, number) => ({
    UserName: `user-${number}`,
    Policies: [USER_POLICY],
  }))
  return {
    Accounts: [
      {
        Id: '111111111111',
        Users: [alice, ...others],
        Roles: Array.from({ length: roles }, (_, number) => ({
          RoleName: `role-${number}`,
          AssumeRolePolicyDocument: TRUST,
        })),
      },
    ],
  }
}

const USER_POLICY = {
  PolicyName: 'read',
  PolicyDocument: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}',
}
const TRUST =
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"sts:AssumeRole"}}'
