import type { DesiredAccount } from '../../domain/directory/index.ts'
import { type AccountId, accessKeyId, accountId, iamArn, Secret, Violation } from '../../model/index.ts'
import type { Random } from '../../platform/random.ts'

/** A user who may do everything in an account, with the key that opens it. */
export interface Administrator {
  readonly account: AccountId
  readonly arn: string
  readonly userName: string
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
}

/** Who is invented, and where; what is left out is an account of a random number, and the name `admin`. */
interface Wanted {
  readonly account?: AccountId | undefined
  readonly userName?: string
}

/** Invents an administrator. There is one once {@link accountWith} is applied. */
export function inventAdministrator(
  partition: string,
  random: Random,
  { account = randomAccountId(random), userName = 'admin' }: Wanted = {},
): Administrator {
  return {
    account,
    arn: iamArn(partition, account, 'user', '/', userName),
    userName,
    accessKeyId: accessKeyId('AKIA', account, random.bytes(5)),
    secretAccessKey: new Secret(random.bytes(30).toString('base64')),
  }
}

/** The account of an administrator, with that user and nothing else. */
export function accountWith(
  { account, userName, accessKeyId: id, secretAccessKey }: Administrator,
  partition: string,
  alias?: string,
): DesiredAccount {
  const admin = {
    UserName: userName,
    Path: '/',
    Groups: [],
    ManagedPolicyArns: [`arn:${partition}:iam::aws:policy/AdministratorAccess`],
    Policies: [],
    Tags: [],
    AccessKeys: [{ AccessKeyId: id, SecretAccessKey: secretAccessKey.reveal(), Status: 'Active' } as const],
  }
  const none = {
    Groups: [],
    ManagedPolicies: [],
    Roles: [],
    InstanceProfiles: [],
    Instances: [],
    Tasks: [],
    PodIdentityAssociations: [],
    Clusters: [],
    OIDCProviders: [],
    SAMLProviders: [],
  }
  return { Id: account, Alias: alias, Users: [admin], ...none }
}

function randomAccountId(random: Random): AccountId {
  const number = random.bytes(6).readUIntBE(0, 6) % 1e12
  const id = accountId(String(number).padStart(12, '0'))
  if (id instanceof Violation) throw new Error('twelve digits are an account id')
  return id
}
