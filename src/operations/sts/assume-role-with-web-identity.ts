import { integer } from '../../engines/wire/index.ts'
import { parseArn, Secret, ValidationError } from '../../model/index.ts'
import { defineWebIdentityOperation } from '../../pipeline/index.ts'
import { recordedCredentials } from './answered-credentials.ts'
import { readPolicyArns, recordedTerms } from './asked-terms.ts'
import { accessesOf, mintForIdentity, termsOf } from './identity-sessions.ts'
import { arnText, boundedPolicyText, providerId, sessionName, webIdentityToken } from './sts-types.ts'

const ONE_HOUR = 3600

/** What of a token stays with the session, after the provider's URL. */
const KEPT_CLAIMS = /:(?:aud|sub|amr)$/

/**
 * Makes temporary credentials for a role out of a token of an OpenID Connect provider, where the role's trust policy
 * allows it. Nobody signs the call. The token's own end limits when it can be exchanged, not the credentials.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export const assumeRoleWithWebIdentity = defineWebIdentityOperation({
  action: 'sts:AssumeRoleWithWebIdentity',
  proof: 'web-identity',
  grants: true,

  parse(params) {
    const { roleArn, token, policyArns, ...asked } = params.collect({
      roleArn: params.required('RoleArn', arnText),
      roleSessionName: params.required('RoleSessionName', sessionName),
      token: params.required('WebIdentityToken', webIdentityToken, { sensitive: true }),
      providerId: params.optional('ProviderId', providerId, undefined),
      policyArns: readPolicyArns(params),
      policy: params.optional('Policy', boundedPolicyText, undefined),
      durationSeconds: params.optional('DurationSeconds', integer({ min: 900, max: 43_200 }), undefined),
    })
    const arn = parseArn(roleArn)
    if (arn === undefined) throw new ValidationError('Request ARN is invalid')
    return { ...asked, roleArn: arn, token: new Secret(token), policyArns: policyArns.map((each) => each.arn) }
  },

  requires(input, caller) {
    return accessesOf('sts:AssumeRoleWithWebIdentity', { ...input, sessionName: input.roleSessionName }, caller)
  },

  async perform({ caller, input, facts, role }, broker) {
    const { roleSessionName: sessionName, durationSeconds = ONE_HOUR } = input
    const lifetimeMs = durationSeconds * 1000
    const keeps = (key: string) => KEPT_CLAIMS.test(key)
    const asked = { ...input, sessionName }
    const session = { caller, role, asked, now: facts.now, durationSeconds, lifetimeMs, keeps }
    return {
      ...(await mintForIdentity(session, broker)),
      Audience: caller.audience,
      Provider: caller.provider,
      SubjectFromWebIdentityToken: caller.subject,
    }
  },

  details(input, output, caller) {
    const { roleArn, roleSessionName, durationSeconds, providerId } = input
    return {
      requestParameters: {
        roleArn: roleArn.text,
        roleSessionName,
        durationSeconds,
        providerId,
        ...recordedTerms(termsOf(input, caller)),
      },
      responseElements: output && {
        credentials: recordedCredentials(output.Credentials),
        assumedRoleUser: { assumedRoleId: output.AssumedRoleUser.AssumedRoleId, arn: output.AssumedRoleUser.Arn },
        audience: output.Audience,
        packedPolicySize: output.PackedPolicySize,
        provider: output.Provider,
        sourceIdentity: output.SourceIdentity,
        subjectFromWebIdentityToken: output.SubjectFromWebIdentityToken,
      },
      resources: [{ ARN: roleArn.text, accountId: roleArn.account, type: 'AWS::IAM::Role' }],
    }
  },
})
