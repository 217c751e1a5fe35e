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
