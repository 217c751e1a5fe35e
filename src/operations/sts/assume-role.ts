import { integer, type Member } from '../../engines/wire/index.ts'
import { type AccountCaller, type Arn, assumedRoleArn, parseArn, ValidationError } from '../../model/index.ts'
import { useCode } from '../../pipeline/authentication/index.ts'
import { defineOperation } from '../../pipeline/index.ts'
import { answeredCredentials, recordedCredentials } from './answered-credentials.ts'
import { offeredCode, readMfa } from './asked-mfa.ts'
import {
  checkAskedTerms,
  checkInheritance,
  contextOfTerms,
  handedDown,
  readPolicyArns,
  readTags,
  recordedInheritance,
  recordedTerms,
} from './asked-terms.ts'
import { settleTerms } from './settle-terms.ts'
import {
  arnText,
  contextAssertion,
  externalId as externalIdText,
  policyText,
  sessionName,
  sourceIdentity,
  tagKey,
} from './sts-types.ts'

const ONE_HOUR = 3600

/**
 * Makes temporary credentials for a role, where its trust policy and the caller's own policies allow it.
 * Who may, and the ExternalId among the conditions, is decided by those policies: `sts:ExternalId` is a condition key.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export const assumeRole = defineOperation({
  action: 'sts:AssumeRole',
  proof: 'signed-headers',
  grants: true,

  parse(params) {
    const { roleArn, policyArns, providedContexts, ...asked } = params.collect({
      roleArn: params.required('RoleArn', arnText),
      roleSessionName: params.required('RoleSessionName', sessionName),
      policyArns: readPolicyArns(params),
      policy: params.optional('Policy', policyText, undefined),
      durationSeconds: params.optional('DurationSeconds', integer({ min: 900, max: 43_200 }), undefined),
      tags: readTags(params),
      transitiveTagKeys: params.texts('TransitiveTagKeys', tagKey, { max: 50 }),
      externalId: params.optional('ExternalId', externalIdText, undefined),
      ...readMfa(params),
      sourceIdentity: params.optional('SourceIdentity', sourceIdentity, undefined),
      providedContexts: params.list('ProvidedContexts', readProvidedContext, { max: 5 }),
    })
    const input = { ...asked, roleArn: parsedArn(roleArn), policyArns: policyArns.map(({ arn }) => arn) }
    if (providedContexts.length > 0) {
      // Only IAM Identity Center makes them, and there is none here: ignoring one would forget who is meant.
      throw new ValidationError('ProvidedContexts are not taken: there is no context provider here.')
    }
    checkAskedTerms(input)
    return input
  },

  offeredCode: (input) => offeredCode(input),

  requires(input, caller) {
    const { roleArn, roleSessionName, externalId } = input
    checkInheritance(input, caller)
    const inherited = handedDown(caller)
    const context = contextOfTerms(input, inherited)
    context.set('sts:rolesessionname', roleSessionName)
    if (externalId !== undefined) context.set('sts:externalid', externalId)
    const resource = roleArn.text
    const accesses = [{ action: 'sts:AssumeRole', resource, context }]
    // Whether tags that are only inherited need it is not documented: AWS's own examples always grant it.
    if (input.tags.length + inherited.transitiveTagKeys.length > 0) {
      accesses.push({ action: 'sts:TagSession', resource, context })
    }
    if (context.has('sts:sourceidentity')) accesses.push({ action: 'sts:SetSourceIdentity', resource, context })
    return accesses
  },

  async perform({ caller, input, facts, role }, { sessions, directory, mfaCodes }) {
    if (role === undefined) throw new Error('a role was permitted that does not exist')
    const { roleSessionName, durationSeconds = ONE_HOUR } = input
    // Only now: before authorization these answers would tell that the role exists.
    if (durationSeconds > role.maxSessionDurationSeconds) {
      throw new ValidationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
    }
    if (durationSeconds > ONE_HOUR && caller.session !== undefined) {
      throw new ValidationError(
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      )
    }
    const { account, roleName, uniqueId: roleId } = role
    const { terms, packedPolicySize } = await settleTerms(input, handedDown(caller), account, directory)
    // The new session knows nothing of it: the code counts for the decision about this request alone.
    await useCode(caller, mfaCodes)
    const { credentials } = sessions.mint({
      account,
      holder: {
        kind: 'assumed-role',
        roleName,
        roleId,
        sessionName: roleSessionName,
        chainDepth: depthBelow(caller),
      },
      issuedAt: facts.now,
      lifetimeMs: durationSeconds * 1000,
      terms,
    })
    return {
      AssumedRoleUser: {
        AssumedRoleId: `${roleId}:${roleSessionName}`,
        Arn: assumedRoleArn(directory.partition, account, roleName, roleSessionName),
      },
      Credentials: answeredCredentials(credentials),
      PackedPolicySize: packedPolicySize,
      SourceIdentity: terms.sourceIdentity,
    }
  },

  details(input, output, caller) {
    const { roleArn, roleSessionName, durationSeconds, externalId, serialNumber } = input
    return {
      requestParameters: {
        roleArn: roleArn.text,
        roleSessionName,
        durationSeconds,
        externalId,
        serialNumber,
        ...recordedTerms(input),
        ...recordedInheritance(caller),
      },
      responseElements: output && {
        credentials: recordedCredentials(output.Credentials),
        assumedRoleUser: { assumedRoleId: output.AssumedRoleUser.AssumedRoleId, arn: output.AssumedRoleUser.Arn },
        packedPolicySize: output.PackedPolicySize,
        sourceIdentity: output.SourceIdentity,
      },
      resources: [{ ARN: roleArn.text, accountId: roleArn.account, type: 'AWS::IAM::Role' }],
    }
  },
})

function parsedArn(text: string): Arn {
  const arn = parseArn(text)
  if (arn === undefined) throw new ValidationError(`${text} is invalid`)
  return arn
}

function depthBelow({ session }: AccountCaller): number {
  if (session === undefined) return 0
  return session.holder.kind === 'assumed-role' ? session.holder.chainDepth + 1 : 1
}

const readProvidedContext = (context: Member) =>
  context.collect({
    providerArn: context.optional('ProviderArn', arnText, undefined),
    contextAssertion: context.optional('ContextAssertion', contextAssertion, undefined),
  })
