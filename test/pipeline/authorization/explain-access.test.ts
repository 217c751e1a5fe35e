import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { AccountCaller } from '../../../src/model/index.ts'
import { type AccessExplanation, explainAccess } from '../../../src/pipeline/authorization/index.ts'
import { anAccount, aRole, aUser, aWorld, trusting, type World } from '../../domain/directory/samples.ts'
import { aliceAs, FACTS, ROOT, SOURCE, sessionIn } from '../samples.ts'

const role = (name: string) => `arn:aws:iam::${SOURCE}:role/${name}`
const policy = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const EVERYTHING = policy({ Effect: 'Allow', Action: '*', Resource: '*' })
const EVERYTHING_OF_STS = {
  Effect: 'Allow',
  Action: ['sts:AssumeRole*', 'sts:TagSession', 'sts:SetSourceIdentity', 'sts:SetContext'],
}

/** Alice may do everything there is, and a role trusts her account with everything that a role can be trusted with. */
async function aliceAndRoles(t: TestContext, Document = EVERYTHING): Promise<World> {
  const world = await aWorld(t)
  await world.apply(
    anAccount(SOURCE, {
      Users: [aUser('alice', { Path: '/team/', Policies: [{ PolicyName: 'p', PolicyDocument: Document }] })],
      Roles: [
        aRole('Trusting', {
          AssumeRolePolicyDocument: policy({ ...EVERYTHING_OF_STS, Principal: { AWS: SOURCE } }),
        }),
        aRole('Other', { AssumeRolePolicyDocument: trusting('123456789012') }),
      ],
    }),
  )
  return world
}

interface Question {
  readonly action: string
  readonly resource: string
  readonly context?: Readonly<Record<string, string | readonly string[]>>
}

async function asked(
  { directory }: World,
  { action, resource, context = {} }: Question,
  caller: AccountCaller = aliceAs(),
): Promise<AccessExplanation> {
  const uniqueId = (await directory.user(SOURCE, 'alice'))?.uniqueId
  const asking = caller.kind === 'user' ? aliceAs(uniqueId) : caller
  return explainAccess(
    { caller: asking, action, resource, now: FACTS.now, context: new Map(Object.entries(context)) },
    directory,
  )
}

/** What a role's trust policy decides on, and that a user or role can ask for. */
const DECIDED_BY_TRUST = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity', 'sts:SetContext']
const BY_TOKEN = ['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithSAML']

describe('a role that is not there trusts nobody', () => {
  for (const action of DECIDED_BY_TRUST) {
    test(`${action} in any case`, async (t) => {
      const world = await aliceAndRoles(t)
      for (const spelled of [action, action.toLowerCase(), action.toUpperCase()]) {
        const missing = await asked(world, { action: spelled, resource: role('NotThere') })
        assert.equal(missing.action, action)
        assert.deepEqual(missing.trace?.decision.blame, ['trust'])
        assert.equal(missing.roleIsMissing, true)
        const refusing = await asked(world, { action: spelled, resource: role('Other') })
        assert.deepEqual(refusing.trace?.decision.blame, ['trust'])
        assert.equal(
          missing.refusal?.message.replaceAll(role('NotThere'), ''),
          refusing.refusal?.message.replaceAll(role('Other'), ''),
        )
        const trusting = await asked(world, { action: spelled, resource: role('Trusting') })
        assert.equal(trusting.refusal, undefined)
      }
    })
  }
})

describe('whoever signs with credentials never makes the call that a token makes', () => {
  for (const action of BY_TOKEN) {
    test(`${action}, whether or not the role is there and whatever it says`, async (t) => {
      const world = await aliceAndRoles(t)
      for (const name of ['NotThere', 'Other', 'Trusting']) {
        for (const caller of [aliceAs(), ROOT, sessionIn(SOURCE)]) {
          const answer = await asked(world, { action: action.toLowerCase(), resource: role(name) }, caller)
          assert.equal(answer.action, action)
          assert.equal(answer.trace, undefined)
          assert.match(answer.refusal?.message ?? '', /takes .* of an identity provider instead of credentials/)
        }
      }
    })
  }
})

