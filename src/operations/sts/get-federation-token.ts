import { integer } from '../../engines/wire/index.ts'
import { type AccountCaller, type FederatedHolder, federatedUserArn, PLAIN_TERMS } from '../../model/index.ts'
import { defineOperation } from '../../pipeline/index.ts'
import { answeredCredentials, recordedCredentials } from './answered-credentials.ts'
import { checkAskedTerms, contextOfTerms, readPolicyArns, readTags, recordedTerms } from './asked-terms.ts'
import { LONG_LIFETIME, lifetimeMs } from './long-lifetime.ts'
import { settleTerms } from './settle-terms.ts'
import { boundedPolicyText, federatedName } from './sts-types.ts'

/** Without session policies a federated user may do nothing but what resource-based policies grant to them by name. */
const GRANTS_NOTHING = { inline: undefined, managed: [] }

/**
 * Makes temporary credentials for somebody whom the caller answers for: they may do what both the calling user's and
 * the session policies allow.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
 */
export const getFederationToken = defineOperation({
  action: 'sts:GetFederationToken',
  proof: 'signed-headers',
  grants: true,

  parse(params) {
    const { policyArns, ...asked } = params.collect({
      name: params.required('Name', federatedName),
      policy: params.optional('Policy', boundedPolicyText, undefined),
      policyArns: readPolicyArns(params),
      durationSeconds: params.optional('DurationSeconds', integer(LONG_LIFETIME), undefined),
      tags: readTags(params),
    })
    const input = {
      ...asked,
      policyArns: policyArns.map(({ arn }) => arn),
      transitiveTagKeys: [],
      sourceIdentity: undefined,
    }
    checkAskedTerms(input)
    return input
  },

  requires(input, caller) {
    const resource = `arn:${partitionOf(caller)}:sts::${caller.account}:federated-user/${input.name}`
    const context = contextOfTerms(input, PLAIN_TERMS)
    const access = { action: 'sts:GetFederationToken', resource, context }
    return input.tags.length === 0 ? [access] : [access, { action: 'sts:TagSession', resource, context }]
  },

  async perform({ caller, input, facts }, { sessions, directory }) {
    const { account } = caller
    const { terms, packedPolicySize = 0 } = await settleTerms(input, PLAIN_TERMS, account, directory)
    const { credentials } = sessions.mint({
      account,
      holder: holderFor(input.name, caller),
      issuedAt: facts.now,
      lifetimeMs: lifetimeMs(input.durationSeconds, caller),
      terms: { ...terms, policies: terms.policies ?? GRANTS_NOTHING },
    })
    return {
      Credentials: answeredCredentials(credentials),
      FederatedUser: {
        FederatedUserId: `${account}:${input.name}`,
        Arn: federatedUserArn(directory.partition, account, input.name),
      },
      PackedPolicySize: packedPolicySize,
    }
  },

  details(input, output) {
    const { name, durationSeconds } = input
    return {
      requestParameters: { name, durationSeconds, ...recordedTerms(input) },
      responseElements: output && {
        credentials: recordedCredentials(output.Credentials),
        federatedUser: { federatedUserId: output.FederatedUser.FederatedUserId, arn: output.FederatedUser.Arn },
        packedPolicySize: output.PackedPolicySize,
      },
    }
  },
})

function holderFor(name: string, caller: AccountCaller): FederatedHolder {
  const issuer =
    caller.kind === 'user' ? ({ kind: 'user', userName: caller.userName, userId: caller.uniqueId } as const) : undefined
  return { kind: 'federated-user', name, issuer }
}

function partitionOf({ arn }: AccountCaller): string {
  return arn.split(':')[1] ?? ''
}
