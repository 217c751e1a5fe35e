import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  type DesiredAccount,
  DirectoryMistakes,
  planDirectory,
  serviceAccountsIn,
} from '../../../src/domain/directory/index.ts'
import { epochMillis } from '../../../src/model/index.ts'
import { readDirectoryObject } from '../../../src/operations/loading/directory-source.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { aWorld, SOURCE } from './samples.ts'

const WEB = { Namespace: 'default', Name: 'web', RoleArn: 'arn:aws:iam::222222222222:role/path/web' }

function withClusters(...Clusters: readonly object[]): DesiredAccount {
  const [account] = readDirectoryObject({ Accounts: [{ Id: SOURCE, Clusters }] }).desired.Accounts
  assert.ok(account)
  return account
}

async function mistakesOf(t: TestContext, account: DesiredAccount): Promise<readonly string[]> {
  try {
    await (await aWorld(t)).plan(account)
  } catch (error) {
    assert.ok(error instanceof DirectoryMistakes)
    return error.mistakes.map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`)
  }
  return []
}

for (const [change, mistake] of [
  [{ Name: '' }, /^Clusters\.0\.Name: "" must be 1 to 100 letters/],
  [{ Name: 'a/b' }, /^Clusters\.0\.Name: "a\/b" must be/],
  [{ Name: '..' }, /^Clusters\.0\.Name: /],
  [{ Region: 'here' }, /^Clusters\.0\.Region: "here" must be a region/],
  [{ ServiceAccounts: [{ ...WEB, Namespace: 'a.b' }] }, /^Clusters\.0\.ServiceAccounts\.0\.Namespace: /],
  [{ ServiceAccounts: [{ ...WEB, Name: '../x' }] }, /^Clusters\.0\.ServiceAccounts\.0\.Name: "\.\.\/x" must be/],
  [{ ServiceAccounts: [{ ...WEB, RoleArn: 'web' }] }, /RoleArn: "web" must be the ARN of a role$/],
  [{ ServiceAccounts: [{ ...WEB, RoleArn: 'arn:aws:iam::222222222222:user/web' }] }, /must be the ARN of a role$/],
  [{ ServiceAccounts: [WEB, WEB] }, /^Clusters\.0\.ServiceAccounts\.1: default\/web stands here twice$/],
] as const) {
  test(`a cluster with ${JSON.stringify(change)} is refused`, async (t) => {
    const [found = '', ...more] = await mistakesOf(t, withClusters({ Name: 'shop', ...change }))
    assert.match(found, mistake)
    assert.deepEqual(more, [])
  })
}

test('a cluster stands in a file once for each region', async (t) => {
  const shop = { Name: 'shop' }
  assert.deepEqual(await mistakesOf(t, withClusters(shop, { ...shop, Region: 'eu-central-1' }, shop)), [
    'Clusters.2.Name: "shop" stands here twice',
  ])
})

test('a cluster has no more service accounts than can be looked after', async (t) => {
  const ServiceAccounts = Array.from({ length: 1001 }, (_, index) => ({ ...WEB, Name: `web-${index}` }))
  assert.deepEqual(await mistakesOf(t, withClusters({ Name: 'shop', ServiceAccounts })), [
    'Clusters.0.ServiceAccounts: a cluster has at most 1000 here',
  ])
})

test('what a cluster is known by stays while it is there, and so does who its service accounts are', async (t) => {
  const world = await aWorld(t)
  const found = async () => await serviceAccountsIn(world.directory)
  await world.apply(withClusters({ Name: 'shop', ServiceAccounts: [WEB] }))
  const [before] = await found()
  const other = { ...WEB, Name: 'other' }
  const RoleArn = 'arn:aws:iam::222222222222:role/other'
  await world.apply(withClusters({ Name: 'shop', ServiceAccounts: [other, { ...WEB, RoleArn }] }))
  const [added, after] = await found()
  assert.deepEqual(after?.serviceAccount, { ...before?.serviceAccount, roleArn: RoleArn })
  assert.equal(after?.cluster.issuerId, before?.cluster.issuerId)
  assert.notEqual(added?.serviceAccount.uid, after?.serviceAccount.uid)

  await world.apply(withClusters({ Name: 'shop', ServiceAccounts: [] }))
  await world.apply(withClusters({ Name: 'shop', ServiceAccounts: [WEB] }))
  assert.notEqual((await found())[0]?.serviceAccount.uid, before?.serviceAccount.uid)
})

test('a cluster that is not listed any more goes when it is pruned, told of by its ARN', async (t) => {
  const world = await aWorld(t)
  await world.apply(withClusters({ Name: 'shop', ServiceAccounts: [WEB] }))
  const { directory, keyring } = world
  const parts = { directory, keyring, random: systemRandom, now: epochMillis(9000), unlisted: 'pruned' } as const
  const { differences } = await directory.change(() => planDirectory({ Accounts: [withClusters()] }, parts))
  assert.deepEqual(
    differences.map(({ change, kind, arn }) => `${change} ${kind} ${arn}`),
    [`deleted cluster arn:aws:eks:us-east-1:${SOURCE}:cluster/shop`],
  )
  assert.deepEqual(await serviceAccountsIn(directory), [])
})
