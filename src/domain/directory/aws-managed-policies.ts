import { epochMillis } from '../../model/index.ts'
import { type AnyManagedPolicy, documentOf } from './policy-versions.ts'
import { type ManagedPolicyView, viewManagedPolicy } from './views.ts'

/** What AWS publishes of a managed policy of its own. */
interface Published {
  /** `/` unless told. */
  readonly path?: string
  readonly id: string
  readonly description: string
  readonly createdAt: string
  /** The default version, and when it was made: the one that is known here. */
  readonly version: string
  readonly updatedAt: string
  readonly statements: readonly object[]
}

/**
 * The AWS managed policies that every account has, by name: those whose documents are known to the letter. Attaching any
 * other one is refused, never silently empty. Of each there is the version that AWS had made its default, no older one.
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const AWS_MANAGED_POLICIES: Readonly<Record<string, Published>> = {
  AWSDenyAll: {
    id: 'ANPAZKAPJZG4P43IUQ5E5',
    description: 'Deny all access.',
    createdAt: '2019-05-01T22:36:14Z',
    version: 'v2',
    updatedAt: '2023-12-18T16:42:05Z',
    statements: [{ Sid: 'DenyAll', Effect: 'Deny', Action: ['*'], Resource: '*' }],
  },
  AdministratorAccess: {
    id: 'ANPAIWMBCKSKIEE64ZLYK',
    description: 'Provides full access to AWS services and resources.',
    createdAt: '2015-02-06T18:39:46Z',
    version: 'v1',
    updatedAt: '2015-02-06T18:39:46Z',
    statements: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  },
  AmazonS3FullAccess: {
    id: 'ANPAIFIR6V6BVTRAHWINE',
    description: 'Provides full access to all buckets via the AWS Management Console.',
    createdAt: '2015-02-06T18:40:58Z',
    version: 'v2',
    updatedAt: '2021-09-27T20:16:37Z',
    statements: [{ Effect: 'Allow', Action: ['s3:*', 's3-object-lambda:*'], Resource: '*' }],
  },
  AmazonS3ReadOnlyAccess: {
    id: 'ANPAIZTJ4DXE7G6AGAE6M',
    description: 'Provides read only access to all buckets via the AWS Management Console.',
    createdAt: '2015-02-06T18:40:59Z',
    version: 'v3',
    updatedAt: '2023-08-10T21:31:39Z',
    statements: [
      {
        Effect: 'Allow',
        Action: ['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*'],
        Resource: '*',
      },
    ],
  },
  AmazonSSMManagedInstanceCore: {
    id: 'ANPAIXSHM2BNB2D3AXXRU',
    description: 'The policy for Amazon EC2 Role to enable AWS Systems Manager service core functionality.',
    createdAt: '2019-03-15T17:22:12Z',
    version: 'v2',
    updatedAt: '2019-05-23T16:54:21Z',
    statements: [
      {
        Effect: 'Allow',
        Action: [
          'ssm:DescribeAssociation',
          'ssm:GetDeployablePatchSnapshotForInstance',
          'ssm:GetDocument',
          'ssm:DescribeDocument',
          'ssm:GetManifest',
          'ssm:GetParameter',
          'ssm:GetParameters',
          'ssm:ListAssociations',
          'ssm:ListInstanceAssociations',
          'ssm:PutInventory',
          'ssm:PutComplianceItems',
          'ssm:PutConfigurePackageResult',
          'ssm:UpdateAssociationStatus',
          'ssm:UpdateInstanceAssociationStatus',
          'ssm:UpdateInstanceInformation',
        ],
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Action: [
          'ssmmessages:CreateControlChannel',
          'ssmmessages:CreateDataChannel',
          'ssmmessages:OpenControlChannel',
          'ssmmessages:OpenDataChannel',
        ],
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Action: [
          'ec2messages:AcknowledgeMessage',
          'ec2messages:DeleteMessage',
          'ec2messages:FailMessage',
          'ec2messages:GetEndpoint',
          'ec2messages:GetMessages',
          'ec2messages:SendReply',
        ],
        Resource: '*',
      },
    ],
  },
  IAMFullAccess: {
    id: 'ANPAI7XKCFMBPM3QQRRVQ',
    description: 'Provides full access to IAM via the AWS Management Console.',
    createdAt: '2015-02-06T18:40:38Z',
    version: 'v2',
    updatedAt: '2019-06-21T19:40:00Z',
    statements: [
      {
        Effect: 'Allow',
        Action: [
          'iam:*',
          'organizations:DescribeAccount',
          'organizations:DescribeOrganization',
          'organizations:DescribeOrganizationalUnit',
          'organizations:DescribePolicy',
          'organizations:ListChildren',
          'organizations:ListParents',
          'organizations:ListPoliciesForTarget',
          'organizations:ListRoots',
          'organizations:ListPolicies',
          'organizations:ListTargetsForPolicy',
        ],
        Resource: '*',
      },
    ],
  },
  IAMReadOnlyAccess: {
    id: 'ANPAJKSO7NDY4T57MWDSQ',
    description: 'Provides read only access to IAM via the AWS Management Console.',
    createdAt: '2015-02-06T18:40:39Z',
    version: 'v4',
    updatedAt: '2018-01-25T19:11:27Z',
    statements: [
      {
        Effect: 'Allow',
        Action: [
          'iam:GenerateCredentialReport',
          'iam:GenerateServiceLastAccessedDetails',
          'iam:Get*',
          'iam:List*',
          'iam:SimulateCustomPolicy',
          'iam:SimulatePrincipalPolicy',
        ],
        Resource: '*',
      },
    ],
  },
  // AWS has made newer versions since, whose documents are not known to the letter.
  IAMUserChangePassword: {
    id: 'ANPAJ4L4MM2A7QIEB56MS',
    description: 'Provides the ability for an IAM user to change their own password.',
    createdAt: '2016-11-15T00:25:16Z',
    version: 'v3',
    updatedAt: '2025-05-29T21:52:00Z',
    statements: [
      {
        Effect: 'Allow',
        Action: ['iam:ChangePassword'],
        Resource: [`arn:aws:iam::*:user/\${aws:username}`, `arn:aws:iam::*:user/*/\${aws:username}`],
      },
      { Effect: 'Allow', Action: ['iam:GetAccountPasswordPolicy'], Resource: '*' },
    ],
  },
  PowerUserAccess: {
    id: 'ANPAJYRXTHIB4FOVS3ZXS',
    description:
      'Provides full access to AWS services and resources, but does not allow management of Users and groups.',
    createdAt: '2015-02-06T18:39:47Z',
    version: 'v12',
    updatedAt: '2026-02-12T17:59:14Z',
    statements: [
      { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
      {
        Effect: 'Allow',
        Action: [
          'account:GetAccountInformation',
          'account:GetGovCloudAccountInformation',
          'account:GetPrimaryEmail',
          'account:ListRegions',
          'iam:CreateServiceLinkedRole',
          'iam:DeleteServiceLinkedRole',
          'iam:ListRoles',
          'organizations:DescribeEffectivePolicy',
          'organizations:DescribeOrganization',
        ],
        Resource: '*',
      },
    ],
  },
  AWSLambdaBasicExecutionRole: {
    path: '/service-role/',
    id: 'ANPAJNCQGXC42545SKXIK',
    description: 'Provides write permissions to CloudWatch Logs.',
    createdAt: '2015-04-09T15:03:43Z',
    version: 'v1',
    updatedAt: '2015-04-09T15:03:43Z',
    statements: [
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: '*',
      },
    ],
  },
}

/** AWS's own managed policies, as a partition has them. */
export class AwsManagedPolicies {
  /** In the order of their ARNs. */
  readonly all: readonly AnyManagedPolicy[]
  readonly #found: ReadonlyMap<string, AnyManagedPolicy>
  readonly #views = new Map<string, ManagedPolicyView>()

  constructor(partition: string) {
    this.all = Object.entries(AWS_MANAGED_POLICIES).map(([name, published]) => asPublished(partition, name, published))
    this.#found = new Map(this.all.map((policy) => [policy.arn, policy]))
  }

  /** The one with exactly that ARN. */
  find(arn: string): AnyManagedPolicy | undefined {
    return this.#found.get(arn)
  }

  /** The same, compiled when it is first asked for: few directories use more than one or two. */
  view(arn: string): ManagedPolicyView | undefined {
    const known = this.#views.get(arn)
    if (known !== undefined) return known
    const policy = this.#found.get(arn)
    if (policy === undefined) return undefined
    const view = viewManagedPolicy(policy.arn, documentOf(policy), policy.tags)
    this.#views.set(arn, view)
    return view
  }
}

function asPublished(partition: string, policyName: string, published: Published): AnyManagedPolicy {
  const { path = '/', id, description, createdAt, version, updatedAt, statements } = published
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  const made = epochMillis(Date.parse(updatedAt))
  return {
    policyName,
    path,
    arn: `arn:${partition}:iam::aws:policy${path}${policyName}`,
    uniqueId: id,
    createdAt: epochMillis(Date.parse(createdAt)),
    updatedAt: made,
    description,
    versions: [{ id: version, document: document.replaceAll('arn:aws:', `arn:${partition}:`), createdAt: made }],
    defaultVersionId: version,
    tags: [],
  }
}
