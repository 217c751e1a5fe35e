import { type AccountId, accessKeyId, accountId, iamArn, Secret, Violation } from '../../model/index.ts'
import type { Random } from '../../platform/random.ts'
import type { DirectoryInput } from './directory-schema.ts'

/** The first account and its administrator, with the key that opens everything else. */
export interface FirstAdmin {
  readonly account: AccountId
  readonly arn: string
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
}

const USER_NAME = 'admin'

/** Invents a first account, of a random number, and its administrator. They exist once their directory is loaded. */
export function inventFirstAdmin(partition: string, random: Random): FirstAdmin {
  const account = randomAccountId(random)
  return {
    account,
    arn: iamArn(partition, account, 'user', '/', USER_NAME),
    accessKeyId: accessKeyId('AKIA', account, random.bytes(5)),
    secretAccessKey: new Secret(random.bytes(30).toString('base64')),
  }
}

/** The directory that has the first administrator and nothing else. */
export function directoryOf(
  { account, accessKeyId: id, secretAccessKey }: FirstAdmin,
  partition: string,
): DirectoryInput {
  const admin = {
    UserName: USER_NAME,
    ManagedPolicyArns: [`arn:${partition}:iam::aws:policy/AdministratorAccess`],
    AccessKeys: [{ AccessKeyId: id, SecretAccessKey: secretAccessKey.reveal() }],
  }
  return { Accounts: [{ Id: account, Users: [admin] }] }
}

function randomAccountId(random: Random): AccountId {
  const number = random.bytes(6).readUIntBE(0, 6) % 1e12
  const id = accountId(String(number).padStart(12, '0'))
  if (id instanceof Violation) throw new Error('twelve digits are an account id')
  return id
}
