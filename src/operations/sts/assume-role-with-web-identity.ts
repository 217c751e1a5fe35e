import { integer } from '../../engines/wire/index.ts'
import {
  assumedRoleArn,
  PLAIN_TERMS,
  parseArn,
  Secret,
  ValidationError,
  type WebIdentityCaller,
} from '../../model/index.ts'
import { defineWebIdentityOperation } from '../../pipeline/index.ts'
import { answeredCredentials, recordedCredentials } from './answered-credentials.ts'
import { type AskedTerms, checkAskedTerms, contextOfTerms, readPolicyArns, recordedTerms } from './asked-terms.ts'
import { settleTerms } from './settle-terms.ts'
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
    const context = contextOfTerms(askedTerms(input, caller), PLAIN_TERMS)
    context.set('sts:rolesessionname', input.roleSessionName)
    const resource = input.roleArn.text
    const accesses = [{ action: 'sts:AssumeRoleWithWebIdentity', resource, context }]
    if (caller.tags.length > 0) accesses.push({ action: 'sts:TagSession', resource, context })
    if (caller.sourceIdentity !== undefined) accesses.push({ action: 'sts:SetSourceIdentity', resource, context })
    return accesses
  },

  async perform({ caller, input, facts, role }, { sessions, directory }) {
    if (role === undefined) throw new Error('a role was permitted that does not exist')
    const { roleSessionName, durationSeconds = ONE_HOUR } = input
    // Only now: before authorization these answers would tell that the role exists.
    if (durationSeconds > role.maxSessionDurationSeconds) {
      throw new ValidationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
    }
    const { account, roleName, uniqueId: roleId } = role
    const asked = askedTerms(input, caller)
    checkAskedTerms(asked)
    const { terms, packedPolicySize } = await settleTerms(asked, PLAIN_TERMS, account, directory)
    const { credentials } = sessions.mint({
      account,
      holder: { kind: 'assumed-role', roleName, roleId, sessionName: roleSessionName, chainDepth: 0 },
      issuedAt: facts.now,
      lifetimeMs: durationSeconds * 1000,
      terms: { ...terms, carriedKeys: carriedKeys(caller) },
    })
    return {
      AssumedRoleUser: {
        AssumedRoleId: `${roleId}:${roleSessionName}`,
        Arn: assumedRoleArn(directory.partition, account, roleName, roleSessionName),
      },
      Audience: caller.audience,
      Credentials: answeredCredentials(credentials),
      PackedPolicySize: packedPolicySize,
      Provider: caller.provider,
      SourceIdentity: terms.sourceIdentity,
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
        ...recordedTerms(askedTerms(input, caller)),
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

/** Policies come with the request, marks with the token. */
function askedTerms(
  { policy, policyArns }: Pick<AskedTerms, 'policy' | 'policyArns'>,
  { tags, transitiveTagKeys, sourceIdentity }: WebIdentityCaller,
): AskedTerms {
  return { policy, policyArns, tags, transitiveTagKeys, sourceIdentity }
}

function carriedKeys({ provider, keys }: WebIdentityCaller): Record<string, string | readonly string[]> {
  const carried: Record<string, string | readonly string[]> = { 'aws:federatedprovider': provider }
  for (const [key, value] of keys) if (KEPT_CLAIMS.test(key)) carried[key] = value
  return carried
}
