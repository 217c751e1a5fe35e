import { isEnabled } from '../../../model/index.ts'
import { defineRead } from '../define.ts'
import { existingAccount } from '../existing.ts'
import { FeatureDisabled } from '../iam-faults.ts'

/**
 * Tells as which issuer the account vouches for its principals.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOutboundWebIdentityFederationInfo.html
 */
export const getOutboundWebIdentityFederationInfo = defineRead({
  action: 'iam:GetOutboundWebIdentityFederationInfo',
  parse: () => ({}),
  requires: () => [{ action: 'iam:GetOutboundWebIdentityFederationInfo', resource: '*' }],

  async read({ account }, directory, { outboundIdentities }) {
    const { outbound } = await existingAccount(directory.records, account)
    if (!isEnabled(outbound)) {
      throw new FeatureDisabled(`Outbound identity federation is disabled for account ${account}`)
    }
    return { IssuerIdentifier: outboundIdentities.issuerOf(account, outbound), JwtVendingEnabled: true }
  },
})