test('tags of a federated user are no matter of a role, so none is missing', async (t) => {
  const world = await aliceAndRoles(t)
  const resource = `arn:aws:sts::${SOURCE}:federated-user/bob`
  const answer = await asked(world, { action: 'sts:TagSession', resource })
  assert.deepEqual([answer.refusal, answer.roleIsMissing], [undefined, false])
})

describe('a key with several values has them, however few are supposed', () => {
  const tagged = (...conditions: object[]) =>
    policy(...conditions.map((Condition) => ({ Effect: 'Allow', Action: 's3:*', Resource: '*', Condition })))
  const cases: readonly (readonly [rule: string, condition: object, key: string, allowed: boolean])[] = [
    [
      'a text without set operator is refused as in a request',
      { StringEquals: { 'aws:TagKeys': 'team' } },
      'aws:tagkeys',
      false,
    ],
    ['a set operator reads it', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'team' } }, 'aws:tagkeys', true],
    ['claims too', { StringEquals: { 'idp.example.com:amr': 'team' } }, 'idp.example.com:amr', false],
    ['a key with one value is a text', { StringEquals: { 'sts:ExternalId': 'team' } }, 'sts:externalid', true],
  ]
  for (const [rule, condition, key, allowed] of cases) {
    test(rule, async (t) => {
      const world = await aliceAndRoles(t, tagged(condition))
      const { refusal } = await asked(world, { action: 's3:GetObject', resource: '*', context: { [key]: 'team' } })
      assert.equal(refusal === undefined, allowed)
    })
  }
})

test('a policy that AWS manages belongs to whoever asks for it', async (t) => {
  const world = await aliceAndRoles(t)
  const resource = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
  const own = policy({
    Effect: 'Allow',
    Action: '*',
    Resource: '*',
    Condition: { StringEquals: { 'aws:ResourceAccount': SOURCE } },
  })
  for (const each of [world, await aliceAndRoles(t, own)]) {
    const { refusal } = await asked(each, { action: 'iam:AttachUserPolicy', resource })
    assert.equal(refusal, undefined)
  }
})

describe('keys that could have mattered and were not given are named', () => {
  const ip = '$' + '{aws:SourceIp}'
  const tag = '$' + '{aws:RequestTag/Team}'
  const cases: readonly (readonly [rule: string, statement: object, notGiven: readonly string[]])[] = [
    ['of a variable in a resource', { Resource: `arn:aws:s3:::logs/${ip}/*` }, ['aws:SourceIp']],
    ['with a tag key', { Resource: `arn:aws:s3:::logs/${tag}/*` }, ['aws:RequestTag/team']],
    [
      'of a variable in a condition',
      { Resource: '*', Condition: { StringEquals: { 'aws:username': ip } } },
      ['aws:SourceIp'],
    ],
    ['not of other actions', { Action: 'sqs:*', Resource: `arn:aws:sqs:::${ip}` }, []],
    ['not what caller and clock settle', { Resource: 'arn:aws:s3:::logs/$' + '{aws:username}x/*' }, []],
  ]
  for (const [rule, statement, notGiven] of cases) {
    test(rule, async (t) => {
      const world = await aliceAndRoles(t, policy({ Effect: 'Allow', Action: 's3:*', ...statement }))
      const question = { action: 's3:GetObject', resource: 'arn:aws:s3:::logs/10.0.0.1/x' }
      const answer = await asked(world, question)
      assert.notEqual(answer.refusal, undefined)
      assert.deepEqual(answer.notGiven, notGiven)
      const given = await asked(world, {
        ...question,
        context: { 'aws:sourceip': '10.0.0.1', 'aws:requesttag/team': 'x' },
      })
      assert.deepEqual(given.notGiven, [])
    })
  }
})
