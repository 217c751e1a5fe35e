import { accountOfKeyId, ValidationError } from '../../model/index.ts'
import { defineOperation } from '../../pipeline/index.ts'
import { accessKeyIdText } from './sts-types.ts'

/**
 * Tells which account an access key belongs to, whatever its state, also across accounts. A temporary key is not stored
 * anywhere: its id says the account.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
 */
export const getAccessKeyInfo = defineOperation({
  action: 'sts:GetAccessKeyInfo',
  proof: 'signature',
  grants: false,

  parse: (params) => params.collect({ accessKeyId: params.required('AccessKeyId', accessKeyIdText) }),

  requires: () => [{ action: 'sts:GetAccessKeyInfo', resource: '*' }],

  async perform({ input: { accessKeyId } }, { directory }) {
    const key = await directory.accessKey(accessKeyId)
    if (key !== undefined) return { Account: key.account }
    const account = accessKeyId.startsWith('ASIA') ? accountOfKeyId(accessKeyId) : undefined
    if (account !== undefined && (await directory.account(account)) !== undefined) return { Account: account }
    // What AWS says of a key that nobody has is not documented.
    throw new ValidationError(`The access key ${accessKeyId} is not known.`)
  },

  details: ({ accessKeyId }) => ({ requestParameters: { accessKeyId } }),
})
