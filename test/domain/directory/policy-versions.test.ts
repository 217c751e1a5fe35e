import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ManagedPolicyBody, planDirectory, reference } from '../../../src/domain/directory/index.ts'
import { nextVersion, versionsWith } from '../../../src/domain/directory/policy-versions.ts'
import { epochMillis } from '../../../src/model/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { fc } from '../../fast-check.ts'
import { anAccount, aPolicy, aUser, aWorld, SOURCE, type World } from './samples.ts'

const saying = (word: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: `s3:${word}`, Resource: '*' }] })
const ARN = `arn:aws:iam::${SOURCE}:policy/p`

async function stored({ directory }: World): Promise<ManagedPolicyBody> {
  const body = await directory.records.stored('managed-policy', `${SOURCE}/p`)
  assert.ok(body)
  return body
}

const ids = ({ versions }: Pick<ManagedPolicyBody, 'versions'>) => versions.map(({ id }) => id)

test('versions are counted place by place, so that no document is read for it', async (t) => {
  const world = await aWorld(t)
  const counted = async () => {
    const targets = [1, 2, 3, 4, 5].map((place) => reference.policyVersion(SOURCE, place))
    const counts = await world.directory.records.countReferrers(targets)
    return targets.map((target) => counts.get(target) ?? 0)
  }
  for (const word of ['a', 'b', 'c']) {
    const once = aPolicy('once', { PolicyDocument: saying('once') })
    const changing = aPolicy('p', { PolicyDocument: saying(word) })
    await world.apply(anAccount(SOURCE, { ManagedPolicies: [once, changing] }))
  }
  assert.deepEqual(await counted(), [2, 1, 1, 0, 0])
})

describe('the versions of a managed policy that a directory file says', () => {
  test('the same document twice is one version', async (t) => {
    const world = await aWorld(t)
    await world.apply(anAccount(SOURCE, { ManagedPolicies: [aPolicy('p', { PolicyDocument: saying('a') })] }))
    const first = await stored(world)
    await world.apply(anAccount(SOURCE, { ManagedPolicies: [aPolicy('p', { PolicyDocument: saying('a') })] }))
    assert.deepEqual(await stored(world), first)
    assert.deepEqual([ids(first), first.defaultVersionId], [['v1'], 'v1'])
  })

  test('of six documents one after the other the five latest stay, and no id is used twice', async (t) => {
    const world = await aWorld(t)
    for (const word of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await world.apply(anAccount(SOURCE, { ManagedPolicies: [aPolicy('p', { PolicyDocument: saying(word) })] }))
    }
    const body = await stored(world)
    assert.deepEqual([ids(body), body.defaultVersionId, body.latestVersion], [['v2', 'v3', 'v4', 'v5', 'v6'], 'v6', 6])
    const { document } = body.versions.at(-1) ?? {}
    assert.equal(document, saying('f'))
    assert.equal((await world.directory.managedPolicy(ARN))?.arn, ARN)
  })

  test('the oldest version that goes is not the default, and its id does not come back', () => {
    let policy = { ...versionsWith(saying('a'), undefined, epochMillis(1)) }
    for (const word of ['b', 'c', 'd', 'e']) policy = { ...nextVersion(policy, saying(word), false, epochMillis(2)) }
    assert.deepEqual(
      [ids(policy), policy.defaultVersionId, policy.updatedAt],
      [['v1', 'v2', 'v3', 'v4', 'v5'], 'v1', 1],
    )
    const body = { ...named(), ...policy }
    const next = versionsWith(saying('f'), body, epochMillis(3))
    assert.deepEqual([ids(next), next.defaultVersionId, next.updatedAt], [['v1', 'v3', 'v4', 'v5', 'v6'], 'v6', 3])
    const without = { ...body, versions: body.versions.filter(({ id }) => id !== 'v5') }
    assert.deepEqual(ids(versionsWith(saying('f'), without, epochMillis(3))), ['v1', 'v2', 'v3', 'v4', 'v6'])
  })

  test('a document that was said before is said again in a new version', () => {
    const first = { ...named(), ...versionsWith(saying('a'), undefined, epochMillis(1)) }
    const second = { ...named(), ...versionsWith(saying('b'), first, epochMillis(2)) }
    const third = versionsWith(saying('a'), second, epochMillis(3))
    assert.deepEqual([ids(third), third.defaultVersionId], [['v1', 'v2', 'v3'], 'v3'])
  })

  test('whatever follows: at most five, the default among them, ids that grow', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 30 }), (words) => {
        let body: ManagedPolicyBody | undefined
        for (const word of words) {
          const before = body?.latestVersion ?? 0
          body = { ...named(), ...versionsWith(saying(word), body, epochMillis(1)) }
          const isDefault = body.versions.find(({ id }) => id === body?.defaultVersionId)
          assert.equal(isDefault?.document, saying(word))
          assert.ok(body.versions.length <= 5 && body.latestVersion - before <= 1)
        }
      }),
    )
  })

  test('what IAM’s API made stays where the file says the same, and goes where the policy is pruned', async (t) => {
    const world = await aWorld(t)
    const file = anAccount(SOURCE, { ManagedPolicies: [aPolicy('p', { PolicyDocument: saying('a') })] })
    await world.apply(file)
    const before = await stored(world)
    const tags = [{ key: 'team', value: 'core' }]
    const byHand = { ...before, tags, ...nextVersion(before, saying('b'), false, epochMillis(2)) }
    await world.directory.edit(
      async (edit) => edit.put('managed-policy', `${SOURCE}/p`, SOURCE, byHand),
      async () => undefined,
    )
    await world.apply(file)
    assert.deepEqual(await stored(world), byHand)

    const parts = { directory: world.directory, keyring: world.keyring, random: systemRandom, now: epochMillis(3) }
    const Accounts = [anAccount(SOURCE, { Users: [aUser('alice')] })]
    await world.directory.change(() => planDirectory({ Accounts }, { ...parts, unlisted: 'pruned' }))
    assert.equal(await world.directory.records.stored('managed-policy', `${SOURCE}/p`), undefined)
    assert.equal(await world.directory.managedPolicy(ARN), undefined)
  })
})

function named(): Omit<ManagedPolicyBody, keyof ReturnType<typeof versionsWith>> {
  const now = epochMillis(1)
  return { account: SOURCE, policyName: 'p', path: '/', arn: ARN, uniqueId: 'ANPA', createdAt: now, tags: [] }
}
