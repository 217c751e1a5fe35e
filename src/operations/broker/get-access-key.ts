import type { Directory } from '../../domain/directory/index.ts'
import { NoSuchEntity, rootArn, type Secret, ValidationError } from '../../model/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'
import { findPrincipal } from './find-principal.ts'

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
  const found = await findPrincipal(principal, directory)
  if (found?.kind === 'user') return found.user
  if (found?.kind === 'root') {
    return { arn: rootArn(directory.partition, found.account), accessKeyIds: found.accessKeyIds }
  }
  throw new NoSuchEntity(
    `There is no user or root called ${principal}. Say an ARN, or ALIAS/NAME or ACCOUNT/NAME for a user; a role has no access key, it is assumed: rolecall exec --role ARN -- COMMAND`,
  )
}
