import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  GetContextKeysForCustomPolicyCommand,
  SimulateCustomPolicyCommand,
  type SimulateCustomPolicyCommandInput,
} from '@aws-sdk/client-iam'
import { ACCOUNT, type IamStage, OTHER, refused, setIamStage } from './iam-stage.ts'

const policy = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const allow = (Action: string | readonly string[], Resource: string | readonly string[] = '*', more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
})
const deny = (Action: string | readonly string[], Resource: string | readonly string[] = '*', more: object = {}) => ({
  Effect: 'Deny',
  Action,
  Resource,
  ...more,
})
const S3 = policy(allow('s3:*'))
const variable = (name: string): string => `\${${name}}`
const OBJECT = 'arn:aws:s3:::bucket/key'
const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Deployer`
const bucket = (...Statement: readonly object[]) => policy(...Statement)
const letting = (AWS: string, more: object = {}) =>
  allow('s3:GetObject', 'arn:aws:s3:::bucket/*', { Principal: { AWS }, ...more })

type Custom = Partial<SimulateCustomPolicyCommandInput>

describe('the policy simulator', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage([
      { UserName: 'idle' },
      {
        UserName: 'simulator',
        Policies: [{ PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement: [allow('iam:Simulate*')] } }],
      },
    ])
  })
  after(() => stage[Symbol.asyncDispose]())
  const custom = (input: Custom = {}, who = 'admin') =>
    stage
      .as(who)
      .send(new SimulateCustomPolicyCommand({ PolicyInputList: [S3], ActionNames: ['s3:GetObject'], ...input }))

  describe('takes no', () => {
    const refusals: readonly (readonly [what: string, input: Custom, message: string | RegExp])[] = [
      ['action without a service', { ActionNames: ['GetObject'] }, 'The action is invalid since it is missing names'],
      ['action with wildcards', { ActionNames: ['s3:Get*'] }, /may hold no wildcards/],
      ['resource that is no ARN', { ResourceArns: ['bucket'] }, 'ResourceNames are not in a valid ARN format: bucket.'],
      ['resource * beside others', { ResourceArns: [OBJECT, '*'] }, 'ResourceNames are not in a valid ARN format: *.'],
      ['policy that is no JSON', { PolicyInputList: ['{'] }, 'PolicyInputList.1: Syntax errors in policy.'],
      [
        'policy that names a member twice',
        { PolicyInputList: [S3, '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}'] },
        'PolicyInputList.2: Syntax errors in policy.',
      ],
      [
        'policy with a principal beside those that are attached',
        { PolicyInputList: [bucket(letting(ACCOUNT))] },
        'PolicyInputList.1: Policy document should not specify a principal.',
      ],
      [
        'policy of an operator that does not exist',
        { PolicyInputList: [policy(allow('s3:*', '*', { Condition: { StringMatches: { 'aws:username': 'a' } } }))] },
        'PolicyInputList.1: Syntax errors in policy.',
      ],
      [
        'boundary that is no policy',
        { PermissionsBoundaryPolicyInputList: ['[]'] },
        'PermissionsBoundaryPolicyInputList.1: Syntax errors in policy.',
      ],
      ['second boundary', { PermissionsBoundaryPolicyInputList: [S3, S3] }, /Only one permissions boundary/],
      [
        "resource's policy without a caller",
        { ResourcePolicy: bucket(letting(ACCOUNT)), ResourceArns: [OBJECT] },
        'Invalid caller - Caller cannot be null or empty.',
      ],
      ['caller that is a role', { CallerArn: ROLE }, 'Invalid caller - Caller must be an IAM user in this context.'],
      [
        'caller that is a session',
        { CallerArn: `arn:aws:sts::${ACCOUNT}:assumed-role/Deployer/x` },
        'Invalid caller - Caller must be an IAM user in this context.',
      ],
      [
        'caller of another partition',
        { CallerArn: ALICE.replace('aws', 'aws-cn') },
        'Invalid caller - Caller must be an IAM user in this context.',
      ],
      ['caller that is no ARN', { CallerArn: 'alice' }, 'Invalid caller - Caller must be an IAM user in this context.'],
      ['owner that is a number', { ResourceOwner: OTHER }, `'${OTHER}' is not a valid as a Resource Owner.`],
      ['owner that is a user', { ResourceOwner: ALICE }, `'${ALICE}' is not a valid as a Resource Owner.`],
      [
        "resource's policy for all resources",
        { ResourcePolicy: bucket(letting(ACCOUNT)), CallerArn: ALICE },
        'Invalid Entity Arn: * does not clearly define entity type and name.',
      ],
      [
        "resource's policy that speaks of another resource",
        { ResourcePolicy: bucket(letting(ACCOUNT)), CallerArn: ALICE, ResourceArns: [OBJECT, 'arn:aws:s3:::bucket'] },
        'ResourcePolicy does not apply to arn:aws:s3:::bucket.',
      ],
      [
        "resource's policy without a principal",
        { ResourcePolicy: S3, CallerArn: ALICE, ResourceArns: [OBJECT] },
        /^ResourcePolicy: /,
      ],
      [
        'trust policy for what is no trust',
        {
          ResourcePolicy: policy({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }),
          CallerArn: ALICE,
          ActionNames: ['sts:AssumeRole', 'iam:GetRole'],
          ResourceArns: [ROLE],
        },
        'Invalid Input Actions: [sts:AssumeRole] and [iam:GetRole] require different authorization information.',
      ],
      [
        'scenario that does not exist',
        { ResourceHandlingOption: 'EC2-Classic', ActionNames: ['ec2:RunInstances'] },
        /^Invalid input resource handling options\. It is one of /,
      ],
      [
        'scenario for another action',
        { ResourceHandlingOption: 'EC2-VPC-EBS' },
        'Invalid input resource handling options. Action does not support resource handling options: s3:GetObject.',
      ],
      [
        'scenario without its resources',
        {
          ResourceHandlingOption: 'EC2-VPC-EBS-Subnet',
          ActionNames: ['ec2:RunInstances'],
          ResourceArns: ['instance/i-1', 'image/ami-1', 'volume/vol-1'].map(
            (id) => `arn:aws:ec2:us-east-1:${ACCOUNT}:${id}`,
          ),
        },
        'Invalid input resource handling options. EC2-VPC-EBS-Subnet also needs: security-group, network-interface, subnet.',
      ],
    ]
    for (const [what, input, message] of refusals) {
      test(what, () => refused(custom(input), 400, 'InvalidInput', message))
    }

    const entries: readonly (readonly [what: string, type: string | undefined, values: readonly string[]])[] = [
      ['number that is a word', 'numeric', ['many']],
      ['number in a list that is a word', 'numericList', ['1', 'many']],
      ['truth that is a word', 'boolean', ['yes']],
      ['address that is a name', 'ip', ['localhost']],
      ['date that is a word', 'date', ['tomorrow']],
      ['bytes that are no base64', 'binary', ['?']],
      ['two values for one', 'string', ['a', 'b']],
      ['no value for one', 'string', []],
      ['value of no type', undefined, ['a']],
    ]
    for (const [what, type, ContextKeyValues] of entries) {
      test(what, () => {
        const entry = { ContextKeyName: 's3:prefix', ContextKeyValues: [...ContextKeyValues] }
        const ContextEntries = [type === undefined ? entry : { ...entry, ContextKeyType: type }]
        // What the SDK's types would not let a caller say is said all the same.
        const input: object = { ContextEntries }
        return refused(custom(input), 400, 'InvalidInput', /context (?:key|entry)/)
      })
    }

    test('key twice, whatever the case of its letters', () => {
      const ContextEntries = ['aws:SourceIp', 'AWS:sourceip'].map((ContextKeyName) => ({
        ContextKeyName,
        ContextKeyValues: ['10.0.0.1'],
        ContextKeyType: 'ip' as const,
      }))
      return refused(custom({ ContextEntries }), 400, 'InvalidInput', 'The context key AWS:sourceip is given twice.')
    })

    test('marker of another simulation', async () => {
      const ActionNames = ['s3:GetObject', 's3:PutObject']
      const { Marker } = await custom({ ActionNames, MaxItems: 1 })
      const other = { ActionNames, MaxItems: 1, Marker }
      await refused(
        custom({ ...other, PolicyInputList: [policy(allow('*'))] }),
        400,
        'ValidationError',
        'Invalid Marker.',
      )
      await refused(custom({ ...other, Marker: 'x' }), 400, 'ValidationError', 'Invalid Marker.')
    })
  })

  test('whoever may not is refused', async () => {
    await refused(custom({}, 'idle'), 403, 'AccessDenied', /iam:SimulateCustomPolicy/)
    await refused(
      stage.as('idle').send(new GetContextKeysForCustomPolicyCommand({ PolicyInputList: [S3] })),
      403,
      'AccessDenied',
      /iam:GetContextKeysForCustomPolicy/,
    )
  })

  test('an answer has what AWS answers, and where the statement stands', async () => {
    const { EvaluationResults, IsTruncated, Marker } = await custom({
      PolicyInputList: [
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}',
      ],
      ActionNames: ['s3:GetObject', 'ec2:RunInstances'],
    })
    const matched = {
      SourcePolicyId: 'PolicyInputList.1',
      SourcePolicyType: 'IAM Policy',
      StartPosition: { Line: 1, Column: 41 },
      EndPosition: { Line: 1, Column: 95 },
    }
    assert.deepEqual(
      { EvaluationResults, IsTruncated, Marker },
      {
        EvaluationResults: [
          {
            EvalActionName: 's3:GetObject',
            EvalResourceName: '*',
            EvalDecision: 'allowed',
            MatchedStatements: [matched],
            MissingContextValues: [],
          },
          {
            EvalActionName: 'ec2:RunInstances',
            EvalResourceName: '*',
            EvalDecision: 'implicitDeny',
            MatchedStatements: [],
            MissingContextValues: [],
          },
        ],
        IsTruncated: false,
        Marker: undefined,
      },
    )
  })

  test('statements begin and end where AWS says they do', async () => {
    const documents: readonly (readonly [text: string, start: string, end: string])[] = [
      // As AWS's own documentation and answers have them.
      [
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}',
        '1:38',
        '1:167',
      ],
      [
        '{\n  "Version": "2012-10-17",\n  "Statement": [\n    {\n      "Effect": "Allow",\n      "Action": "*",\n      "Resource": "*"\n    }\n  ]\n}',
        '3:17',
        '8:6',
      ],
      [
        '{\n  "Version": "2012-10-17",\n  "Statement": [\n  {\n    "Effect": "Deny", "Action": "s3:*", "Resource": "*"\n  },\n  {\n    "Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"\n  }\n  ]\n}',
        '6:4',
        '9:4',
      ],
    ]
    for (const [text, start, end] of documents) {
      const { EvaluationResults } = await custom({ PolicyInputList: [text], ActionNames: ['dynamodb:CreateBackup'] })
      const [{ StartPosition, EndPosition } = {}] = EvaluationResults?.[0]?.MatchedStatements ?? []
      assert.deepEqual(
        [`${StartPosition?.Line}:${StartPosition?.Column}`, `${EndPosition?.Line}:${EndPosition?.Column}`],
        [start, end],
      )
    }
  })

  test('a named resource is answered by itself', async () => {
    const [result] = (await custom({ ResourceArns: [OBJECT] })).EvaluationResults ?? []
    assert.equal(result?.EvalResourceName, OBJECT)
    assert.deepEqual(result?.EvalDecisionDetails, {})
    assert.deepEqual(result?.ResourceSpecificResults, [
      {
        EvalResourceName: OBJECT,
        EvalResourceDecision: 'allowed',
        MatchedStatements: result?.MatchedStatements,
        MissingContextValues: [],
      },
    ])
  })

  test('several resources are answered one by one, and allowed only together', async () => {
    const PolicyInputList = [policy(allow('s3:*', 'arn:aws:s3:::bucket/*'), deny('s3:*', 'arn:aws:s3:::bucket/secret'))]
    const ResourceArns = [OBJECT, 'arn:aws:s3:::bucket/secret', 'arn:aws:s3:::other/key']
    const [result] = (await custom({ PolicyInputList, ResourceArns })).EvaluationResults ?? []
    assert.deepEqual(
      result?.ResourceSpecificResults?.map(({ EvalResourceName, EvalResourceDecision, MatchedStatements }) => [
        EvalResourceName,
        EvalResourceDecision,
        MatchedStatements?.length,
      ]),
      [
        [ResourceArns[0], 'allowed', 1],
        [ResourceArns[1], 'explicitDeny', 1],
        [ResourceArns[2], 'implicitDeny', 0],
      ],
    )
    assert.deepEqual(
      [result?.EvalDecision, result?.EvalResourceName, result?.MatchedStatements],
      ['explicitDeny', '*', []],
    )
  })

  test('all statements that allow are told, and of a denial those alone that deny', async () => {
    const ids = async (input: Custom) =>
      (await custom(input)).EvaluationResults?.[0]?.MatchedStatements?.map(({ SourcePolicyId }) => SourcePolicyId)
    assert.deepEqual(await ids({ PolicyInputList: [S3, policy(allow('*')), policy(allow('ec2:*'))] }), [
      'PolicyInputList.1',
      'PolicyInputList.2',
    ])
    assert.deepEqual(await ids({ PolicyInputList: [S3, policy(deny('s3:Get*'))] }), ['PolicyInputList.2'])
    assert.deepEqual(
      await ids({ PolicyInputList: [S3], PermissionsBoundaryPolicyInputList: [policy(deny('s3:Get*'))] }),
      ['PermissionsBoundaryPolicyInputList.1'],
    )
  })

  test('a boundary limits, and says so', async () => {
    const limited = async (boundary: string) => {
      const [result] = (await custom({ PermissionsBoundaryPolicyInputList: [boundary] })).EvaluationResults ?? []
      return [result?.EvalDecision, result?.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary]
    }
    assert.deepEqual(await limited(S3), ['allowed', true])
    assert.deepEqual(await limited(policy(allow('ec2:*'))), ['implicitDeny', false])
    assert.deepEqual(await limited(policy(deny('s3:*'))), ['explicitDeny', false])
  })

  test('keys that could have mattered and were not given are missing, as the policy spells them', async () => {
    const PolicyInputList = [
      policy(
        allow('s3:*', `arn:aws:s3:::${variable('s3:Prefix')}/*`, {
          Condition: { Bool: { 'aws:multifactorauthpresent': 'true' } },
        }),
        allow('ec2:*', '*', { Condition: { Bool: { 'ec2:EbsOptimized': 'true' } } }),
        deny('s3:*', '*', { Condition: { StringEquals: { 'aws:username': 'mallory' } } }),
      ),
    ]
    const [all] = (await custom({ PolicyInputList })).EvaluationResults ?? []
    // What has no resource asks for none of its variables.
    assert.deepEqual(all?.MissingContextValues, ['aws:username'])
    const [named] = (await custom({ PolicyInputList, ResourceArns: [OBJECT] })).EvaluationResults ?? []
    assert.deepEqual(named?.ResourceSpecificResults?.[0]?.MissingContextValues, ['aws:username', 's3:prefix'])
    const ContextEntries: Custom['ContextEntries'] = [
      { ContextKeyName: 's3:PREFIX', ContextKeyValues: ['bucket'], ContextKeyType: 'string' },
    ]
    const [one] =
      (await custom({ PolicyInputList, ContextEntries, ResourceArns: [OBJECT], CallerArn: ALICE })).EvaluationResults ??
      []
    assert.deepEqual(one?.MissingContextValues, [])
    assert.deepEqual(one?.ResourceSpecificResults?.[0]?.MissingContextValues, ['aws:multifactorauthpresent'])
  })

  test('context entries of every type are compared as what they are', async () => {
    const entry = (ContextKeyName: string, ContextKeyType: string, ...ContextKeyValues: string[]) => ({
      ContextKeyName,
      ContextKeyType,
      ContextKeyValues,
    })
    const cases: readonly (readonly [condition: object, given: object])[] = [
      [{ StringLike: { 's3:prefix': 'home/*' } }, entry('s3:prefix', 'string', 'home/a')],
      [{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'b' } }, entry('aws:tagkeys', 'stringList', 'a', 'b')],
      [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': 'b' } }, entry('aws:tagkeys', 'stringList')],
      [{ NumericLessThan: { 's3:max-keys': '10' } }, entry('s3:max-keys', 'numeric', '9.5')],
      [{ 'ForAllValues:NumericLessThan': { 's3:max-keys': '10' } }, entry('s3:max-keys', 'numericList', '1', '2')],
      [{ Bool: { 'aws:SecureTransport': 'true' } }, entry('aws:SecureTransport', 'boolean', 'true')],
      [{ 'ForAnyValue:Bool': { 'aws:SecureTransport': 'true' } }, entry('aws:SecureTransport', 'booleanList', 'true')],
      [{ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, entry('aws:SourceIp', 'ip', '10.1.2.3')],
      [{ 'ForAllValues:IpAddress': { 'aws:SourceIp': '10.0.0.0/8' } }, entry('aws:SourceIp', 'ipList', '10.1.2.3')],
      [{ DateLessThan: { 'aws:CurrentTime': '2000-01-01' } }, entry('aws:CurrentTime', 'date', '1999-12-31T23:59:59Z')],
      [{ 'ForAnyValue:DateLessThan': { 'x:date': '2000-01-01' } }, entry('x:date', 'dateList', '1999-12-31')],
      [{ BinaryEquals: { 'x:bytes': 'AQID' } }, entry('x:bytes', 'binary', 'AQID')],
      [{ 'ForAnyValue:BinaryEquals': { 'x:bytes': 'AQID' } }, entry('x:bytes', 'binaryList', 'AAAA', 'AQID')],
    ]
    for (const [Condition, given] of cases) {
      const PolicyInputList = [policy(allow('s3:*', '*', { Condition }))]
      const input: object = { ContextEntries: [given] }
      const decide = async (more: object) =>
        (await custom({ PolicyInputList, ...more })).EvaluationResults?.[0]?.EvalDecision
      assert.equal(await decide(input), 'allowed', JSON.stringify(Condition))
    }
  })

  test("a resource's policy lets its own account's users in, and both sides have to across accounts", async () => {
    const bob = `arn:aws:iam::${OTHER}:user/bob`
    const own = {
      PolicyInputList: [policy(allow('ec2:*'))],
      ResourceArns: [OBJECT],
      ResourcePolicy: bucket(letting(ALICE)),
    }
    const [within] = (await custom({ ...own, CallerArn: ALICE })).EvaluationResults ?? []
    assert.equal(within?.EvalDecision, 'allowed')
    assert.deepEqual(within?.EvalDecisionDetails, {})
    assert.deepEqual(
      within?.MatchedStatements?.map(({ SourcePolicyId, SourcePolicyType }) => [SourcePolicyId, SourcePolicyType]),
      [['ResourcePolicy', 'Resource Policy']],
    )
    const across = {
      ...own,
      ResourcePolicy: bucket(letting(bob)),
      CallerArn: bob,
      ResourceOwner: `arn:aws:iam::${ACCOUNT}:root`,
    }
    const [halfway] = (await custom(across)).EvaluationResults ?? []
    assert.equal(halfway?.EvalDecision, 'implicitDeny')
    assert.deepEqual(halfway?.EvalDecisionDetails, { 'IAM Policy': 'implicitDeny', 'Resource Policy': 'allowed' })
    const [both] = (await custom({ ...across, PolicyInputList: [S3] })).EvaluationResults ?? []
    assert.equal(both?.EvalDecision, 'allowed')
    assert.deepEqual(both?.ResourceSpecificResults?.[0]?.EvalDecisionDetails, {
      'IAM Policy': 'allowed',
      'Resource Policy': 'allowed',
    })
    const [unspoken] =
      (
        await custom({
          ResourceArns: [`arn:aws:sqs:us-east-1:${OTHER}:queue`],
          ActionNames: ['sqs:SendMessage'],
          PolicyInputList: [policy(allow('*'))],
        })
      ).EvaluationResults ?? []
    assert.deepEqual(unspoken?.EvalDecisionDetails, { 'IAM Policy': 'allowed', 'Resource Policy': 'implicitDeny' })
    assert.equal(unspoken?.EvalDecision, 'implicitDeny')
  })

  test('results come in pages, and every page goes on where the last one ended', async () => {
    const ActionNames = Array.from({ length: 7 }, (_, index) => `s3:Action${index}`)
    const seen: (string | undefined)[] = []
    let Marker: string | undefined
    do {
      const page = await custom({ ActionNames, MaxItems: 3, ...(Marker === undefined ? {} : { Marker }) })
      assert.equal(page.IsTruncated, page.Marker !== undefined)
      seen.push(...(page.EvaluationResults ?? []).map(({ EvalActionName }) => EvalActionName))
      Marker = page.Marker
    } while (Marker !== undefined)
    assert.deepEqual(seen, ActionNames)
  })

  test('hundreds of actions on hundreds of resources come in short pages, and others are served in between', async () => {
    const statements = Array.from({ length: 300 }, (_, index) => allow('s3:*', `arn:aws:s3:::*a*b*c*${index}/*`))
    const input = {
      PolicyInputList: [policy(...statements)],
      ActionNames: Array.from({ length: 400 }, (_, index) => `s3:Action${index}`),
      ResourceArns: Array.from({ length: 400 }, (_, index) => `arn:aws:s3:::bucket${'abc'.repeat(20)}/${index}`),
    }
    const order: string[] = []
    const long = custom(input).finally(() => order.push('long'))
    const short = custom().finally(() => order.push('short'))
    const [{ EvaluationResults, IsTruncated }] = await Promise.all([long, short])
    assert.equal(IsTruncated, true)
    assert.ok((EvaluationResults?.length ?? 0) <= 3)
    assert.deepEqual(order, ['short', 'long'])
  })

  test('what would take long is refused before it begins', () => {
    const patterns = Array.from({ length: 3000 }, (_, index) => `arn:aws:s3:::*z*${index}*`)
    const ResourceArns = Array.from({ length: 8 }, (_, index) => `arn:aws:s3:::${'ab'.repeat(1000)}${index}`)
    const PolicyInputList = [policy(allow('s3:*', patterns))]
    return refused(custom({ PolicyInputList, ResourceArns }), 400, 'InvalidInput', /^The simulation is too large/)
  })

  const given = (ContextKeyValues: readonly string[]) => [
    { ContextKeyName: 'aws:a', ContextKeyType: 'stringList' as const, ContextKeyValues: [...ContextKeyValues] },
  ]

  test('a context value may be as long as a header, and all of them together as many characters as stand here', async () => {
    const says = 'A value of the context key aws:a is longer than 2048 characters.'
    await refused(custom({ ContextEntries: given(['x', 'x'.repeat(2049)]) }), 400, 'InvalidInput', says)
    const most = Array.from({ length: 31 }, () => 'x'.repeat(2048))
    await refused(
      custom({ ContextEntries: given([...most, 'x'.repeat(2017)]) }),
      400,
      'InvalidInput',
      /65536 characters/,
    )
    await custom({ ContextEntries: given([...most, 'x'.repeat(2016)]) })
  })

  test('context values are looked at before policies are read, which takes longer', async () => {
    const input = { PolicyInputList: ['{'], ContextEntries: given(['x'.repeat(2049)]) }
    await refused(custom(input), 400, 'InvalidInput', /^A value of the context key aws:a is longer/)
  })

  test('what would take long because of its context values is refused before it begins', async () => {
    const like = { Condition: { StringLike: { 'aws:a': '*a*a*a*a*a*b'.repeat(10) } } }
    const PolicyInputList = [policy(...Array.from({ length: 300 }, () => deny('*', '*', like)))]
    const values = Array.from({ length: 30 }, () => 'a'.repeat(2000))
    const input = { PolicyInputList, ContextEntries: given(values) }
    await refused(custom(input), 400, 'InvalidInput', /^The simulation is too large/)
    await custom({ PolicyInputList, ContextEntries: given(['a'.repeat(2000)]) })
  })

  test('what would take long because of what stands in the place of variables is refused before it begins', async () => {
    const ask = (count: number, length: number) => {
      const patterns = Array.from({ length: count }, (_, index) => `arn:aws:s3:::*${variable('aws:b')}${index}`)
      const ContextKeyValues = ['a'.repeat(length)]
      return custom({
        PolicyInputList: [policy(deny('*', patterns))],
        ResourceArns: [`arn:aws:s3:::${'a'.repeat(2000)}`],
        ContextEntries: [{ ContextKeyName: 'aws:b', ContextKeyType: 'string', ContextKeyValues }],
      })
    }
    await refused(ask(300, 2000), 400, 'InvalidInput', /^The simulation is too large/)
    await ask(300, 200)
    await ask(50, 2000)
  })

  test('no more than twenty statements and keys are told of one request', async () => {
    const statements = Array.from({ length: 21 }, (_, index) =>
      allow('*', '*', { Condition: { Null: { [`a:key${index}`]: 'true' } } }),
    )
    const [result] = (await custom({ PolicyInputList: [policy(...statements)] })).EvaluationResults ?? []
    assert.deepEqual([result?.MatchedStatements?.length, result?.MissingContextValues?.length], [20, 20])
  })

  test("what is the operator's no policy grants", async () => {
    const [result] =
      (await custom({ PolicyInputList: [policy(allow('*'))], ActionNames: ['rolecall:RotateKeys'] }))
        .EvaluationResults ?? []
    assert.deepEqual([result?.EvalDecision, result?.MatchedStatements], ['implicitDeny', []])
  })

  test('keys of policies are told as AWS spells them, variables included', async () => {
    const PolicyInputList = [
      policy(
        allow(
          's3:*',
          [
            `arn:aws:s3:::${variable('aws:USERNAME')}/${variable("AWS:principaltag/Team, 'none'")}`,
            `arn:aws:s3:::${variable('*')}`,
          ],
          {
            Condition: {
              Bool: { 'AWS:securetransport': 'true' },
              StringLike: { 's3:prefix': [`${variable('aws:PrincipalTag/team')}/*`, variable('saml:SUB')] },
              NumericLessThan: { 's3:max-keys': '10' },
            },
          },
        ),
      ),
      policy(deny('*', '*', { Condition: { Bool: { 'aws:SecureTransport': 'false' } } })),
    ]
    const { ContextKeyNames } = await stage
      .as('admin')
      .send(new GetContextKeysForCustomPolicyCommand({ PolicyInputList }))
    assert.deepEqual(ContextKeyNames, [
      'aws:username',
      'aws:PrincipalTag/team',
      'aws:SecureTransport',
      's3:prefix',
      'saml:sub',
      's3:max-keys',
    ])
    await refused(
      stage.as('admin').send(new GetContextKeysForCustomPolicyCommand({ PolicyInputList: ['{}'] })),
      400,
      'InvalidInput',
      'PolicyInputList.1: Syntax errors in policy.',
    )
  })
})
