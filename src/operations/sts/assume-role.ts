import { integer, type Member } from '../../engines/wire/index.ts'
import {
  type AccountCaller,
  type Arn,
  assumedRoleArn,
  epochMillis,
  isoSeconds,
  parseArn,
  ValidationError,
} from '../../model/index.ts'
import { defineOperation } from '../../pipeline/index.ts'
import {
  arnText,
  contextAssertion,
  externalId as externalIdText,
  policyText,
  serialNumber,
  sessionName,
  sourceIdentity,
  tagKey,
  tagValue,
  tokenCode,
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
    const { roleArn, roleSessionName, durationSeconds, externalId, ...notTaken } = params.collect({
      roleArn: params.required('RoleArn', arnText),
      roleSessionName: params.required('RoleSessionName', sessionName),
      PolicyArns: params.list('PolicyArns', (each) => each.collect({ arn: each.optional('arn', arnText, undefined) })),
      Policy: params.optional('Policy', policyText, undefined),
      durationSeconds: params.optional('DurationSeconds', integer({ min: 900, max: 43_200 }), undefined),
      Tags: params.list('Tags', readTag, { max: 50 }),
      TransitiveTagKeys: params.texts('TransitiveTagKeys', tagKey, { max: 50 }),
      externalId: params.optional('ExternalId', externalIdText, undefined),
      SerialNumber: params.optional('SerialNumber', serialNumber, undefined),
      TokenCode: params.optional('TokenCode', tokenCode, undefined),
      SourceIdentity: params.optional('SourceIdentity', sourceIdentity, undefined),
      ProvidedContexts: params.list('ProvidedContexts', readProvidedContext, { max: 5 }),
    })
    refuseWhatIsNotTaken(notTaken)
    return { roleArn: parsedArn(roleArn), roleSessionName, durationSeconds, externalId }
  },

  requires({ roleArn, roleSessionName, externalId }) {
    const context = new Map([['sts:rolesessionname', roleSessionName]])
    if (externalId !== undefined) context.set('sts:externalid', externalId)
    return [{ action: 'sts:AssumeRole', resource: roleArn.text, context }]
  },

  async perform({ caller, input, facts, role }, { sessions, directory }) {
    if (role === undefined) throw new Error('a role was permitted that does not exist')
    const { roleSessionName, durationSeconds = ONE_HOUR } = input
    // Only now: before authorization these answers would tell that the role exists.
    if (durationSeconds > role.maxSessionDurationSeconds) {
      throw new ValidationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
    }
    if (durationSeconds > ONE_HOUR && caller.kind === 'assumed-role') {
      throw new ValidationError(
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      )
    }
    const { session, credentials } = sessions.mint({
      account: role.account,
      roleArn: role.arn,
      roleId: role.uniqueId,
      sessionName: roleSessionName,
      issuedAt: facts.now,
      lifetimeMs: durationSeconds * 1000,
      chainDepth: depthBelow(caller),
    })
    return {
      AssumedRoleUser: {
        AssumedRoleId: `${role.uniqueId}:${roleSessionName}`,
        Arn: assumedRoleArn(directory.partition, role.account, role.roleName, roleSessionName),
      },
      Credentials: {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        Expiration: new Date(session.expiresAt),
      },
    }
  },

  details({ roleArn, roleSessionName, durationSeconds, externalId }, output) {
    return {
      requestParameters: { roleArn: roleArn.text, roleSessionName, durationSeconds, externalId },
      responseElements: output && {
        credentials: {
          accessKeyId: output.Credentials.AccessKeyId,
          expiration: isoSeconds(epochMillis(output.Credentials.Expiration.getTime())),
        },
        assumedRoleUser: { assumedRoleId: output.AssumedRoleUser.AssumedRoleId, arn: output.AssumedRoleUser.Arn },
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

function depthBelow(caller: AccountCaller): number {
  return caller.kind === 'assumed-role' ? caller.session.chainDepth + 1 : 0
}

const readTag = (tag: Member) =>
  tag.collect({ key: tag.required('Key', tagKey), value: tag.required('Value', tagValue) })

const readProvidedContext = (context: Member) =>
  context.collect({
    providerArn: context.optional('ProviderArn', arnText, undefined),
    contextAssertion: context.optional('ContextAssertion', contextAssertion, undefined),
  })

/** These would limit or mark the session: ignoring one would grant more than was asked for. An empty list asks nothing. */
function refuseWhatIsNotTaken(parameters: Readonly<Record<string, string | readonly unknown[] | undefined>>): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value.length > 0) {
      throw new ValidationError(`This version of Rolecall does not take the parameter ${name}.`)
    }
  }
}
