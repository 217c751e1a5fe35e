import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServiceAccountTokens, TaskTokens } from '../../../src/domain/containers/index.ts'
import { Directory } from '../../../src/domain/directory/index.ts'
import { containerDoor, type MetadataAnswer } from '../../../src/doors/metadata/index.ts'
import { accountId, epochMillis, Violation } from '../../../src/model/index.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { memoryKeyRing } from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { openSqlStorage } from '../../../src/platform/storage/sql/index.ts'

const START = Date.parse('2026-03-02T09:00:00Z')

test('a service account token has expired at the instant that it names, and not a moment before', async (t) => {
  const storage = await openSqlStorage({ data: ':memory:' })
  t.after(() => storage.close())
  const keyring = memoryKeyRing({ random: systemRandom, clock: systemClock })
  const parts = { storage, keyring, random: systemRandom, clock: systemClock }
  const directory = new Directory({ ...parts, partition: 'aws', cachedRecords: 10 })
  await directory.start()
  t.after(() => directory.stop())
  const serviceAccountTokens = new ServiceAccountTokens({ keyring, random: systemRandom, partition: 'aws' })
  let now = epochMillis(START)
  const door = containerDoor({
    directory,
    clock: { now: () => now },
    wireClock: systemClock,
    isLimited: false,
    random: systemRandom,
    taskTokens: new TaskTokens({ keyring }),
    serviceAccountTokens,
    credentials: { of: async () => ({ kind: 'failed', at: now }) },
  })
  const account = accountId('111111111111')
  assert.ok(!(account instanceof Violation))
  const place = { account, region: 'us-east-1', clusterName: 'shop', namespace: 'default', serviceAccount: 'web' }
  const token = serviceAccountTokens.issue(
    { ...place, podName: 'web-1', podUid: 'f4a1' },
    now,
    epochMillis(START + 60_000),
  )
  const asked = async (): Promise<MetadataAnswer | undefined> =>
    await door({
      method: 'GET',
      url: '/v1/credentials',
      headers: { authorization: token },
      headersDistinct: { authorization: [token] },
    })
  now = epochMillis(START + 59_999)
  // Nothing is known of the service account: it got as far as that.
  assert.equal((await asked())?.status, 404)
  now = epochMillis(START + 60_000)
  const answer = await asked()
  assert.equal(answer?.status, 400)
  assert.match(String(answer?.body), /^\(ExpiredTokenException\)/)
})
