import { defineRead } from '../define.ts'
import { findPolicy } from '../existing.ts'
import { arnText, versionId } from '../iam-types.ts'
import { encodedDocument } from '../policy-documents.ts'
import { onPolicy } from '../targets.ts'
import { answeredVersion, versionOf } from './policies.ts'

/** Tells what a version of a managed policy says. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html */
export const getPolicyVersion = defineRead({
  action: 'iam:GetPolicyVersion',

  parse: (params) =>
    params.collect({
      policyArn: params.required('PolicyArn', arnText),
      versionId: params.required('VersionId', versionId),
    }),

  requires: ({ policyArn }, _caller, directory) => onPolicy('iam:GetPolicyVersion', policyArn, directory),

  async read({ input: { policyArn, versionId: id }, account }, directory) {
    const policy = directory.awsManaged.find(policyArn) ?? (await findPolicy(directory.records, account, policyArn))
    const version = versionOf(policy, policyArn, id)
    const Document = encodedDocument(version.document)
    return { PolicyVersion: { Document, ...answeredVersion(version, policy?.defaultVersionId) } }
  },
})
