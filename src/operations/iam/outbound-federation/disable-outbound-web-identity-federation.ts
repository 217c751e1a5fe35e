import { isEnabled } from '../../../model/index.ts'
import { defineChange } from '../define.ts'
import { existingAccount } from '../existing.ts'
import { FeatureDisabled } from '../iam-faults.ts'

/**
 * Ends that tokens are signed for principals of the account; those that were go on.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DisableOutboundWebIdentityFederation.html
 */
export const disableOutboundWebIdentityFederation = defineChange({
  action: 'iam:DisableOutboundWebIdentityFederation',
  parse: () => ({}),
  requires: () => [{ action: 'iam:DisableOutboundWebIdentityFederation', resource: '*' }],

  async change({ account, now }, edit) {
    const body = await existingAccount(edit, account)
    if (!isEnabled(body.outbound)) {
      throw new FeatureDisabled(`Outbound identity federation is already disabled for account ${account}`)
    }
    edit.put('account', account, account, { ...body, outbound: { ...body.outbound, disabledAt: now } })
    return undefined
  },
})
