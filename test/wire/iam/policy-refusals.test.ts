import { after, before, describe, test } from 'node:test'
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  CreateUserCommand,
  DeleteGroupCommand,
  DeleteGroupPolicyCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetGroupCommand,
  GetGroupPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  type IAMClient,
  ListAttachedUserPoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListGroupsCommand,
  ListGroupsForUserCommand,
  ListPoliciesCommand,
  ListPolicyTagsCommand,
  ListPolicyVersionsCommand,
  PutGroupPolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  SetDefaultPolicyVersionCommand,
  TagPolicyCommand,
  UntagPolicyCommand,
  UpdateGroupCommand,
} from '@aws-sdk/client-iam'
import { ACCOUNT, called, type IamStage, OTHER, refused, setIamStage } from './iam-stage.ts'

const ARN = `arn:aws:iam::${ACCOUNT}`
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess'
const LIMIT = `${ARN}:policy/limit`
const ABSENT = `${ARN}:policy/absent`
const FULL = `${ARN}:policy/full`
const THEIRS = `arn:aws:iam::${OTHER}:policy/theirs`
const OF_SERVICES = 'arn:aws:iam::aws:policy/aws-service-role/AmazonElasticsearchServiceRolePolicy'

const allowing = (...Action: readonly string[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })
const ALLOW = allowing('s3:*')

/** May attach `limit` and nothing else, and make users that have it as their boundary and no others. */
const STEWARD = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['iam:AttachUserPolicy', 'iam:DetachUserPolicy', 'iam:AttachGroupPolicy', 'iam:AttachRolePolicy'],
      Resource: '*',
      Condition: { ArnEquals: { 'iam:PolicyARN': LIMIT } },
    },
    {
      Effect: 'Allow',
      Action: [
        'iam:CreateUser',
        'iam:PutUserPermissionsBoundary',
        'iam:PutUserPolicy',
        'iam:DeleteUserPolicy',
        'iam:AttachUserPolicy',
      ],
      Resource: `${ARN}:user/made/*`,
      Condition: { StringEquals: { 'iam:PermissionsBoundary': LIMIT } },
    },
    { Effect: 'Allow', Action: 'iam:*Group*', Resource: `${ARN}:group/staff` },
    { Effect: 'Deny', Action: 'iam:DeleteUserPermissionsBoundary', Resource: '*' },
    { Effect: 'Deny', Action: ['iam:CreatePolicyVersion', 'iam:SetDefaultPolicyVersion'], Resource: LIMIT },
  ],
}

type Refusal = readonly [
  rule: string,
  who: string,
  ask: (iam: IAMClient) => Promise<unknown>,
  status: number,
  code: string,
  message: string | RegExp,
]

const denied = (
  who: string,
  action: string,
  resource: string,
  why = `because no identity-based policy allows the ${action} action`,
) =>
  `User: ${ARN}:user/${who} is not authorized to perform: ${action} on resource: ${called(action, resource)}${why === '' ? '' : ` ${why}`}`
const violated = (member: string, constraint: string) =>
  `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`

