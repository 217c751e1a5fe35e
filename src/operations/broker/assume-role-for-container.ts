import {
  type AccountId,
  assumedRoleArn,
  isoSeconds,
  PLAIN_TERMS,
  type ServiceCaller,
  type Tag,
  type TemporaryCredentials,
} from '../../model/index.ts'
import type { Operation } from '../../pipeline/index.ts'

/** Which role a container service assumes, and for whom. */
export interface AssumeRoleForContainerInput {
  readonly account: AccountId
  readonly roleArn: string
  readonly sessionName: string
  /** All of them are handed down to the sessions that are made from this one. */
  readonly tags: readonly Tag[]
  /** What the service tells of itself: `aws:SourceArn`; `undefined` when it tells none. */
  readonly sourceArn: string | undefined
  readonly lifetimeMs: number
}

/**
 * Makes the credentials of containers: ECS or EKS assumes a role, where its trust policy lets that service, and marks the
 * session with tags where it has any. MaxSessionDuration does not count for services.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
 */
export const assumeRoleForContainer: Operation<
  ServiceCaller,
  AssumeRoleForContainerInput,
  { readonly credentials: TemporaryCredentials; readonly roleId: string; readonly arn: string }
> = {
  action: 'sts:AssumeRole',
  proof: 'service',
  grants: true,

  requires(input) {
    const { roleArn: resource, tags } = input
    const context = contextOf(input)
    const assume = { action: 'sts:AssumeRole', resource, context }
    return tags.length === 0 ? [assume] : [assume, { action: 'sts:TagSession', resource, context }]
  },

  async perform({ input, facts, role }, { sessions, directory }) {
    if (role === undefined) throw new Error('a role was permitted that does not exist')
    const { sessionName, tags, lifetimeMs } = input
    const { account, roleName, uniqueId: roleId } = role
    const transitiveTagKeys = tags.map(({ key }) => key)
    const { credentials } = sessions.mint({
      account,
      holder: { kind: 'assumed-role', roleName, roleId, sessionName, chainDepth: 0 },
      issuedAt: facts.now,
      lifetimeMs,
      terms: tags.length === 0 ? PLAIN_TERMS : { ...PLAIN_TERMS, tags, transitiveTagKeys },
    })
    return { credentials, roleId, arn: assumedRoleArn(directory.partition, account, roleName, sessionName) }
  },

  details({ account, roleArn, sessionName, tags, lifetimeMs }, output) {
    return {
      requestParameters: {
        roleArn,
        roleSessionName: sessionName,
        durationSeconds: lifetimeMs / 1000,
        ...(tags.length > 0 && {
          principalTags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
          transitiveTagKeys: tags.map(({ key }) => key),
        }),
      },
      responseElements: output && {
        credentials: {
          accessKeyId: output.credentials.accessKeyId,
          expiration: isoSeconds(output.credentials.expiresAt),
        },
        assumedRoleUser: { assumedRoleId: `${output.roleId}:${sessionName}`, arn: output.arn },
      },
      resources: [{ ARN: roleArn, accountId: account, type: 'AWS::IAM::Role' }],
    }
  },
}

function contextOf({ account, sessionName, tags, sourceArn }: AssumeRoleForContainerInput) {
  const context = new Map<string, string | readonly string[]>([
    ['sts:rolesessionname', sessionName],
    ['aws:sourceaccount', account],
  ])
  if (sourceArn !== undefined) context.set('aws:sourcearn', sourceArn)
  if (tags.length === 0) return context
  const keys = tags.map(({ key }) => key)
  for (const { key, value } of tags) context.set(`aws:requesttag/${key}`, value)
  return context.set('aws:tagkeys', keys).set('sts:transitivetagkeys', keys)
}
