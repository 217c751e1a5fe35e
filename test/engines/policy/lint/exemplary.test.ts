import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { lintPolicy, type PolicyKind } from '../../../../src/engines/policy/index.ts'

interface Exemplary {
  readonly name: string
  readonly kind: PolicyKind
  readonly statements: readonly object[]
}

const ACCOUNT = '111122223333'
const GITHUB = 'token.actions.githubusercontent.com'

/** As AWS's own pages show them. */
const EXEMPLARY: readonly Exemplary[] = [
  {
    name: 'an instance role',
    kind: 'trust',
    statements: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  },
  {
    name: 'another account with an external id',
    kind: 'trust',
    statements: [
      {
        Effect: 'Allow',
        Principal: { AWS: '444455556666' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': 'Unique ID Assigned by Example Corp' } },
      },
    ],
  },
  {
    name: 'GitHub Actions on one branch',
    kind: 'trust',
    statements: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${GITHUB}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            [`${GITHUB}:aud`]: 'sts.amazonaws.com',
            [`${GITHUB}:sub`]: 'repo:GitHubOrg/GitHubRepo:ref:refs/heads/GitHubBranch',
          },
        },
      },
    ],
  },
  {
    name: 'SAML sign-in to the console',
    kind: 'trust',
    statements: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/ExampleOrgSSOProvider` },
        Action: 'sts:AssumeRoleWithSAML',
        Condition: { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
      },
    ],
  },
  {
    name: 'a Kubernetes service account',
    kind: 'trust',
    statements: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            'oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE:sub': 'system:serviceaccount:default:my-service-account',
            'oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE:aud': 'sts.amazonaws.com',
          },
        },
      },
    ],
  },
  {
    name: 'a pod identity',
    kind: 'trust',
    statements: [
      {
        Sid: 'AllowEksAuthToAssumeRoleForPodIdentity',
        Effect: 'Allow',
        Principal: { Service: 'pods.eks.amazonaws.com' },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
      },
    ],
  },
  {
    name: 'an identity pool',
    kind: 'trust',
    statements: [
      {
        Effect: 'Allow',
        Principal: { Federated: 'cognito-identity.amazonaws.com' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { 'cognito-identity.amazonaws.com:aud': 'us-east-1:12345678-abcd-abcd-abcd-123456' },
          'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'unauthenticated' },
        },
      },
    ],
  },
  {
    name: "a user's own folder",
    kind: 'identity',
    statements: [
      {
        Action: ['s3:ListBucket'],
        Effect: 'Allow',
        Resource: ['arn:aws:s3:::amzn-s3-demo-bucket'],
        Condition: { StringLike: { 's3:prefix': ['$' + '{aws:username}/*'] } },
      },
      {
        Action: ['s3:GetObject', 's3:PutObject'],
        Effect: 'Allow',
        Resource: ['arn:aws:s3:::amzn-s3-demo-bucket/$' + '{aws:username}/*'],
      },
    ],
  },
  {
    name: 'no access outside some regions',
    kind: 'scp',
    statements: [
      {
        Sid: 'DenyAllOutsideEU',
        Effect: 'Deny',
        NotAction: ['iam:*', 'organizations:*', 'route53:*', 'support:*'],
        Resource: '*',
        Condition: { StringNotEquals: { 'aws:RequestedRegion': ['eu-central-1', 'eu-west-1'] } },
      },
    ],
  },
]

describe('there is nothing to say against', () => {
  for (const { name, kind, statements } of EXEMPLARY) {
    test(`${name} (${kind})`, () => {
      const text = JSON.stringify({ Version: '2012-10-17', Statement: statements }, undefined, 2)
      assert.deepEqual(lintPolicy(text, { kind }), [])
    })
  }
})
