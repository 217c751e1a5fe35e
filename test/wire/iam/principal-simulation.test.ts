import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  type EvaluationResult,
  GetContextKeysForPrincipalPolicyCommand,
  IAMClient,
  SimulateCustomPolicyCommand,
  SimulatePrincipalPolicyCommand,
  type SimulatePrincipalPolicyCommandInput,
} from '@aws-sdk/client-iam'
import { startTestBroker, type TestBroker } from '../../../src/testing/index.ts'
import { ACCOUNT, ADMIN, OTHER, refused } from './iam-stage.ts'

const document = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement })
const policy = (...Statement: readonly object[]) => JSON.stringify(document(...Statement))
const allow = (Action: string, more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more })
const named = (PolicyName: string, ...Statement: readonly object[]) => ({
  PolicyName,
  PolicyDocument: document(...Statement),
})
const trusting = (AWS: string, Condition?: object) =>
  document({ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole', ...(Condition && { Condition }) })
const arn = (resource: string, account = ACCOUNT) => `arn:aws:iam::${account}:${resource}`
const ALICE = arn('user/team/alice')
const MFA = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }

describe('the policies of a principal, simulated', () => {
  let broker: TestBroker
  const clients: IAMClient[] = []
  before(async () => {
    broker = await startTestBroker({
      directory: {
        Organization: {
          Id: 'o-exampleorgid',
          ManagementAccountId: OTHER,
          Roots: [
            {
              Id: 'r-root',
              Accounts: [ACCOUNT, OTHER],
              ServiceControlPolicies: [named('all', allow('*'), { Effect: 'Deny', Action: 'ec2:*', Resource: '*' })],
            },
          ],
        },
        Accounts: [
          {
            Id: ACCOUNT,
            Users: [
              { ...ADMIN, AccessKeys: [{}] },
              { UserName: 'idle', AccessKeys: [{}] },
              {
                UserName: 'reader',
                AccessKeys: [{}],
                Policies: [named('p', allow('iam:SimulatePrincipalPolicy'), allow('iam:SimulateCustomPolicy'))],
              },
              {
                UserName: 'alice',
                Path: '/team/',
                Groups: ['devs'],
                Tags: [{ Key: 'team', Value: 'core' }],
                ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
                Policies: [
                  named('own', allow('s3:*', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'core' } } })),
                ],
                PermissionsBoundary: arn('policy/limit'),
              },
            ],
            Groups: [{ GroupName: 'devs', Policies: [named('of-group', allow('sqs:*'))] }],
            ManagedPolicies: [
              { ManagedPolicyName: 'limit', PolicyDocument: document(allow('s3:*'), allow('sts:*'), allow('ec2:*')) },
            ],
            Roles: [
              {
                RoleName: 'Deployer',
                AssumeRolePolicyDocument: trusting(ALICE, MFA),
                Policies: [named('deploy', allow('s3:Get*'), allow('sts:AssumeRole'))],
              },
              { RoleName: 'Closed', AssumeRolePolicyDocument: trusting(OTHER) },
              { RoleName: 'Chained', AssumeRolePolicyDocument: trusting(arn('role/Deployer')) },
            ],
          },
          {
            Id: OTHER,
            Users: [{ ...ADMIN, AccessKeys: [{}] }],
            Roles: [{ RoleName: 'Open', AssumeRolePolicyDocument: trusting(ACCOUNT) }],
          },
        ],
      },
    })
  })
  after(async () => {
    for (const client of clients) client.destroy()
    await broker[Symbol.asyncDispose]()
  })

  async function as(who: string): Promise<IAMClient> {
    const { credentials } = await broker.as(arn(`user/${who}`))
    const client = new IAMClient({ endpoint: broker.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
    clients.push(client)
    return client
  }
  const simulate = async (input: Partial<SimulatePrincipalPolicyCommandInput> = {}, who = 'admin') =>
    await (await as(who)).send(
      new SimulatePrincipalPolicyCommand({ PolicySourceArn: ALICE, ActionNames: ['s3:GetObject'], ...input }),
    )
  const first = async (input: Partial<SimulatePrincipalPolicyCommandInput> = {}): Promise<Partial<EvaluationResult>> =>
    (await simulate(input)).EvaluationResults?.[0] ?? {}
  const assuming = (role: string, more: Partial<SimulatePrincipalPolicyCommandInput> = {}) =>
    first({ ActionNames: ['sts:AssumeRole'], ResourceArns: [arn(`role/${role}`)], ...more })

  test('whoever may not ask about somebody is refused before it is told whether they are there', async () => {
    for (const resource of ['user/team/alice', 'user/absent', 'role/absent', 'group/devs']) {
      await refused(
        simulate({ PolicySourceArn: arn(resource) }, 'idle'),
        403,
        'AccessDenied',
        `User: ${arn('user/idle')} is not authorized to perform: iam:SimulatePrincipalPolicy on resource: ${arn(resource)} because no identity-based policy allows the iam:SimulatePrincipalPolicy action`,
      )
    }
  })

  test('who is not there has no policies', async () => {
    const none = (kind: string, name: string) => `The ${kind} with name ${name} cannot be found.`
    for (const [resource, kind, name] of [
      ['user/absent', 'user', 'absent'],
      ['role/absent', 'role', 'absent'],
      ['group/absent', 'group', 'absent'],
      // The path is part of the name that an ARN has.
      ['user/alice', 'user', 'alice'],
    ] as const) {
      await refused(simulate({ PolicySourceArn: arn(resource) }), 404, 'NoSuchEntity', none(kind, name))
      const keys = new GetContextKeysForPrincipalPolicyCommand({ PolicySourceArn: arn(resource) })
      await refused((await as('admin')).send(keys), 404, 'NoSuchEntity', none(kind, name))
    }
  })

  test('what has no policies cannot be asked about', async () => {
    for (const source of [
      `arn:aws:sts::${ACCOUNT}:assumed-role/Deployer/session`,
      arn('policy/limit'),
      arn('root'),
      'somebody-or-other-but-no-arn',
    ]) {
      await refused(
        simulate({ PolicySourceArn: source }),
        400,
        'InvalidInput',
        `Invalid Entity Arn: ${source} does not clearly define entity type and name.`,
      )
    }
  })

  test('nobody of another account can be asked about', () =>
    refused(
      simulate({ PolicySourceArn: arn('user/admin', OTHER) }),
      400,
      'InvalidInput',
      `Invalid Policy Source Arn: caller's account ${ACCOUNT} does not have access to policies in account ${OTHER}`,
    ))

  test("a resource's policy takes a user", () =>
    refused(
      simulate({
        PolicySourceArn: arn('role/Deployer'),
        ResourceArns: ['arn:aws:s3:::bucket/key'],
        ResourcePolicy: policy(allow('s3:*', { Principal: '*' })),
      }),
      400,
      'InvalidInput',
      'Invalid caller - Caller must be an IAM user in this context.',
    ))

  test('whoever simulates that a role is assumed has to be allowed to read its trust policy', async () => {
    const ask = { ActionNames: ['sts:AssumeRole'], ResourceArns: [arn('role/Deployer')] }
    await refused(simulate(ask, 'reader'), 403, 'AccessDenied', /iam:GetRole on resource: .*:role\/Deployer /)
    const custom = new SimulateCustomPolicyCommand({ PolicyInputList: [policy(allow('*'))], ...ask })
    await refused((await as('reader')).send(custom), 403, 'AccessDenied', /iam:GetRole/)
    // Nothing is read of other accounts, nor where the request brings the trust policy.
    await simulate({ ...ask, ResourceArns: [arn('role/Open', OTHER)] }, 'reader')
    await simulate({ ...ask, ResourcePolicy: JSON.stringify(trusting(ACCOUNT)) }, 'reader')
    await simulate({}, 'reader')
  })

  test('a user has the policies of the groups and the boundary', async () => {
    const { EvalDecision, MatchedStatements, PermissionsBoundaryDecisionDetail } = await first()
    assert.deepEqual(
      [EvalDecision, MatchedStatements?.map(({ SourcePolicyId }) => SourcePolicyId), PermissionsBoundaryDecisionDetail],
      ['allowed', ['own', 'AdministratorAccess'], { AllowedByPermissionsBoundary: true }],
    )
    const limited = await first({ ActionNames: ['sqs:SendMessage'] })
    assert.deepEqual(
      [limited.EvalDecision, limited.MatchedStatements, limited.PermissionsBoundaryDecisionDetail],
      ['implicitDeny', [], { AllowedByPermissionsBoundary: false }],
    )
    const widened = await first({
      ActionNames: ['sqs:SendMessage'],
      PermissionsBoundaryPolicyInputList: [policy(allow('sqs:*'))],
    })
    assert.deepEqual(
      [widened.EvalDecision, widened.MatchedStatements?.map(({ SourcePolicyId }) => SourcePolicyId)],
      ['allowed', ['AdministratorAccess', 'of-group']],
    )
  })

  test('a group and a role have their own policies, and those that come with the request besides', async () => {
    const group = { PolicySourceArn: arn('group/devs') }
    assert.equal((await first({ ...group, ActionNames: ['sqs:SendMessage'] })).EvalDecision, 'allowed')
    assert.equal((await first(group)).EvalDecision, 'implicitDeny')
    const more = { PolicyInputList: [policy(allow('s3:*'))] }
    assert.deepEqual(
      (await first({ ...group, ...more })).MatchedStatements?.map(({ SourcePolicyId }) => SourcePolicyId),
      ['PolicyInputList.1'],
    )
    const role = { PolicySourceArn: arn('role/Deployer') }
    assert.equal((await first(role)).EvalDecision, 'allowed')
    assert.equal((await first({ ...role, ActionNames: ['s3:PutObject'] })).EvalDecision, 'implicitDeny')
  })

  test('what is known of a principal is not missing; of another caller it is', async () => {
    const Condition = {
      StringEquals: { 'aws:PrincipalTag/team': 'core', 'aws:username': 'alice', 'aws:SourceVpc': 'v' },
    }
    const PolicyInputList = [policy(allow('kms:Decrypt', { Condition }))]
    const ask = { PolicyInputList, ActionNames: ['kms:Decrypt'] }
    assert.deepEqual((await first(ask)).MissingContextValues, ['aws:SourceVpc'])
    assert.deepEqual((await first({ ...ask, CallerArn: arn('user/idle') })).MissingContextValues, [
      'aws:PrincipalTag/team',
      'aws:SourceVpc',
    ])
    assert.deepEqual((await first({ ...ask, PolicySourceArn: arn('group/devs') })).MissingContextValues, [
      'aws:PrincipalTag/team',
      'aws:username',
      'aws:SourceVpc',
    ])
  })

  test('service control policies count, and are not shown', async () => {
    const denied = await first({
      ActionNames: ['ec2:RunInstances'],
      ResourceArns: [`arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-1`],
    })
    assert.deepEqual(
      [denied.EvalDecision, denied.MatchedStatements, denied.OrganizationsDecisionDetail, denied.EvalDecisionDetails],
      ['explicitDeny', [], { AllowedByOrganizations: false }, undefined],
    )
    assert.deepEqual((await first()).OrganizationsDecisionDetail, { AllowedByOrganizations: true })
  })

  test("a role's trust policy is asked who may assume it", async () => {
    const without = await assuming('Deployer')
    assert.equal(without.EvalDecision, 'implicitDeny')
    assert.deepEqual(without.EvalDecisionDetails, { 'IAM Policy': 'allowed', 'Role Trust Policy': 'implicitDeny' })
    assert.deepEqual(without.ResourceSpecificResults?.[0]?.MissingContextValues, ['aws:MultiFactorAuthPresent'])
    const ContextEntries: SimulatePrincipalPolicyCommandInput['ContextEntries'] = [
      { ContextKeyName: 'aws:MultiFactorAuthPresent', ContextKeyValues: ['true'], ContextKeyType: 'boolean' },
    ]
    const { EvalDecision, MatchedStatements } = await assuming('Deployer', { ContextEntries })
    assert.deepEqual(
      [
        EvalDecision,
        MatchedStatements?.map(({ SourcePolicyId, SourcePolicyType }) => [SourcePolicyId, SourcePolicyType]),
      ],
      [
        'allowed',
        [
          ['Deployer', 'Role Trust Policy'],
          ['AdministratorAccess', 'IAM Policy'],
        ],
      ],
    )
    // The same user, named as the caller with somebody else's policies, is the one that is trusted.
    const asAlice = { PolicySourceArn: arn('user/admin'), CallerArn: ALICE, ContextEntries }
    assert.equal((await assuming('Deployer', asAlice)).EvalDecision, 'allowed')
    assert.equal((await assuming('Deployer', { ...asAlice, CallerArn: arn('user/idle') })).EvalDecision, 'implicitDeny')
  })

  test('who is not trusted, and a role that is not there, come to the same', async () => {
    const details = async (role: string, more = {}) => {
      const { EvalDecision, EvalDecisionDetails, MatchedStatements } = await assuming(role, more)
      return { EvalDecision, EvalDecisionDetails, MatchedStatements }
    }
    const closed = await details('Closed')
    assert.deepEqual(closed, await details('absent'))
    assert.equal(closed.EvalDecision, 'implicitDeny')
    // A role of another account is told of as if it trusted nobody, whomever it trusts.
    const elsewhere = (role: string) => details('', { ResourceArns: [arn(`role/${role}`, OTHER)] })
    assert.deepEqual(await elsewhere('Open'), await elsewhere('absent'))
    assert.equal((await elsewhere('Open')).EvalDecision, 'implicitDeny')
  })

  test('a session of a role assumes the next one', async () => {
    const chained = await assuming('Chained', { PolicySourceArn: arn('role/Deployer') })
    assert.deepEqual(
      [chained.EvalDecision, chained.EvalDecisionDetails],
      ['allowed', { 'IAM Policy': 'allowed', 'Role Trust Policy': 'allowed' }],
    )
  })

  test('a trust policy of the request stands for that of the role', async () => {
    const tried = (trust: object, role = 'Closed', account = ACCOUNT) =>
      first({
        ActionNames: ['sts:AssumeRole'],
        ResourceArns: [arn(`role/${role}`, account)],
        ResourcePolicy: JSON.stringify(trust),
      })
    assert.equal((await tried(trusting(ALICE))).EvalDecision, 'allowed')
    assert.equal((await tried(trusting(arn('user/bob')))).EvalDecision, 'implicitDeny')
    const across = await tried(trusting(ACCOUNT), 'Any', OTHER)
    assert.deepEqual(
      [across.EvalDecision, across.EvalDecisionDetails],
      ['allowed', { 'IAM Policy': 'allowed', 'Role Trust Policy': 'allowed' }],
    )
  })

  test("the keys that a principal's policies ask for are told, with those of the request", async () => {
    const { ContextKeyNames } = await (await as('admin')).send(
      new GetContextKeysForPrincipalPolicyCommand({
        PolicySourceArn: ALICE,
        PolicyInputList: [policy(allow('s3:*', { Condition: MFA }))],
      }),
    )
    assert.deepEqual(ContextKeyNames, ['aws:PrincipalTag/team', 'aws:MultiFactorAuthPresent'])
  })
})
