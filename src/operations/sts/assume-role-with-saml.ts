import { createHash } from 'node:crypto'
import { unpairedRole } from '../../domain/federation/index.ts'
import { integer } from '../../engines/wire/index.ts'
import {
  AccessDenied,
  ExpiredIdentityToken,
  InvalidIdentityToken,
  type ProofCheck,
  parseArn,
  type SamlCaller,
  Secret,
  ValidationError,
} from '../../model/index.ts'
import { RefusedProof } from '../../pipeline/authentication/index.ts'
import { type BrokerParts, defineSamlOperation } from '../../pipeline/index.ts'
import { recordedCredentials } from './answered-credentials.ts'
import { readPolicyArns, recordedTerms } from './asked-terms.ts'
import { accessesOf, mintForIdentity, termsOf } from './identity-sessions.ts'
import { arnText, boundedPolicyText, samlAssertion } from './sts-types.ts'

const ONE_HOUR = 3600

/** What of an assertion stays with the session. */
const KEPT: ReadonlySet<string> = new Set(['saml:sub', 'saml:sub_type', 'saml:namequalifier'])

/**
 * Makes temporary credentials for a role out of an assertion of a SAML provider, where the role's trust policy allows it.
 * Nobody signs the call. An assertion is good for one exchange for each role that it is for.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
 */
export const assumeRoleWithSaml = defineSamlOperation({
  action: 'sts:AssumeRoleWithSAML',
  proof: 'saml',
  grants: true,

  parse(params) {
    const { roleArn, principalArn, assertion, policyArns, ...asked } = params.collect({
      roleArn: params.required('RoleArn', arnText),
      principalArn: params.required('PrincipalArn', arnText),
      assertion: params.required('SAMLAssertion', samlAssertion, { sensitive: true }),
      policyArns: readPolicyArns(params),
      policy: params.optional('Policy', boundedPolicyText, undefined),
      durationSeconds: params.optional('DurationSeconds', integer({ min: 900, max: 43_200 }), undefined),
    })
    const role = parseArn(roleArn)
    const principal = parseArn(principalArn)
    if (role === undefined || principal === undefined) throw new ValidationError('Request ARN is invalid')
    return {
      ...asked,
      roleArn: role,
      principalArn: principal,
      assertion: new Secret(assertion),
      policyArns: policyArns.map((each) => each.arn),
    }
  },

  requires(input, caller) {
    // The provider says which roles it is for, before the role is asked.
    if (!caller.roleArns.includes(input.roleArn.text)) {
      throw notForRole(input.roleArn.text, caller)
    }
    return accessesOf('sts:AssumeRoleWithSAML', { ...input, sessionName: caller.sessionName }, caller)
  },

  async perform({ caller, input, facts: { now }, role }, broker) {
    const { durationSeconds = ONE_HOUR } = input
    const asked = { ...input, sessionName: caller.sessionName }
    const minted = await mintForIdentity(
      {
        caller,
        role,
        asked,
        now,
        durationSeconds,
        lifetimeMs: lifetimeOf(caller, durationSeconds, broker),
        keeps: (key) => KEPT.has(key),
        claim: () => claimOnce(caller, input.roleArn.text, broker),
      },
      broker,
    )
    const { subject: Subject, subjectType: SubjectType, issuer: Issuer, nameQualifier: NameQualifier } = caller
    return { ...minted, Audience: caller.audience, Issuer, NameQualifier, Subject, SubjectType }
  },

  details(input, output, caller) {
    const { roleArn, principalArn, durationSeconds } = input
    return {
      requestParameters: {
        sAMLAssertionID: caller.assertionId,
        roleSessionName: caller.sessionName,
        roleArn: roleArn.text,
        principalArn: principalArn.text,
        durationSeconds,
        ...recordedTerms(termsOf(input, caller)),
      },
      responseElements: output && {
        credentials: recordedCredentials(output.Credentials),
        assumedRoleUser: { assumedRoleId: output.AssumedRoleUser.AssumedRoleId, arn: output.AssumedRoleUser.Arn },
        audience: output.Audience,
        issuer: output.Issuer,
        nameQualifier: output.NameQualifier,
        packedPolicySize: output.PackedPolicySize,
        sourceIdentity: output.SourceIdentity,
        subject: output.Subject,
        subjectType: output.SubjectType,
      },
      resources: [
        { ARN: roleArn.text, accountId: roleArn.account, type: 'AWS::IAM::Role' },
        { ARN: principalArn.text, accountId: principalArn.account, type: 'AWS::IAM::SAMLProvider' },
      ],
    }
  },
})

/** The refusal of a role that the provider does not say somebody may have. */
function notForRole(roleArn: string, { roleArns, provider }: SamlCaller): AccessDenied {
  const checks = () => [unpairedRole(roleArn, roleArns, provider)]
  return new AccessDenied('Not authorized to perform sts:AssumeRoleWithSAML', {
    detail: 'not for this role',
    cause: new RefusedProof(roleArn, checks),
  })
}

/** What the assertion says of the duration shortens it, and never lengthens it. */
function lifetimeOf(
  { longestSeconds = Number.POSITIVE_INFINITY, sessionEndsAt }: SamlCaller,
  durationSeconds: number,
  { wireClock }: BrokerParts,
): number {
  const asked = Math.min(durationSeconds, longestSeconds) * 1000
  if (sessionEndsAt === undefined) return asked
  // Dated by a clock outside, as everything in an assertion is. A session is whole seconds long.
  const left = Math.floor((sessionEndsAt - wireClock.now()) / 1000) * 1000
  if (left > 0) return Math.min(asked, left)
  throw new ExpiredIdentityToken('Token must be redeemed within 5 minutes of issuance', { detail: 'the session' })
}

/**
 * Claims the assertion for this role, or for good. Whether AWS takes one twice is not documented; tools exchange one for
 * several roles. By whichever provider of its issuer: one assertion is not two because an account knows its issuer twice.
 */
async function claimOnce(
  { issuer, assertionId, redeemableUntil, singleUse }: SamlCaller,
  roleArn: string,
  { replays, wireClock }: BrokerParts,
): Promise<void> {
  const use = singleUse ? [issuer, assertionId] : [issuer, assertionId, roleArn]
  const key = `saml/${createHash('sha256').update(JSON.stringify(use)).digest('base64url')}`
  if (await replays.claim(key, redeemableUntil, wireClock.now())) return
  throw new InvalidIdentityToken('The assertion was exchanged before. Sign in again.', {
    cause: new RefusedProof(roleArn, () => [usedBefore(singleUse)]),
  })
}

function usedBefore(singleUse: boolean): ProofCheck {
  const found = `exchanged before, ${singleUse ? 'for whatever role: it is for one use, or its provider has SingleUse' : 'for this role'}`
  return { check: 'use', outcome: 'no', found, changes: ['Sign in again: each assertion is exchanged once.'] }
}