const REFUSALS: readonly Refusal[] = [
  // Past a boundary, and past what an administrator was limited to.
  [
    'an administrator of some policies attaches no other',
    'steward',
    (iam) => iam.send(new AttachUserPolicyCommand({ UserName: 'idle', PolicyArn: ADMINISTRATOR })),
    403,
    'AccessDenied',
    denied('steward', 'iam:AttachUserPolicy', `${ARN}:user/idle`),
  ],
  [
    'an administrator of some policies attaches no other to themselves',
    'steward',
    (iam) => iam.send(new AttachUserPolicyCommand({ UserName: 'steward', PolicyArn: ADMINISTRATOR })),
    403,
    'AccessDenied',
    denied('steward', 'iam:AttachUserPolicy', `${ARN}:user/steward`),
  ],
  [
    'an administrator of some policies attaches no other to a group',
    'steward',
    (iam) => iam.send(new AttachGroupPolicyCommand({ GroupName: 'armed', PolicyArn: ADMINISTRATOR })),
    403,
    'AccessDenied',
    denied('steward', 'iam:AttachGroupPolicy', `${ARN}:group/armed`),
  ],
  [
    'an administrator of some policies detaches no other',
    'steward',
    (iam) => iam.send(new DetachUserPolicyCommand({ UserName: 'idle', PolicyArn: ADMINISTRATOR })),
    403,
    'AccessDenied',
    denied('steward', 'iam:DetachUserPolicy', `${ARN}:user/idle`),
  ],
  [
    'who has to give a boundary makes nobody without one',
    'steward',
    (iam) => iam.send(new CreateUserCommand({ Path: '/made/', UserName: 'eve' })),
    403,
    'AccessDenied',
    denied('steward', 'iam:CreateUser', `${ARN}:user/made/eve`),
  ],
  [
    'who has to give a boundary makes nobody with another one',
    'steward',
    (iam) => iam.send(new CreateUserCommand({ Path: '/made/', UserName: 'eve', PermissionsBoundary: ADMINISTRATOR })),
    403,
    'AccessDenied',
    denied('steward', 'iam:CreateUser', `${ARN}:user/made/eve`),
  ],
  [
    'who has to give a boundary gives no other one',
    'steward',
    (iam) =>
      iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'bounded', PermissionsBoundary: ADMINISTRATOR })),
    403,
    'AccessDenied',
    denied('steward', 'iam:PutUserPermissionsBoundary', `${ARN}:user/made/bounded`),
  ],
  [
    'a boundary is not taken away by who may not',
    'steward',
    (iam) => iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'bounded' })),
    403,
    'AccessDenied',
    denied(
      'steward',
      'iam:DeleteUserPermissionsBoundary',
      `${ARN}:user/made/bounded`,
      'with an explicit deny in an identity-based policy',
    ),
  ],
  [
    'inline policies are given to nobody who has no boundary',
    'steward',
    (iam) => iam.send(new PutUserPolicyCommand({ UserName: 'free', PolicyName: 'p', PolicyDocument: ALLOW })),
    403,
    'AccessDenied',
    denied('steward', 'iam:PutUserPolicy', `${ARN}:user/made/free`),
  ],
  [
    'what a boundary says is not rewritten by who may not',
    'steward',
    (iam) => iam.send(new CreatePolicyVersionCommand({ PolicyArn: LIMIT, PolicyDocument: ALLOW, SetAsDefault: true })),
    403,
    'AccessDenied',
    denied('steward', 'iam:CreatePolicyVersion', LIMIT, 'with an explicit deny in an identity-based policy'),
  ],
  [
    'an older version of a boundary is not brought back by who may not',
    'steward',
    (iam) => iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn: LIMIT, VersionId: 'v1' })),
    403,
    'AccessDenied',
    denied('steward', 'iam:SetDefaultPolicyVersion', LIMIT, 'with an explicit deny in an identity-based policy'),
  ],
  [
    'who has a boundary may no more than it, whatever is attached',
    'made/bounded',
    (iam) => iam.send(new AttachUserPolicyCommand({ UserName: 'bounded', PolicyArn: ADMINISTRATOR })),
    403,
    'AccessDenied',
    denied(
      'made/bounded',
      'iam:AttachUserPolicy',
      `${ARN}:user/made/bounded`,
      'because no permissions boundary allows the iam:AttachUserPolicy action',
    ),
  ],
  [
    'who has a boundary does not take it away',
    'made/bounded',
    (iam) => iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'bounded' })),
    403,
    'AccessDenied',
    denied(
      'made/bounded',
      'iam:DeleteUserPermissionsBoundary',
      `${ARN}:user/made/bounded`,
      'because no permissions boundary allows the iam:DeleteUserPermissionsBoundary action',
    ),
  ],
  [
    'who has a boundary does not join a group past it',
    'made/bounded',
    (iam) => iam.send(new AddUserToGroupCommand({ UserName: 'bounded', GroupName: 'armed' })),
    403,
    'AccessDenied',
    denied(
      'made/bounded',
      'iam:AddUserToGroup',
      `${ARN}:group/armed`,
      'because no permissions boundary allows the iam:AddUserToGroup action',
    ),
  ],

  // Who may not is told nothing of what there is.
  [
    'who may not is told nothing of a policy',
    'idle',
    (iam) => iam.send(new GetPolicyCommand({ PolicyArn: ABSENT })),
    403,
    'AccessDenied',
    denied('idle', 'iam:GetPolicy', ABSENT),
  ],
  [
    'who may not lists no policies',
    'idle',
    (iam) => iam.send(new ListPoliciesCommand({})),
    403,
    'AccessDenied',
    denied('idle', 'iam:ListPolicies', `${ARN}:policy/`),
  ],
  [
    'who may not is told nothing of who uses a policy',
    'idle',
    (iam) => iam.send(new ListEntitiesForPolicyCommand({ PolicyArn: LIMIT })),
    403,
    'AccessDenied',
    denied('idle', 'iam:ListEntitiesForPolicy', LIMIT),
  ],
  [
    'who may not is told nothing of a group',
    'idle',
    (iam) => iam.send(new GetGroupCommand({ GroupName: 'absent' })),
    403,
    'AccessDenied',
    denied('idle', 'iam:GetGroup', `${ARN}:group/absent`),
  ],
  [
    'who may not makes no policy',
    'idle',
    (iam) => iam.send(new CreatePolicyCommand({ Path: '/team/', PolicyName: 'p', PolicyDocument: ALLOW })),
    403,
    'AccessDenied',
    denied('idle', 'iam:CreatePolicy', `${ARN}:policy/team/p`),
  ],
  [
    'who may rename one group does not make it another',
    'steward',
    (iam) => iam.send(new UpdateGroupCommand({ GroupName: 'staff', NewGroupName: 'admins' })),
    403,
    'AccessDenied',
    denied('steward', 'iam:UpdateGroup', `${ARN}:group/admins`),
  ],
  [
    'who may put users into one group puts nobody into another',
    'steward',
    (iam) => iam.send(new AddUserToGroupCommand({ GroupName: 'armed', UserName: 'steward' })),
    403,
    'AccessDenied',
    denied('steward', 'iam:AddUserToGroup', `${ARN}:group/armed`),
  ],

  // What belongs to AWS, or to another account.
  [
    'a policy of AWS is not deleted',
    'admin',
    (iam) => iam.send(new DeletePolicyCommand({ PolicyArn: ADMINISTRATOR })),
    403,
    'AccessDenied',
    denied('admin', 'iam:DeletePolicy', ADMINISTRATOR, ''),
  ],
  [
    'a policy of AWS is not deleted by root',
    'root',
    (iam) => iam.send(new DeletePolicyCommand({ PolicyArn: ADMINISTRATOR })),
    403,
    'AccessDenied',
    `User: ${ARN}:root is not authorized to perform: iam:DeletePolicy on resource: policy ${ADMINISTRATOR}`,
  ],
  [
    'a policy of AWS gets no other version',
    'admin',
    (iam) => iam.send(new CreatePolicyVersionCommand({ PolicyArn: ADMINISTRATOR, PolicyDocument: ALLOW })),
    403,
    'AccessDenied',
    denied('admin', 'iam:CreatePolicyVersion', ADMINISTRATOR, ''),
  ],
  [
    'a policy of AWS loses no version',
    'admin',
    (iam) => iam.send(new DeletePolicyVersionCommand({ PolicyArn: ADMINISTRATOR, VersionId: 'v1' })),
    403,
    'AccessDenied',
    denied('admin', 'iam:DeletePolicyVersion', ADMINISTRATOR, ''),
  ],
  [
    'a policy of AWS gets no other default',
    'admin',
    (iam) => iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn: ADMINISTRATOR, VersionId: 'v1' })),
    403,
    'AccessDenied',
    denied('admin', 'iam:SetDefaultPolicyVersion', ADMINISTRATOR, ''),
  ],
  [
    'a policy of AWS gets no tags',
    'admin',
    (iam) => iam.send(new TagPolicyCommand({ PolicyArn: ADMINISTRATOR, Tags: [{ Key: 'a', Value: 'b' }] })),
    403,
    'AccessDenied',
    denied('admin', 'iam:TagPolicy', ADMINISTRATOR, ''),
  ],
  [
    'a policy of AWS loses no tags',
    'admin',
    (iam) => iam.send(new UntagPolicyCommand({ PolicyArn: ADMINISTRATOR, TagKeys: ['a'] })),
    403,
    'AccessDenied',
    denied('admin', 'iam:UntagPolicy', ADMINISTRATOR, ''),
  ],
  [
    'a policy of AWS that is not offered is not there',
    'admin',
    (iam) => iam.send(new GetPolicyCommand({ PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' })),
    404,
    'NoSuchEntity',
    'Policy arn:aws:iam::aws:policy/ReadOnlyAccess was not found.',
  ],
  [
    'a policy of AWS that is not offered is not attached',
    'admin',
    (iam) =>
      iam.send(new AttachUserPolicyCommand({ UserName: 'idle', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' })),
    404,
    'NoSuchEntity',
    'Policy arn:aws:iam::aws:policy/ReadOnlyAccess does not exist or is not attachable.',
  ],
  [
    'a policy of AWS for its own roles is attached to nobody',
    'admin',
    (iam) => iam.send(new AttachUserPolicyCommand({ UserName: 'idle', PolicyArn: OF_SERVICES })),
    400,
    'PolicyNotAttachable',
    'Cannot attach a Service Role Policy to a Customer Role.',
  ],
  [
    'a policy of AWS is found under its path only',
    'admin',
    (iam) => iam.send(new GetPolicyCommand({ PolicyArn: 'arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole' })),
    404,
    'NoSuchEntity',
    'Policy arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole was not found.',
  ],
  [
    'a policy of another account is not read',
    'admin',
    (iam) => iam.send(new GetPolicyCommand({ PolicyArn: THEIRS })),
    403,
    'AccessDenied',
    denied('admin', 'iam:GetPolicy', THEIRS, ''),
  ],
  [
    'a policy of another account is not changed',
    'admin',
    (iam) => iam.send(new CreatePolicyVersionCommand({ PolicyArn: THEIRS, PolicyDocument: ALLOW })),
    403,
    'AccessDenied',
    denied('admin', 'iam:CreatePolicyVersion', THEIRS, ''),
  ],
  [
    'a policy of another account is not attached',
    'admin',
    (iam) => iam.send(new AttachUserPolicyCommand({ UserName: 'idle', PolicyArn: THEIRS })),
    404,
    'NoSuchEntity',
    `Policy ${THEIRS} does not exist or is not attachable.`,
  ],
  [
    'a policy of another account is nobody’s boundary',
    'admin',
    (iam) => iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'idle', PermissionsBoundary: THEIRS })),
    404,
    'NoSuchEntity',
    `Scope ARN: ${THEIRS} does not exist or is not attachable.`,
  ],

  // What is in use, and what is not there.
  [
    'a policy that is attached to a group is not deleted',
    'admin',
    (iam) => iam.send(new DeletePolicyCommand({ PolicyArn: `${ARN}:policy/used` })),
    409,
    'DeleteConflict',
    'Cannot delete a policy attached to entities.',
  ],
  [
    'a policy that is a boundary is not deleted',
    'admin',
    (iam) => iam.send(new DeletePolicyCommand({ PolicyArn: LIMIT })),
    409,
    'DeleteConflict',
    'Cannot delete a policy attached to entities.',
  ],
  [
    'a policy with more than one version is not deleted',
    'admin',
    (iam) => iam.send(new DeletePolicyCommand({ PolicyArn: FULL })),
    409,
    'DeleteConflict',
    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
  ],
  [
    'a policy has no sixth version',
    'admin',
    (iam) => iam.send(new CreatePolicyVersionCommand({ PolicyArn: FULL, PolicyDocument: ALLOW })),
    409,
    'LimitExceeded',
    'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
  ],
  [
    'the default version of a policy is not deleted',
    'admin',
    (iam) => iam.send(new DeletePolicyVersionCommand({ PolicyArn: FULL, VersionId: 'v5' })),
    409,
    'DeleteConflict',
    'Cannot delete the default version of a policy.',
  ],
  [
    'a group with somebody in it is not deleted',
    'admin',
    (iam) => iam.send(new DeleteGroupCommand({ GroupName: 'staff' })),
    409,
    'DeleteConflict',
    'Cannot delete entity, must remove users from group first.',
  ],
  [
    'a group with an attached policy is not deleted',
    'admin',
    (iam) => iam.send(new DeleteGroupCommand({ GroupName: 'armed' })),
    409,
    'DeleteConflict',
    'Cannot delete entity, must detach all policies first.',
  ],
  [
    'a group with an inline policy is not deleted',
    'admin',
    (iam) => iam.send(new DeleteGroupCommand({ GroupName: 'lined' })),
    409,
    'DeleteConflict',
    'Cannot delete entity, must delete policies first.',
  ],
  [
    'a user in a group is not deleted',
    'admin',
    (iam) => iam.send(new DeleteUserCommand({ UserName: 'crowded' })),
    409,
    'DeleteConflict',
    /^Cannot delete entity, must /,
  ],
  [
    'the name of a policy is taken whatever its path and the case of its letters',
    'admin',
    (iam) => iam.send(new CreatePolicyCommand({ Path: '/team/', PolicyName: 'LIMIT', PolicyDocument: ALLOW })),
    409,
    'EntityAlreadyExists',
    'A policy called LIMIT already exists. Duplicate names are not allowed.',
  ],
  [
    'the name of a group is taken whatever its path and the case of its letters',
    'admin',
    (iam) => iam.send(new CreateGroupCommand({ Path: '/team/', GroupName: 'STAFF' })),
    409,
    'EntityAlreadyExists',
    'Group with name STAFF already exists.',
  ],
  [
    'a group is not renamed to one that is there',
    'admin',
    (iam) => iam.send(new UpdateGroupCommand({ GroupName: 'armed', NewGroupName: 'Staff' })),
    409,
    'EntityAlreadyExists',
    'Group with name Staff already exists.',
  ],
  [
    'what is not a policy is not read',
    'admin',
    (iam) => iam.send(new GetPolicyCommand({ PolicyArn: ABSENT })),
    404,
    'NoSuchEntity',
    `Policy ${ABSENT} was not found.`,
  ],
  [
    'a policy is found under its path and case only',
    'admin',
    (iam) => iam.send(new GetPolicyCommand({ PolicyArn: `${ARN}:policy/LIMIT` })),
    404,
    'NoSuchEntity',
    `Policy ${ARN}:policy/LIMIT was not found.`,
  ],
  [
    'what is no ARN of a policy is not read',
    'admin',
    (iam) => iam.send(new GetPolicyCommand({ PolicyArn: `${ARN}:user/limit` })),
    400,
    'InvalidInput',
    `ARN ${ARN}:user/limit is not valid.`,
  ],
  [
    'what is no ARN at all is not read',
    'admin',
    (iam) => iam.send(new GetPolicyCommand({ PolicyArn: 'policy/limit/limit/limit' })),
    400,
    'InvalidInput',
    'ARN policy/limit/limit/limit is not valid.',
  ],
  [
    'what is no ARN of a policy is not attached',
    'admin',
    (iam) => iam.send(new AttachUserPolicyCommand({ UserName: 'idle', PolicyArn: `${ARN}:role/limit` })),
    400,
    'InvalidInput',
    `ARN ${ARN}:role/limit is not valid.`,
  ],
  [
    'a version that is not there is not read',
    'admin',
    (iam) => iam.send(new GetPolicyVersionCommand({ PolicyArn: LIMIT, VersionId: 'v9' })),
    404,
    'NoSuchEntity',
    `Policy ${LIMIT} version v9 does not exist or is not attachable.`,
  ],
  [
    'a version of AWS that is not known is not read',
    'admin',
    (iam) => iam.send(new GetPolicyVersionCommand({ PolicyArn: ADMINISTRATOR, VersionId: 'v2' })),
    404,
    'NoSuchEntity',
    `Policy ${ADMINISTRATOR} version v2 does not exist or is not attachable.`,
  ],
  [
    'a version that is not there is not deleted',
    'admin',
    (iam) => iam.send(new DeletePolicyVersionCommand({ PolicyArn: LIMIT, VersionId: 'v9' })),
    404,
    'NoSuchEntity',
    `Policy ${LIMIT} version v9 does not exist or is not attachable.`,
  ],
  [
    'of a policy that is not there a version is missing',
    'admin',
    (iam) => iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn: ABSENT, VersionId: 'v1' })),
    404,
    'NoSuchEntity',
    `Policy ${ABSENT} version v1 does not exist or is not attachable.`,
  ],
  [
    'a policy that is not there gets no version',
    'admin',
    (iam) => iam.send(new CreatePolicyVersionCommand({ PolicyArn: ABSENT, PolicyDocument: ALLOW })),
    404,
    'NoSuchEntity',
    `Policy ${ABSENT} was not found.`,
  ],
  [
    'a policy that is not there is not deleted',
    'admin',
    (iam) => iam.send(new DeletePolicyCommand({ PolicyArn: ABSENT })),
    404,
    'NoSuchEntity',
    `Policy ${ABSENT} was not found.`,
  ],
  [
    'a policy that is not there has no versions',
    'admin',
    (iam) => iam.send(new ListPolicyVersionsCommand({ PolicyArn: ABSENT })),
    404,
    'NoSuchEntity',
    `Policy ${ABSENT} was not found.`,
  ],
  [
    'a policy that is not there has no tags',
    'admin',
    (iam) => iam.send(new ListPolicyTagsCommand({ PolicyArn: ABSENT })),
    404,
    'NoSuchEntity',
    `Policy ${ABSENT} was not found.`,
  ],
  [
    'a policy that is not there is used by nobody',
    'admin',
    (iam) => iam.send(new ListEntitiesForPolicyCommand({ PolicyArn: ABSENT })),
    404,
    'NoSuchEntity',
    `Policy ${ABSENT} was not found.`,
  ],
  [
    'a policy that is not there is not attached',
    'admin',
    (iam) => iam.send(new AttachGroupPolicyCommand({ GroupName: 'staff', PolicyArn: ABSENT })),
    404,
    'NoSuchEntity',
    `Policy ${ABSENT} does not exist or is not attachable.`,
  ],
  [
    'what is not attached to a user is not detached',
    'admin',
    (iam) => iam.send(new DetachUserPolicyCommand({ UserName: 'idle', PolicyArn: LIMIT })),
    404,
    'NoSuchEntity',
    `Policy ${LIMIT} was not found.`,
  ],
  [
    'what is not attached to a group is not detached',
    'admin',
    (iam) => iam.send(new DetachGroupPolicyCommand({ GroupName: 'staff', PolicyArn: ADMINISTRATOR })),
    404,
    'NoSuchEntity',
    `Policy ${ADMINISTRATOR} was not found.`,
  ],
  [
    'nothing is attached to who is not there',
    'admin',
    (iam) => iam.send(new AttachUserPolicyCommand({ UserName: 'absent', PolicyArn: ABSENT })),
    404,
    'NoSuchEntity',
    'The user with name absent cannot be found.',
  ],
  [
    'who is not there has nothing attached',
    'admin',
    (iam) => iam.send(new ListAttachedUserPoliciesCommand({ UserName: 'absent' })),
    404,
    'NoSuchEntity',
    'The user with name absent cannot be found.',
  ],
  [
    'a group that is not there has no members',
    'admin',
    (iam) => iam.send(new GetGroupCommand({ GroupName: 'absent' })),
    404,
    'NoSuchEntity',
    'The group with name absent cannot be found.',
  ],
  [
    'nobody is put into a group that is not there',
    'admin',
    (iam) => iam.send(new AddUserToGroupCommand({ GroupName: 'absent', UserName: 'idle' })),
    404,
    'NoSuchEntity',
    'The group with name absent cannot be found.',
  ],
  [
    'who is not there is put into no group',
    'admin',
    (iam) => iam.send(new AddUserToGroupCommand({ GroupName: 'absent', UserName: 'absent' })),
    404,
    'NoSuchEntity',
    'The user with name absent cannot be found.',
  ],
  [
    'who is in no group is not taken out of it',
    'admin',
    (iam) => iam.send(new RemoveUserFromGroupCommand({ GroupName: 'armed', UserName: 'idle' })),
    404,
    'NoSuchEntity',
    'User idle is not in group armed.',
  ],
  [
    'who is not there is in no groups',
    'admin',
    (iam) => iam.send(new ListGroupsForUserCommand({ UserName: 'absent' })),
    404,
    'NoSuchEntity',
    'The user with name absent cannot be found.',
  ],
  [
    'an inline policy of a group that is not there is not read',
    'admin',
    (iam) => iam.send(new GetGroupPolicyCommand({ GroupName: 'lined', PolicyName: 'absent' })),
    404,
    'NoSuchEntity',
    'The group policy with name absent cannot be found.',
  ],
  [
    'an inline policy of a group that is not there is not deleted',
    'admin',
    (iam) => iam.send(new DeleteGroupPolicyCommand({ GroupName: 'lined', PolicyName: 'absent' })),
    404,
    'NoSuchEntity',
    'The group policy with name absent cannot be found.',
  ],
  [
    'a boundary that nobody has is not taken away',
    'admin',
    (iam) => iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'idle' })),
    404,
    'NoSuchEntity',
    'The user with name idle has no permissions boundary.',
  ],

  // A group is no principal, and a service's role is its own.
  [
    'a group is trusted by no role',
    'admin',
    (iam) =>
      iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trusting(`${ARN}:group/staff`) })),
    400,
    'MalformedPolicyDocument',
    `Invalid principal in policy: "AWS":"${ARN}:group/staff"`,
  ],
  [
    'nothing is attached to the role of a service',
    'admin',
    (iam) => iam.send(new AttachRolePolicyCommand({ RoleName: 'AWSServiceRoleForECS', PolicyArn: LIMIT })),
    400,
    'UnmodifiableEntity',
    "Cannot perform the operation on the protected role 'AWSServiceRoleForECS' - this role is only modifiable by AWS",
  ],
  [
    'nothing is detached from the role of a service',
    'admin',
    (iam) => iam.send(new DetachRolePolicyCommand({ RoleName: 'AWSServiceRoleForECS', PolicyArn: LIMIT })),
    400,
    'UnmodifiableEntity',
    "Cannot perform the operation on the protected role 'AWSServiceRoleForECS' - this role is only modifiable by AWS",
  ],
  [
    'nothing is attached to a role that is not there',
    'admin',
    (iam) => iam.send(new AttachRolePolicyCommand({ RoleName: 'absent', PolicyArn: LIMIT })),
    404,
    'NoSuchEntity',
    'The role with name absent cannot be found.',
  ],
  [
    'what is not attached to a role is not detached',
    'admin',
    (iam) => iam.send(new DetachRolePolicyCommand({ RoleName: 'crowded', PolicyArn: LIMIT })),
    404,
    'NoSuchEntity',
    `Policy ${LIMIT} was not found.`,
  ],
  [
    'an administrator of some policies attaches no other to a role',
    'steward',
    (iam) => iam.send(new AttachRolePolicyCommand({ RoleName: 'crowded', PolicyArn: ADMINISTRATOR })),
    403,
    'AccessDenied',
    denied('steward', 'iam:AttachRolePolicy', `${ARN}:role/crowded`),
  ],

  // Quotas.
  [
    'no eleventh policy is attached to a role',
    'admin',
    (iam) => iam.send(new AttachRolePolicyCommand({ RoleName: 'crowded', PolicyArn: LIMIT })),
    409,
    'LimitExceeded',
    'Cannot exceed quota for PoliciesPerRole: 10',
  ],
  [
    'a policy is not longer than AWS takes',
    'admin',
    (iam) => iam.send(new CreatePolicyCommand({ PolicyName: 'long', PolicyDocument: longDocument(6145) })),
    409,
    'LimitExceeded',
    'Cannot exceed quota for PolicySize: 6144',
  ],
  [
    'a version is not longer than AWS takes',
    'admin',
    (iam) => iam.send(new CreatePolicyVersionCommand({ PolicyArn: LIMIT, PolicyDocument: longDocument(6145) })),
    409,
    'LimitExceeded',
    'Cannot exceed quota for PolicySize: 6144',
  ],
  [
    'the inline policies of a group are not longer than AWS takes',
    'admin',
    (iam) =>
      iam.send(
        new PutGroupPolicyCommand({ GroupName: 'staff', PolicyName: 'long', PolicyDocument: longDocument(5121) }),
      ),
    409,
    'LimitExceeded',
    'Maximum policy size of 5120 bytes exceeded for group staff',
  ],
  [
    'no eleventh policy is attached to a user',
    'admin',
    (iam) => iam.send(new AttachUserPolicyCommand({ UserName: 'crowded', PolicyArn: LIMIT })),
    409,
    'LimitExceeded',
    'Cannot exceed quota for PoliciesPerUser: 10',
  ],
  [
    'no eleventh policy is attached to a group',
    'admin',
    (iam) => iam.send(new AttachGroupPolicyCommand({ GroupName: 'crowded', PolicyArn: LIMIT })),
    409,
    'LimitExceeded',
    'Cannot exceed quota for PoliciesPerGroup: 10',
  ],
  [
    'a user is in no eleventh group',
    'admin',
    (iam) => iam.send(new AddUserToGroupCommand({ GroupName: 'staff', UserName: 'crowded' })),
    409,
    'LimitExceeded',
    'Cannot exceed quota for GroupsPerUser: 10',
  ],
  [
    'a policy has no tag twice',
    'admin',
    (iam) =>
      iam.send(
        new TagPolicyCommand({
          PolicyArn: LIMIT,
          Tags: [
            { Key: 'a', Value: '1' },
            { Key: 'a', Value: '2' },
          ],
        }),
      ),
    400,
    'InvalidInput',
    'Duplicate tag keys found.',
  ],

  // Parameters.
  [
    'a path of a policy has a slash at its end',
    'admin',
    (iam) => iam.send(new CreatePolicyCommand({ Path: '/team', PolicyName: 'p', PolicyDocument: ALLOW })),
    400,
    'ValidationError',
    violated('path', 'Member must satisfy regular expression pattern: ((/[A-Za-z0-9\\.,\\+@=_-]+)*)/'),
  ],
  [
    'a version is named as AWS names it',
    'admin',
    (iam) => iam.send(new GetPolicyVersionCommand({ PolicyArn: LIMIT, VersionId: '1' })),
    400,
    'ValidationError',
    violated('versionId', 'Member must satisfy regular expression pattern: v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?'),
  ],
  [
    'a marker of another list leads nowhere',
    'admin',
    (iam) => iam.send(new ListGroupsCommand({ Marker: 'x' })),
    400,
    'ValidationError',
    'Invalid Marker.',
  ],
]

