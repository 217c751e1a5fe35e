/** The actions of IAM on managed policies. @module */
import type { IamOperations } from '../define.ts'
import { existingPolicy } from '../existing.ts'
import { arnText } from '../iam-types.ts'
import { tagActions } from '../tags.ts'
import { onPolicy } from '../targets.ts'
import { createPolicy } from './create-policy.ts'
import { createPolicyVersion } from './create-policy-version.ts'
import { deletePolicy } from './delete-policy.ts'
import { deletePolicyVersion } from './delete-policy-version.ts'
import { getPolicy } from './get-policy.ts'
import { getPolicyVersion } from './get-policy-version.ts'
import { listEntitiesForPolicy } from './list-entities-for-policy.ts'
import { listPolicies } from './list-policies.ts'
import { listPolicyVersions } from './list-policy-versions.ts'
import { putPolicy } from './policies.ts'
import { setDefaultPolicyVersion } from './set-default-policy-version.ts'

/** What can be asked of managed policies. */
export const POLICY_ACTIONS: IamOperations = [
  ['CreatePolicy', createPolicy],
  ['CreatePolicyVersion', createPolicyVersion],
  ['DeletePolicy', deletePolicy],
  ['DeletePolicyVersion', deletePolicyVersion],
  ['GetPolicy', getPolicy],
  ['GetPolicyVersion', getPolicyVersion],
  ['ListEntitiesForPolicy', listEntitiesForPolicy],
  ['ListPolicies', listPolicies],
  ['ListPolicyVersions', listPolicyVersions],
  ['SetDefaultPolicyVersion', setDefaultPolicyVersion],
  ...tagActions({
    noun: 'Policy',
    parameter: 'PolicyArn',
    parse: arnText,
    tagCase: 'exact',
    find: existingPolicy,
    put: putPolicy,
    requires: (action, arn, _caller, directory, context) => onPolicy(action, arn, directory, context),
  }),
]
