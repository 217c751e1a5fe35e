import { enabledFederation, isEnabled } from '../../../model/index.ts'
import { defineInventingChange } from '../define.ts'
import { existingAccount } from '../existing.ts'
import { FeatureEnabled } from '../iam-faults.ts'

/**
 * Lets principals of the account ask for tokens that prove outside who they are. Enabled again, the issuer is the same.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableOutboundWebIdentityFederation.html
 */
export const enableOutboundWebIdentityFederation = defineInventingChange({
  action: 'iam:EnableOutboundWebIdentityFederation',
  parse: () => ({}),
  requires: () => [{ action: 'iam:EnableOutboundWebIdentityFederation', resource: '*' }],

  invent: (_call, { random }) => random.uuid(),

  async change({ account }, edit, { outboundIdentities }, uuid) {
    const body = await existingAccount(edit, account)
    if (isEnabled(body.outbound)) {
      throw new FeatureEnabled(`Outbound identity federation is already enabled for account ${account}`)
    }
    const outbound = enabledFederation(body.outbound, () => uuid)
    edit.put('account', account, account, { ...body, outbound })
    return { IssuerIdentifier: outboundIdentities.issuerOf(account, outbound) }
  },
})