/** A trust policy that names somebody. */
function trusting(principal: string): string {
  const Statement = [{ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' }]
  return JSON.stringify({ Version: '2012-10-17', Statement })
}

/** A valid document of that many characters. */
function longDocument(size: number): string {
  const empty = allowing('s3:').length
  return allowing(`s3:${'x'.repeat(size - empty)}`)
}

describe('policies, groups and attachments', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage([
      { UserName: 'idle' },
      { UserName: 'crowded' },
      { UserName: 'bounded', Path: '/made/', ManagedPolicyArns: [ADMINISTRATOR] },
      { UserName: 'steward', Policies: [{ PolicyName: 'steward', PolicyDocument: STEWARD }] },
    ])
    const iam = stage.as('admin')
    for (const [name, document] of [
      ['limit', ALLOW],
      ['used', ALLOW],
      ['full', ALLOW],
    ] as const) {
      await iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument: document }))
    }
    for (let version = 2; version <= 5; version++) {
      await iam.send(new CreatePolicyVersionCommand({ PolicyArn: FULL, PolicyDocument: ALLOW, SetAsDefault: true }))
    }
    for (const name of ['staff', 'armed', 'lined', 'crowded', 'g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7', 'g8', 'g9']) {
      await iam.send(new CreateGroupCommand({ GroupName: name }))
    }
    await iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: 'ecs.amazonaws.com' }))
    await iam.send(new CreateRoleCommand({ RoleName: 'crowded', AssumeRolePolicyDocument: trusting(ACCOUNT) }))
    for (const GroupName of ['crowded', 'g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7', 'g8', 'g9']) {
      await iam.send(new AddUserToGroupCommand({ GroupName, UserName: 'crowded' }))
      await iam.send(new CreatePolicyCommand({ PolicyName: `p-${GroupName}`, PolicyDocument: ALLOW }))
      const PolicyArn = `${ARN}:policy/p-${GroupName}`
      await iam.send(new AttachUserPolicyCommand({ UserName: 'crowded', PolicyArn }))
      await iam.send(new AttachGroupPolicyCommand({ GroupName: 'crowded', PolicyArn }))
      await iam.send(new AttachRolePolicyCommand({ RoleName: 'crowded', PolicyArn }))
    }
    await iam.send(new AddUserToGroupCommand({ GroupName: 'staff', UserName: 'admin' }))
    await iam.send(new AttachGroupPolicyCommand({ GroupName: 'armed', PolicyArn: `${ARN}:policy/used` }))
    await iam.send(new PutGroupPolicyCommand({ GroupName: 'lined', PolicyName: 'p', PolicyDocument: ALLOW }))
    await iam.send(new CreateUserCommand({ Path: '/made/', UserName: 'free' }))
    await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'bounded', PermissionsBoundary: LIMIT }))
  })
  after(() => stage[Symbol.asyncDispose]())

  for (const [rule, who, ask, status, code, message] of REFUSALS) {
    test(rule, async () => await refused(ask(stage.as(who)), status, code, message))
  }
})
