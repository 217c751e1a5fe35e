import type { Directory } from '../../domain/directory/index.ts'
import {
  accountId,
  NoSuchEntity,
  parseArn,
  rootArn,
  type Secret,
  ValidationError,
  Violation,
} from '../../model/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'

/** Whose key is wanted. */
export interface GetAccessKeyInput {
  /** The ARN of a user or of an account's root, or `ALIAS/NAME` or `ACCOUNT/NAME` for a user. */
  readonly principal: string
}

/** A long-term access key, and whose it is. */
export interface AccessKey {
  readonly arn: string
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
}

/**
 * Gives out a long-term access key of a user or of an account's root, secret included: what a client needs to sign as
 * that principal. Makes no key; a role has none, it is assumed.
 */
export const getAccessKey = defineOperatorOperation<GetAccessKeyInput, AccessKey>({
  action: 'rolecall:GetAccessKey',
  grants: true,
  requires: () => [{ action: 'rolecall:GetAccessKey', resource: '*' }],

  async perform({ input }, { directory }) {
    const { arn, accessKeyIds } = await findOwner(input.principal, directory)
    for (const id of accessKeyIds) {
      const key = await directory.accessKey(id)
      if (key?.status === 'Active') return { arn, accessKeyId: id, secretAccessKey: key.secretAccessKey }
    }
    throw new NoSuchEntity(`${arn} has no active access key. In a directory file, "AccessKeys: [{}]" gives it one.`)
  },

  details: ({ principal }, output) => ({
    requestParameters: { principal },
    responseElements: output && { accessKeyId: output.accessKeyId },
  }),
})

/** Reads the input as it comes through the operator's door. @throws ValidationError */
export function readGetAccessKey(value: unknown): GetAccessKeyInput {
  if (typeof value === 'object' && value !== null && 'principal' in value && typeof value.principal === 'string') {
    return { principal: value.principal }
  }
  throw new ValidationError('Send {"principal": "ALIAS/NAME"}: whose access key is wanted.')
}

interface KeyOwner {
  readonly arn: string
  readonly accessKeyIds: readonly string[]
}

async function findOwner(principal: string, directory: Directory): Promise<KeyOwner> {
  const owner =
    parseArn(principal) === undefined ? await byName(principal, directory) : await byArn(principal, directory)
  if (owner !== undefined) return owner
  throw new NoSuchEntity(
    `There is no user or root called ${principal}. Say an ARN, or ALIAS/NAME or ACCOUNT/NAME for a user; a role has no access key, it is assumed: rolecall exec --role ARN -- COMMAND`,
  )
}

async function byArn(arn: string, directory: Directory): Promise<KeyOwner | undefined> {
  const principal = await directory.principal(arn)
  if (principal !== undefined && 'accessKeyIds' in principal) return principal
  const account = await directory.account(parseArn(arn)?.account ?? '')
  if (account === undefined || arn !== rootArn(directory.partition, account.id)) return undefined
  return { arn, accessKeyIds: account.accessKeyIds }
}

async function byName(name: string, directory: Directory): Promise<KeyOwner | undefined> {
  const [place = '', userName = '', ...more] = name.split('/')
  if (more.length > 0) return undefined
  const id = accountId(place)
  const account = id instanceof Violation ? await directory.accountOfAlias(place) : id
  return account === undefined ? undefined : await directory.user(account, userName)
}
