import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { DirectoryInput } from '../../src/index.ts'
import { startTestBroker, type TestBroker } from '../../src/testing/index.ts'
import { type Credentials, formPost, type Signing, send, sign, type WireRequest } from './wire-client.ts'

const SOURCE = '111111111111'
const TARGET = '222222222222'
const ROLE = `arn:aws:iam::${TARGET}:role/Deployer`
const allow = (Action: string | readonly string[], Resource = '*') => ({
  PolicyName: 'p',
  PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] },
})
const DIRECTORY: DirectoryInput = {
  Accounts: [
    {
      Id: SOURCE,
      Alias: 'source',
      Users: [
        { UserName: 'alice', AccessKeys: [{}], Policies: [allow(['sts:*', 'cloudtrail:LookupEvents'])] },
        { UserName: 'bob', AccessKeys: [{}] },
      ],
    },
    {
      Id: TARGET,
      Alias: 'target',
      Users: [{ UserName: 'auditor', AccessKeys: [{}], Policies: [allow('cloudtrail:*')] }],
      Roles: [
        {
          RoleName: 'Deployer',
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${SOURCE}:user/alice` }, Action: 'sts:AssumeRole' },
            ],
          },
        },
      ],
    },
  ],
}

let broker: TestBroker
const keys = new Map<string, Credentials>()
before(async () => {
  broker = await startTestBroker({ directory: DIRECTORY })
  for (const name of ['source/alice', 'source/bob', 'target/auditor'])
    keys.set(name, (await broker.as(name)).credentials)
})
after(() => broker.stop())

const HEADERS = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents',
}

interface Call {
  readonly by?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly signing?: Signing
  /** Changes the request after it was signed. */
  readonly after?: (request: WireRequest) => WireRequest
}

/** The answer of the JSON door: its status and its body. */
async function call({ by = 'source/alice', headers, body = {}, signing, after = (request) => request }: Call) {
  const { host } = new URL(broker.endpoint)
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const request = { method: 'POST', target: '/', headers: { host, ...HEADERS, ...headers }, body: text }
  const credentials = keys.get(by)
  const signed = credentials ? await sign(request, credentials, { service: 'cloudtrail', ...signing }) : request
  const answer = await send(broker.endpoint, after(signed))
  assert.match(String(answer.headers['x-amzn-requestid']), /^[0-9a-f-]{36}$/)
  assert.equal(answer.headers['content-type'], 'application/x-amz-json-1.1')
  return { status: answer.status, json: JSON.parse(answer.body) }
}

async function events(body: object, by?: string) {
  const { status, json } = await call({ body, ...(by === undefined ? {} : { by }) })
  assert.equal(status, 200, JSON.stringify(json))
  return json.Events
}

async function sts(by: string, params: Readonly<Record<string, string>>) {
  const credentials = keys.get(by)
  assert.ok(credentials)
  const request = formPost(new URL(broker.endpoint).host, { Version: '2011-06-15', ...params })
  return await send(broker.endpoint, await sign(request, credentials))
}

const attribute = (AttributeKey: unknown, AttributeValue: unknown) => ({
  LookupAttributes: [{ AttributeKey, AttributeValue }],
})
const DEPTH = 20_000

const REFUSALS: readonly (readonly [rule: string, call: Call, type: string])[] = [
  ['an unknown operation', { headers: { 'x-amz-target': `${HEADERS['x-amz-target']}2` } }, 'UnknownOperationException'],
  [
    'an operation of another version',
    { headers: { 'x-amz-target': 'com.amazonaws.cloudtrail.v20131102.CloudTrail_20131102.LookupEvents' } },
    'UnknownOperationException',
  ],
  [
    'an action of STS as a target',
    { headers: { 'x-amz-target': '2011-06-15.AssumeRole' } },
    'UnknownOperationException',
  ],
  ['no target', { headers: { 'x-amz-target': '' } }, 'UnknownOperationException'],
  [
    'a target that objects have by nature',
    { headers: { 'x-amz-target': '__proto__.constructor' } },
    'UnknownOperationException',
  ],
  ['JSON 1.0', { headers: { 'content-type': 'application/x-amz-json-1.0' } }, 'UnknownOperationException'],
  ['plain JSON', { headers: { 'content-type': 'application/json' } }, 'UnknownOperationException'],
  ['CBOR', { headers: { 'content-type': 'application/cbor' } }, 'UnknownOperationException'],
  ['nobody', { by: 'nobody' }, 'MissingAuthenticationTokenException'],
  ['a signature for STS', { signing: { service: 'sts' } }, 'InvalidSignatureException'],
  ['a signature of yesterday', { signing: { at: new Date(Date.now() - 86_400_000) } }, 'InvalidSignatureException'],
  [
    'a body that was changed',
    { after: (request) => ({ ...request, body: '{"MaxResults":1}' }) },
    'InvalidSignatureException',
  ],
  [
    'a target that was added after the signature',
    {
      headers: { 'x-amz-target': 'x.y' },
      after: (request) => ({ ...request, headers: { ...request.headers, ...HEADERS } }),
    },
    'InvalidSignatureException',
  ],
  ['a presigned URL, which takes the target with it', { signing: { presigned: true } }, 'UnknownOperationException'],
  ['a user whom no policy allows it', { by: 'source/bob' }, 'AccessDeniedException'],
  ['no body', { body: '' }, 'SerializationException'],
  ['half a body', { body: '{"MaxResults":' }, 'SerializationException'],
  ['a list', { body: '[]' }, 'SerializationException'],
  ['a body nested without end', { body: '['.repeat(DEPTH) }, 'SerializationException'],
  ['a text as a number', { body: { MaxResults: '5' } }, 'SerializationException'],
  ['a fraction of a result', { body: { MaxResults: 1.5 } }, 'SerializationException'],
  ['a number beyond numbers', { body: '{"MaxResults":1e999}' }, 'SerializationException'],
  ['a number beyond 32 bits', { body: '{"MaxResults":4294967297}' }, 'SerializationException'],
  ['a time as text', { body: { StartTime: '2026-01-01T00:00:00Z' } }, 'SerializationException'],
  ['a time beyond numbers', { body: '{"EndTime":1e999}' }, 'SerializationException'],
  ['attributes that are no list', { body: { LookupAttributes: {} } }, 'SerializationException'],
  ['an attribute that is no structure', { body: { LookupAttributes: ['EventName'] } }, 'SerializationException'],
  [
    'an attribute nested without end',
    { body: `{"LookupAttributes":${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}}` },
    'SerializationException',
  ],
  ['a number as a value', { body: attribute('EventName', 1) }, 'SerializationException'],
  [
    'two attributes',
    {
      body: {
        LookupAttributes: [
          { AttributeKey: 'EventName', AttributeValue: 'a' },
          { AttributeKey: 'EventId', AttributeValue: 'b' },
        ],
      },
    },
    'InvalidLookupAttributesException',
  ],
  ['an unknown attribute', { body: attribute('Region', 'us-east-1') }, 'InvalidLookupAttributesException'],
  [
    'an attribute that objects have by nature',
    { body: attribute('__proto__', 'x') },
    'InvalidLookupAttributesException',
  ],
  [
    'an attribute without a key',
    { body: { LookupAttributes: [{ AttributeValue: 'a' }] } },
    'InvalidLookupAttributesException',
  ],
  [
    'an attribute without a value',
    { body: { LookupAttributes: [{ AttributeKey: 'EventName' }] } },
    'InvalidLookupAttributesException',
  ],
  ['an empty value', { body: attribute('EventName', '') }, 'InvalidLookupAttributesException'],
  [
    'a value of 2,001 characters',
    { body: attribute('EventName', 'x'.repeat(2001)) },
    'InvalidLookupAttributesException',
  ],
  [
    'a value of 1,001 characters that count twice',
    { body: attribute('EventName', '_'.repeat(1001)) },
    'InvalidLookupAttributesException',
  ],
  ['ReadOnly neither true nor false', { body: attribute('ReadOnly', 'yes') }, 'InvalidLookupAttributesException'],
  ['an end before the start', { body: { StartTime: 2, EndTime: 1 } }, 'InvalidTimeRangeException'],
  ['a start before time', { body: { StartTime: -1 } }, 'InvalidTimeRangeException'],
  ['milliseconds for seconds', { body: { EndTime: 1_767_225_600_000 } }, 'InvalidTimeRangeException'],
  ['no results', { body: { MaxResults: 0 } }, 'InvalidMaxResultsException'],
  ['51 results', { body: { MaxResults: 51 } }, 'InvalidMaxResultsException'],
  ['a token that nobody gave', { body: { NextToken: 'x.eyJ9.y' } }, 'InvalidNextTokenException'],
  ['an empty token', { body: { NextToken: '' } }, 'InvalidNextTokenException'],
  ['a category that there is not', { body: { EventCategory: 'Management' } }, 'InvalidEventCategoryException'],
]

for (const [rule, asked, type] of REFUSALS) {
  test(`${rule}: ${type}`, async () => {
    const { status, json } = await call(asked)
    assert.deepEqual([status, json.__type], [400, type], JSON.stringify(json).slice(0, 300))
    assert.equal(typeof json.message, type === 'UnknownOperationException' ? 'undefined' : 'string')
  })
}

test('a refusal names caller and action as AWS does', async () => {
  const { json } = await call({ by: 'source/bob' })
  assert.equal(
    json.message,
    `User: arn:aws:iam::${SOURCE}:user/bob is not authorized to perform: cloudtrail:LookupEvents because no identity-based policy allows the cloudtrail:LookupEvents action`,
  )
})

test('a form with a target is still a form', async () => {
  const { credentials } = await broker.as('source/alice')
  const form = formPost(new URL(broker.endpoint).host, { Action: 'GetCallerIdentity', Version: '2011-06-15' })
  const request = { ...form, headers: { ...form.headers, 'x-amz-target': HEADERS['x-amz-target'] } }
  const { status, body } = await send(broker.endpoint, await sign(request, credentials))
  assert.equal(status, 200)
  assert.match(body, /<GetCallerIdentityResponse/)
})

test('each account sees its own records, and of a grant across accounts its own side', async () => {
  assert.equal(
    (await sts('source/bob', { Action: 'AssumeRole', RoleArn: ROLE, RoleSessionName: 'refused' })).status,
    403,
  )
  assert.equal(
    (await sts('source/alice', { Action: 'AssumeRole', RoleArn: ROLE, RoleSessionName: 'granted' })).status,
    200,
  )
  await delay(150)

  const mine = await events(attribute('EventName', 'AssumeRole'))
  assert.deepEqual(
    mine.map(({ Username, AccessKeyId }: Record<string, string>) => [Username, AccessKeyId]),
    [
      ['alice', keys.get('source/alice')?.accessKeyId],
      ['bob', keys.get('source/bob')?.accessKeyId],
    ],
  )
  const [granted, refused] = mine.map(({ CloudTrailEvent }: { CloudTrailEvent: string }) => JSON.parse(CloudTrailEvent))
  assert.equal(refused.errorCode, 'AccessDenied')
  assert.equal(granted.recipientAccountId, SOURCE)

  const theirs = await events(attribute('EventName', 'AssumeRole'), 'target/auditor')
  assert.equal(theirs.length, 1)
  const foreign = JSON.parse(theirs[0].CloudTrailEvent)
  assert.equal(foreign.sharedEventID, granted.sharedEventID)
  assert.deepEqual(foreign.userIdentity, {
    type: 'AWSAccount',
    principalId: granted.userIdentity.principalId,
    accountId: SOURCE,
  })
  assert.deepEqual(Object.keys(theirs[0]).toSorted(), [
    'CloudTrailEvent',
    'EventId',
    'EventName',
    'EventSource',
    'EventTime',
    'ReadOnly',
    'Resources',
  ])
  assert.deepEqual(theirs[0].Resources, [{ ResourceType: 'AWS::IAM::Role', ResourceName: ROLE }])
  assert.ok(!JSON.stringify(theirs).includes(keys.get('source/alice')?.accessKeyId ?? ''))
})

test('events are found by each attribute', async () => {
  await sts('source/alice', { Action: 'AssumeRole', RoleArn: ROLE, RoleSessionName: 'found' })
  const [event] = await events({ ...attribute('EventName', 'AssumeRole'), MaxResults: 1 })
  for (const [key, value] of [
    ['EventId', event.EventId],
    ['EventName', 'AssumeRole'],
    ['ReadOnly', 'true'],
    ['Username', 'alice'],
    ['ResourceType', 'AWS::IAM::Role'],
    ['ResourceName', ROLE],
    ['EventSource', 'sts.amazonaws.com'],
    ['AccessKeyId', keys.get('source/alice')?.accessKeyId],
  ]) {
    const found = await events({ ...attribute(key, value), StartTime: event.EventTime, EndTime: event.EventTime })
    assert.ok(
      found.some(({ EventId }: { EventId: string }) => EventId === event.EventId),
      key,
    )
  }
  assert.deepEqual(await events(attribute('ReadOnly', 'false')), [])
  assert.deepEqual(await events(attribute('Username', 'Alice')), [])
  assert.deepEqual(await events({ EventCategory: 'insight' }), [])
})

test('pages join, and a token is good for its own question only', async () => {
  for (let n = 0; n < 5; n++)
    await sts('source/alice', { Action: 'AssumeRole', RoleArn: ROLE, RoleSessionName: `s${n}` })
  const question = { ...attribute('EventName', 'AssumeRole'), EndTime: Math.floor(Date.now() / 1000) + 5 }
  const all = await events(question)
  const joined: unknown[] = []
  let NextToken: string | undefined
  do {
    const { json } = await call({ body: { ...question, MaxResults: 2, ...(NextToken && { NextToken }) } })
    joined.push(...json.Events)
    NextToken = json.NextToken
  } while (NextToken !== undefined)
  assert.deepEqual(joined, all)

  const { json } = await call({ body: { ...question, MaxResults: 1 } })
  for (const other of [
    { by: 'target/auditor', body: { ...question, NextToken: json.NextToken } },
    { body: { NextToken: json.NextToken } },
    { body: { ...question, ...attribute('EventName', 'GetCallerIdentity'), NextToken: json.NextToken } },
    { body: { ...question, StartTime: 1, NextToken: json.NextToken } },
  ]) {
    assert.equal((await call(other)).json.__type, 'InvalidNextTokenException')
  }
})

test('a lookup is recorded itself', async () => {
  await events(attribute('EventName', 'LookupEvents'))
  await delay(150)
  const [event] = await events(attribute('EventName', 'LookupEvents'))
  const record = JSON.parse(event.CloudTrailEvent)
  assert.equal(record.eventSource, 'cloudtrail.amazonaws.com')
  assert.deepEqual(record.requestParameters, {
    lookupAttributes: [{ attributeKey: 'EventName', attributeValue: 'LookupEvents' }],
    maxResults: 50,
  })
})
