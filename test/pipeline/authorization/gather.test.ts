import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { OrganizationPlace } from '../../../src/domain/directory/index.ts'
import { compilePolicy, parsePolicy } from '../../../src/engines/policy/index.ts'
import {
  AccessDenied,
  type AccountCaller,
  type FederatedCaller,
  InvalidClientTokenId,
  type OperatorCaller,
  type UserCaller,
} from '../../../src/model/index.ts'
import { type Access, authorize } from '../../../src/pipeline/authorization/index.ts'
import { ALLOW_ALL, anAccount, aRole, aUser, aWorld, type World } from '../../domain/directory/samples.ts'
import { aliceAs, FACTS, ROOT, SOURCE, sessionIn } from '../samples.ts'

const ROLE = `arn:aws:iam::${SOURCE}:role/Deployer`
const FEDERATED = `arn:aws:sts::${SOURCE}:federated-user/bob`
const ASSUME: Access = { action: 'sts:AssumeRole', resource: ROLE }

async function aliceMayAll(t: TestContext): Promise<readonly [World, UserCaller]> {
  const world = await aWorld(t)
  const Policies = [{ PolicyName: 'all', PolicyDocument: ALLOW_ALL }]
  await world.apply(
    anAccount(SOURCE, { Users: [aUser('alice', { Path: '/team/', Policies })], Roles: [aRole('Deployer')] }),
  )
  return [world, aliceAs((await world.directory.user(SOURCE, 'alice'))?.uniqueId)]
}

function ask({ directory }: World, caller: AccountCaller | OperatorCaller, ...accesses: readonly Access[]) {
  return authorize(
    { caller, input: undefined, accesses: () => accesses, facts: FACTS, region: undefined, version: 0 },
    directory,
  )
}

/** Places the account in an organization whose control policies of one kind say this. */
function controlled(t: TestContext, { directory }: World, kind: 'scp' | 'rcp', statement: object): void {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: { Action: '*', Resource: '*', ...statement } })
  const levels = [[compilePolicy(parsePolicy(text, kind), { kind, name: 'control' })]]
  const nothing = { scp: undefined, rcp: undefined }
  const place: OrganizationPlace = { organizationId: 'o-1', path: 'o-1/r-1/', ...nothing, [kind]: levels }
  t.mock.method(directory, 'placeOf', async () => place)
}

const CONTROLS: readonly (readonly [kind: 'scp' | 'rcp', statement: object, refusal: RegExp | undefined])[] = [
  ['scp', { Effect: 'Deny' }, /with an explicit deny in a service control policy$/],
  ['scp', { Effect: 'Allow', Action: 's3:*' }, /because no service control policy allows/],
  ['scp', { Effect: 'Allow' }, undefined],
  ['rcp', { Effect: 'Deny', Principal: '*' }, /with an explicit deny in a resource control policy$/],
  ['rcp', { Effect: 'Deny', Principal: '*', Action: 's3:*' }, undefined],
]

describe('the control policies of an organization bind its accounts', () => {
  for (const [kind, statement, refusal] of CONTROLS) {
    test(`${kind} ${JSON.stringify(statement)}: ${refusal ?? 'granted'}`, async (t) => {
      const [world, alice] = await aliceMayAll(t)
      controlled(t, world, kind, statement)
      if (refusal === undefined) assert.equal((await ask(world, alice, ASSUME)).role?.arn, ROLE)
      else
        await assert.rejects(
          ask(world, alice, ASSUME),
          (error) => error instanceof AccessDenied && refusal.test(error.message),
        )
    })
  }
})

