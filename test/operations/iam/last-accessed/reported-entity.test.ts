import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grantsOf, reportedEntity } from '../../../../src/operations/iam/last-accessed/reported-entity.ts'
import { anAccount, aPolicy, aUser, aWorld, SOURCE } from '../../../domain/directory/samples.ts'
import { turnsDuring } from '../turns.ts'

test('others have their turn while the policies of somebody are compiled, one after the other', async (t) => {
  const { apply, directory } = await aWorld(t)
  const names = Array.from({ length: 10 }, (_, index) => `p${index}`)
  const ManagedPolicyArns = names.map((name) => `arn:aws:iam::${SOURCE}:policy/${name}`)
  const Users = [aUser('alice', { ManagedPolicyArns })]
  await apply(anAccount(SOURCE, { ManagedPolicies: names.map((name) => aPolicy(name)), Users }))
  const entity = await reportedEntity(`arn:aws:iam::${SOURCE}:user/alice`, SOURCE, directory)
  for (const _time of ['first', 'again']) {
    const turns = await turnsDuring(async () => assert.equal((await grantsOf(entity, directory)).length, 10))
    assert.ok(turns >= 9, `${turns} turns`)
  }
})
