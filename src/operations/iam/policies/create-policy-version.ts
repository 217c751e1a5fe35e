import { nextVersion, QUOTAS } from '../../../domain/directory/index.ts'
import { boolean } from '../../../engines/wire/index.ts'
import { defineChange } from '../define.ts'
import { existingPolicy } from '../existing.ts'
import { LimitExceeded } from '../iam-faults.ts'
import { arnText, policyDocument } from '../iam-types.ts'
import { onPolicy } from '../targets.ts'
import { answeredVersion, checkManagedDocument, putPolicy, versionOf } from './policies.ts'

/**
 * Gives a managed policy another document, which counts once it is the default.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
 */
export const createPolicyVersion = defineChange({
  action: 'iam:CreatePolicyVersion',

  parse: (params) =>
    params.collect({
      policyArn: params.required('PolicyArn', arnText),
      policyDocument: params.required('PolicyDocument', policyDocument),
      setAsDefault: params.optional('SetAsDefault', boolean, false),
    }),

  requires: ({ policyArn }, _caller, directory) => onPolicy('iam:CreatePolicyVersion', policyArn, directory),

  async change({ input, account, now }, edit) {
    const { policyArn, policyDocument: document, setAsDefault } = input
    checkManagedDocument(document)
    const before = await existingPolicy(edit, account, policyArn)
    const most = QUOTAS.versionsPerPolicy
    if (before.versions.length >= most) {
      throw new LimitExceeded(
        `A managed policy can have up to ${most} versions. Before you create a new version, you must delete an existing version.`,
      )
    }
    const policy = { ...before, ...nextVersion(before, document, setAsDefault, now) }
    putPolicy(edit, policy)
    const version = versionOf(policy, policyArn, `v${policy.latestVersion}`)
    return { PolicyVersion: answeredVersion(version, policy.defaultVersionId) }
  },
})
