import { firstVersion, nameKey } from '../../../domain/directory/index.ts'
import { EntityAlreadyExists, iamArn, uniqueId } from '../../../model/index.ts'
import { requestTags } from '../../../pipeline/authorization/index.ts'
import { defineInventingChange } from '../define.ts'
import { policyDescription, policyDocument, policyName, policyPath } from '../iam-types.ts'
import { checkQuota } from '../quotas.ts'
import { answeredTags, checkTags, readTags } from '../tags.ts'
import { onNew } from '../targets.ts'
import { answeredPolicy, checkManagedDocument, putPolicy } from './policies.ts'

/** Makes a managed policy of the account. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html */
export const createPolicy = defineInventingChange({
  action: 'iam:CreatePolicy',

  parse(params) {
    const input = params.collect({
      policyName: params.required('PolicyName', policyName),
      path: params.optional('Path', policyPath, '/'),
      policyDocument: params.required('PolicyDocument', policyDocument),
      description: params.optional('Description', policyDescription, undefined),
      tags: readTags(params),
    })
    checkTags(input.tags, 'exact')
    return input
  },

  requires: ({ path, policyName: name, tags }, caller, directory) =>
    onNew('iam:CreatePolicy', 'policy', { path, name }, caller, directory, requestTags(tags)),

  invent: ({ account }, { random }) => uniqueId('ANPA', account, random.bytes(6)),

  async change({ input, account, partition, now }, edit, { directory }, uniqueId) {
    const { policyName, path, policyDocument: document, description, tags } = input
    checkManagedDocument(document)
    if ((await edit.stored('managed-policy', nameKey(account, policyName))) !== undefined) {
      throw new EntityAlreadyExists(`A policy called ${policyName} already exists. Duplicate names are not allowed.`)
    }
    checkQuota('PoliciesPerAccount', await edit.count('managed-policy', account), directory.quotas.policiesPerAccount)
    const policy = {
      account,
      policyName,
      path,
      arn: iamArn(partition, account, 'policy', path, policyName),
      uniqueId,
      createdAt: now,
      description,
      tags,
      ...firstVersion(document, now),
    }
    putPolicy(edit, policy)
    const Tags = answeredTags(tags)
    return { Policy: { ...answeredPolicy(policy, { attached: 0, asBoundary: 0 }), Tags } }
  },
})