test('resource control policies do not bind IAM, nor roles that belong to services', async (t) => {
  const [world, alice] = await aliceMayAll(t)
  controlled(t, world, 'rcp', { Effect: 'Deny', Principal: '*' })
  await ask(world, alice, { action: 'iam:GetRole', resource: ROLE })
  await assert.rejects(
    ask(world, alice, { action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/object' }),
    AccessDenied,
  )
})

test('no role decides on the tags of a federated user', async (t) => {
  const [world, alice] = await aliceMayAll(t)
  const resource = FEDERATED
  const call = await ask(
    world,
    alice,
    { action: 'sts:GetFederationToken', resource },
    { action: 'sts:TagSession', resource },
  )
  assert.equal(call.role, undefined)
  await assert.rejects(ask(world, alice, { action: 'sts:TagSession', resource: `${ROLE}/other` }), AccessDenied)
})

/** A session of somebody for whom alice called GetFederationToken. */
function bob(issuer: UserCaller): FederatedCaller {
  const { session } = sessionIn(SOURCE)
  const names = { arn: FEDERATED, principalArn: FEDERATED, userId: `${SOURCE}:bob` }
  const holder = { kind: 'federated-user', name: 'bob', issuer: undefined } as const
  return {
    kind: 'federated-user',
    account: SOURCE,
    accessKeyId: 'ASIABOB',
    tags: [],
    session: { ...session, holder },
    issuer,
    ...names,
  }
}

function inSession(caller: UserCaller): UserCaller {
  const { session } = sessionIn(SOURCE)
  const holder = { kind: 'user', userName: caller.userName, userId: caller.uniqueId } as const
  return { ...caller, session: { ...session, holder } }
}

type Refused = 'federated' | 'session of a user' | 'root' | 'session of a role'

/** Which credentials an action does not take, with the fault that says so. */
const UNFIT: readonly (readonly [
  action: string,
  refused: Partial<Record<Refused, typeof AccessDenied | typeof InvalidClientTokenId>>,
])[] = [
  ['sts:AssumeRole', { root: AccessDenied, federated: InvalidClientTokenId }],
  ['sts:GetAccessKeyInfo', { federated: InvalidClientTokenId, 'session of a user': InvalidClientTokenId }],
  ['sts:DecodeAuthorizationMessage', { federated: InvalidClientTokenId, 'session of a user': InvalidClientTokenId }],
  [
    'sts:GetSessionToken',
    { federated: AccessDenied, 'session of a user': AccessDenied, 'session of a role': AccessDenied },
  ],
  [
    'sts:GetFederationToken',
    { federated: AccessDenied, 'session of a user': AccessDenied, 'session of a role': AccessDenied },
  ],
  ['sts:GetCallerIdentity', {}],
]

for (const [action, refused] of UNFIT) {
  test(`${action} is refused by rule to ${Object.keys(refused).join(', ') || 'nobody'}, in any case of its letters`, async (t) => {
    const [world, alice] = await aliceMayAll(t)
    const callers: Readonly<Record<Refused, AccountCaller>> = {
      root: ROOT,
      federated: bob(alice),
      'session of a user': inSession(alice),
      'session of a role': sessionIn(SOURCE),
    }
    for (const spelled of [action, action.toLowerCase(), action.toUpperCase()]) {
      const access = { action: spelled, resource: action === 'sts:AssumeRole' ? ROLE : '*' }
      for (const [kind, caller] of Object.entries(callers)) {
        const fault = await ask(world, caller, access).then(
          () => undefined,
          (error: unknown) => error,
        )
        // What policies decide has a reason; what a rule decides has none, and no blame.
        const ruled = fault instanceof AccessDenied && fault.detail !== undefined ? undefined : fault
        const expected = Object.entries(refused).find(([name]) => name === kind)?.[1]
        assert.equal(ruled instanceof Error ? ruled.constructor : undefined, expected, `${kind} ${spelled}`)
      }
    }
  })
}

test('the operator does what is above accounts and nothing in one', async (t) => {
  const [world] = await aliceMayAll(t)
  const operator: OperatorCaller = { kind: 'operator' }
  const above = { action: 'rolecall:Apply', resource: '*' }
  assert.equal((await ask(world, operator, above)).role, undefined)
  for (const accesses of [[ASSUME], [above, ASSUME], [ASSUME, above]]) {
    await assert.rejects(ask(world, operator, ...accesses), AccessDenied)
  }
})

test('nobody of an account does what is above accounts', async (t) => {
  const [world, alice] = await aliceMayAll(t)
  for (const caller of [alice, ROOT]) {
    await assert.rejects(ask(world, caller, { action: 'rolecall:Apply', resource: '*' }), AccessDenied)
  }
})
