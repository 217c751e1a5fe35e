import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSServiceException } from '@aws-sdk/client-sts'
import {
  ACCOUNT,
  aRole,
  type Credentials,
  ECS,
  EKS,
  OTHER_TASK,
  POD,
  proofOf,
  roleArn,
  type Stage,
  stage,
  TAGGING,
  TASK,
  trusting,
} from './container-stage.ts'

const HOUR = 3_600_000
const CLUSTER = `arn:aws:eks:us-east-1:${ACCOUNT}:cluster/shop`

function podTags(extra: object): object {
  return trusting(EKS, { ...TAGGING, Condition: extra })
}

for (const [what, trust] of [
  ['another service', trusting(EKS)],
  ['its account alone', trusting({ AWS: ACCOUNT })],
  ['ECS for another account', trusting(ECS, { Condition: { StringEquals: { 'aws:SourceAccount': '222222222222' } } })],
  [
    'ECS for one cluster, which ECS does not tell',
    trusting(ECS, { Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:ecs:us-east-1:${ACCOUNT}:cluster/prod` } } }),
  ],
  ['ECS for other sessions', trusting(ECS, { Condition: { StringEquals: { 'sts:RoleSessionName': OTHER_TASK } } })],
] as const) {
  test(`the role of a task that trusts ${what} is not assumed, and the answer says which`, async (t) => {
    const { fetch } = await stage(t, { Roles: [aRole('task', trust), aRole('pod', trusting(EKS, TAGGING))] })
    const { status, headers, body } = await fetch(`task/${TASK}`)
    assert.deepEqual([status, headers['content-type']], [503, 'application/json'])
    const { code, message, HTTPErrorCode } = JSON.parse(body)
    assert.deepEqual([code, HTTPErrorCode], ['CredentialsUninitialized', 503])
    assert.equal(message, `ECS cannot assume ${roleArn('task')}. Does it trust ecs-tasks.amazonaws.com?`)
  })
}

for (const [what, trust] of [
  ['another service', trusting(ECS, TAGGING)],
  ['EKS, but not with tags', trusting(EKS)],
  ['EKS for another namespace', podTags({ StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'admin' } })],
  ['EKS for another cluster', podTags({ StringEquals: { 'aws:RequestTag/eks-cluster-arn': `${CLUSTER}2` } })],
  ['EKS without tags', podTags({ Null: { 'aws:TagKeys': 'true' } })],
] as const) {
  test(`the role of a pod that trusts ${what} is not assumed`, async (t) => {
    const { fetch } = await stage(t, { Roles: [aRole('task', trusting(ECS)), aRole('pod', trust)] })
    const { status, body } = await fetch(POD)
    assert.equal(status, 400)
    assert.match(body, /^\(AccessDeniedException\): EKS cannot assume arn:aws:iam::111111111111:role\/pod\./)
  })
}

test('a task without a role has no credentials', async (t) => {
  const { fetch, apply } = await stage(t)
  await apply({ Tasks: [{ TaskId: TASK }] })
  const { status, body } = await fetch(`task/${TASK}`)
  assert.deepEqual([status, JSON.parse(body).code], [400, 'InvalidIdInRequest'])
})

test('credentials of a task come as ECS gives them, in a session that is named after the task', async (t) => {
  const set = await stage(t, {
    Roles: [
      aRole(
        'task',
        trusting(ECS, {
          Condition: {
            StringEquals: { 'aws:SourceAccount': ACCOUNT },
            ArnLike: { 'aws:SourceArn': `arn:aws:ecs:us-east-1:${ACCOUNT}:*` },
          },
        }),
      ),
      aRole('pod', trusting(EKS, TAGGING)),
    ],
  })
  const { status, headers, body } = await set.fetch(`task/${TASK}`)
  assert.deepEqual([status, headers['content-type'], headers['cache-control']], [200, 'application/json', 'no-store'])
  const credentials = JSON.parse(body)
  const members = ['RoleArn', 'AccessKeyId', 'SecretAccessKey', 'Token', 'Expiration']
  assert.deepEqual(Object.keys(credentials), members)
  assert.match(credentials.Expiration, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  assert.equal(await set.arnOf(credentials), `arn:aws:sts::${ACCOUNT}:assumed-role/task/${TASK}`)
})

test('credentials of a pod come as the agent of EKS gives them, in a session of cluster, pod and chance', async (t) => {
  const set = await stage(t)
  const { status, headers, body } = await set.fetch(POD)
  assert.deepEqual([status, headers['content-type'], headers['cache-control']], [200, 'application/json', 'no-store'])
  const credentials = JSON.parse(body)
  assert.deepEqual(Object.keys(credentials), ['AccessKeyId', 'SecretAccessKey', 'Token', 'AccountId', 'Expiration'])
  assert.equal(credentials.AccountId, ACCOUNT)
  const arn = new RegExp(`^arn:aws:sts::${ACCOUNT}:assumed-role/pod/eks-shop-web-[0-9a-f]{5}-[0-9a-f-]{36}$`)
  assert.match((await set.arnOf(credentials)) ?? '', arn)
})

test('a session of a pod has the six tags of EKS, and hands all of them down', async (t) => {
  const everyTag = {
    StringEquals: {
      'aws:RequestTag/eks-cluster-arn': CLUSTER,
      'aws:RequestTag/eks-cluster-name': 'shop',
      'aws:RequestTag/kubernetes-namespace': 'default',
      'aws:RequestTag/kubernetes-service-account': 'web',
      'aws:SourceAccount': ACCOUNT,
    },
    StringLike: { 'aws:RequestTag/kubernetes-pod-name': 'web-?????', 'aws:RequestTag/kubernetes-pod-uid': '*-*-*-*-*' },
  }
  const asPod = { AWS: roleArn('pod') }
  const handedDown = {
    StringEquals: {
      'aws:PrincipalTag/kubernetes-service-account': 'web',
      'sts:TransitiveTagKeys': [
        'eks-cluster-arn',
        'eks-cluster-name',
        'kubernetes-namespace',
        'kubernetes-service-account',
        'kubernetes-pod-name',
        'kubernetes-pod-uid',
      ],
    },
  }
  const set = await stage(t, {
    Roles: [
      aRole('task', trusting(ECS)),
      aRole('pod', podTags(everyTag)),
      aRole('next', trusting(asPod, { ...TAGGING, Condition: forAll(handedDown) })),
    ],
  })
  const credentials = await set.credentials(POD)
  assert.equal(await refusal(set, credentials, 'next'), undefined)
})

test('MaxSessionDuration does not count: credentials of containers last six hours', async (t) => {
  const set = await stage(t)
  for (const name of [`task/${TASK}`, POD]) {
    const { Expiration } = await set.credentials(name)
    const left = Date.parse(Expiration) - set.node.broker.clock.now()
    assert.ok(left > 6 * HOUR - 60_000 && left <= 6 * HOUR)
  }
})

test('between rotations the answer is the same for everybody who asks at once; each task and pod has its own', async (t) => {
  const set = await stage(t)
  const asked = await Promise.all(Array.from({ length: 10 }, () => set.fetch(`task/${TASK}`)))
  assert.equal(new Set(asked.map(({ body }) => body)).size, 1)
  const keys = [
    await set.credentials(`task/${TASK}`),
    await set.credentials(`task/${OTHER_TASK}`),
    await set.credentials(POD),
    await set.credentials(POD),
  ].map(({ AccessKeyId }) => AccessKeyId)
  assert.equal(new Set(keys).size, 4, 'each token is of a pod of its own')
})

test('over a day nobody ever holds credentials that are refused, and those past their end are', async (t) => {
  const set = await stage(t)
  for (const name of [`task/${TASK}`, POD]) {
    const { path, token } = await proofOf(set.node, name)
    const fetched = async (): Promise<Credentials> => JSON.parse((await set.get(path, { Authorization: token })).body)
    const past: Credentials[] = []
    const changes: number[] = []
    let [served, held] = [await fetched(), await fetched()]
    // A client that takes others as late as it can, and asks the API each minute. Pods show their token for a day.
    for (let minutes = 0; minutes < 23 * 60; minutes++) {
      const now = await fetched()
      if (now.AccessKeyId !== served.AccessKeyId) changes.push(minutes)
      served = now
      if (Date.parse(held.Expiration) - set.node.broker.clock.now() < 5 * 60_000) {
        past.push(held)
        held = served
      }
      assert.equal(await identityRefusal(set, held), undefined, `${name} after ${minutes} minutes`)
      set.advance(60_000)
    }
    assert.deepEqual(
      changes.map((at) => Math.round(at / 60)),
      [3, 6, 9, 12, 15, 18, 21],
      'they rotate every three hours',
    )
    const ended = past.filter(({ Expiration }) => Date.parse(Expiration) <= set.node.broker.clock.now())
    assert.ok(ended.length >= 5)
    for (const each of ended) assert.equal(await identityRefusal(set, each), 'ExpiredToken')
  }
})

test('credentials that rotated are good until their own end', async (t) => {
  const set = await stage(t)
  const first = await set.credentials(`task/${TASK}`)
  set.advance(3 * HOUR - 60_000)
  assert.equal((await set.credentials(`task/${TASK}`)).AccessKeyId, first.AccessKeyId)
  set.advance(60_000)
  const second = await set.credentials(`task/${TASK}`)
  assert.notEqual(second.AccessKeyId, first.AccessKeyId)
  set.advance(3 * HOUR - 60_000)
  assert.equal(await identityRefusal(set, first), undefined)
  set.advance(60_000)
  assert.deepEqual([await identityRefusal(set, first), await identityRefusal(set, second)], ['ExpiredToken', undefined])
})

test('a role that is repaired is assumed at once', async (t) => {
  const set = await stage(t, { Roles: [aRole('task', trusting(EKS)), aRole('pod', trusting(EKS, TAGGING))] })
  assert.equal((await set.fetch(`task/${TASK}`)).status, 503)
  await set.apply({})
  assert.equal((await set.fetch(`task/${TASK}`)).status, 200)
})

test('what a container is granted and refused stands in the audit trail, without a secret', async (t) => {
  const set = await stage(t)
  const credentials = await set.credentials(POD)
  const { AccessKeyId, SecretAccessKey, Token } = credentials
  const { entries } = await set.node.broker.audit.find({ account: ACCOUNT, limit: 50 })
  const text = entries.map(({ body }) => body).join('\n')
  assert.ok(text.includes(AccessKeyId) && text.includes('pods.eks.amazonaws.com'))
  assert.ok(!text.includes(SecretAccessKey) && !text.includes(Token))
})

function forAll(condition: { readonly StringEquals: Readonly<Record<string, unknown>> }): object {
  const { 'sts:TransitiveTagKeys': keys, ...equals } = condition.StringEquals
  return { StringEquals: equals, 'ForAllValues:StringEquals': { 'sts:TransitiveTagKeys': keys } }
}

async function refusal(set: Stage, credentials: Credentials, role: string): Promise<string | undefined> {
  return await codeOf(
    set.client(credentials).send(new AssumeRoleCommand({ RoleArn: roleArn(role), RoleSessionName: 'next' })),
  )
}

async function identityRefusal(set: Stage, credentials: Credentials): Promise<string | undefined> {
  return await codeOf(set.client(credentials).send(new GetCallerIdentityCommand()))
}

async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call
    return undefined
  } catch (error) {
    assert.ok(error instanceof STSServiceException)
    return error.name
  }
}

test('pods in clusters of one name are told apart by account and region', async (t) => {
  const association = { ClusterName: 'shop', Namespace: 'default', ServiceAccount: 'web', RoleArn: roleArn('pod') }
  const { node } = await stage(t, {
    PodIdentityAssociations: [association, { ...association, Region: 'eu-central-1' }],
  })
  const [here, there] = [`pod/${ACCOUNT}/us-east-1/shop/default/web`, `pod/${ACCOUNT}/eu-central-1/shop/default/web`]
  await assert.rejects(node.environmentOf(POD), (error: Error) => {
    assert.match(error.message, /^Several clusters are called shop and have that service account: say which, pod\//)
    return error.message.includes(here) && error.message.includes(there)
  })
  for (const [name, region] of [
    [here, 'us-east-1'],
    [there, 'eu-central-1'],
  ] as const) {
    assert.equal((await node.environmentOf(name))['AWS_REGION'], region)
  }
})
