import { type AccountId, accountId, type RequestFacts, type Secret, Violation } from '../../model/index.ts'
import { AS_OPERATOR } from '../../pipeline/authentication/index.ts'
import { type BrokerParts, submit } from '../../pipeline/index.ts'
import { getAccessKey } from '../broker/index.ts'
import { loadDirectory } from './load-directory.ts'

/** The first account and its administrator, with the key that opens everything else. */
export interface FirstAdmin {
  readonly account: AccountId
  readonly arn: string
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
}

/** Gives an empty directory its first account, of a random number, and in it an administrator with an access key. */
export async function createFirstAdmin(facts: RequestFacts, broker: BrokerParts): Promise<FirstAdmin> {
  const account = randomAccountId(broker)
  const admin = {
    UserName: 'admin',
    ManagedPolicyArns: [`arn:${broker.directory.partition}:iam::aws:policy/AdministratorAccess`],
    AccessKeys: [{}],
  }
  await loadDirectory([{ Accounts: [{ Id: account, Users: [admin] }] }], facts, broker)
  const input = { principal: `${account}/admin` }
  const key = await submit(getAccessKey, { facts, prove: async () => AS_OPERATOR, input: () => input }, broker)
  return { account, ...key }
}

function randomAccountId({ random }: BrokerParts): AccountId {
  const number = random.bytes(6).readUIntBE(0, 6) % 1e12
  const id = accountId(String(number).padStart(12, '0'))
  if (id instanceof Violation) throw new Error('twelve digits are an account id')
  return id
}
