import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { IssuerKeyPairs } from '../../../../src/domain/federation/outbound/issuer-key-pairs.ts'
import { epochMillis } from '../../../../src/model/index.ts'
import { openFileKeyRing } from '../../../../src/platform/keyring/files/index.ts'
import { type KeyRingParts, memoryKeyRing, scheduleOf } from '../../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../../src/platform/random.ts'

const ISSUER = '0f0e0d0c-0b0a-4909-8807-060504030201'
const HOUR = 3_600_000

function partsAt(now: () => number): KeyRingParts {
  return {
    random: systemRandom,
    clock: { now: () => epochMillis(now()) },
    schedule: scheduleOf({ everyDays: 1, pendingMinutes: 60, overlapHours: 37 }),
    inUse: async () => [],
  }
}

test('nodes that share a ring publish the same keys, and sign with the same, through a rotation and a restart', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-keys-'))
  t.after(() => rmSync(folder, { recursive: true }))
  let now = 1_000_000
  const rings = [
    await openFileKeyRing(
      folder,
      partsAt(() => now),
    ),
    await openFileKeyRing(
      folder,
      partsAt(() => now),
    ),
  ]
  const nodes = rings.map((ring) => new IssuerKeyPairs(ring))
  for (const step of ['begin', 'pending', 'rotated'] as const) {
    if (step !== 'begin') now += step === 'pending' ? 23 * HOUR : 2 * HOUR
    for (const ring of rings) await ring.upkeep()
    const [one, other] = await Promise.all(nodes.map((node) => node.published(ISSUER)))
    assert.deepEqual(one, other)
    assert.equal(one?.length, step === 'begin' ? 2 : 4, step)
    for (const algorithm of ['RS256', 'ES384'] as const) {
      const [mine, theirs] = await Promise.all(nodes.map((node) => node.signing(ISSUER, algorithm)))
      assert.deepEqual(mine?.jwk, theirs?.jwk)
      const kids: readonly string[] | undefined = one?.filter(({ alg }) => alg === algorithm).map(({ kid }) => kid)
      assert.equal(kids?.indexOf(mine?.jwk.kid ?? ''), step === 'rotated' ? 1 : 0)
    }
  }
  const restarted = new IssuerKeyPairs(
    await openFileKeyRing(
      folder,
      partsAt(() => now),
    ),
  )
  assert.deepEqual(await restarted.published(ISSUER), await nodes[0]?.published(ISSUER))
})

test('every issuer has keys of its own, of either algorithm', async () => {
  const pairs = new IssuerKeyPairs(memoryKeyRing(partsAt(() => 1)))
  const published = [...(await pairs.published(ISSUER)), ...(await pairs.published(ISSUER.replace('0f', 'ff')))]
  assert.equal(new Set(published.map(({ kid }) => kid)).size, 4)
})

test('what is published has nothing of the private half, and the private half cannot be taken out', async () => {
  const pairs = new IssuerKeyPairs(memoryKeyRing(partsAt(() => 1)))
  for (const algorithm of ['RS256', 'ES384'] as const) {
    const { jwk, privateKey } = await pairs.signing(ISSUER, algorithm)
    assert.deepEqual(
      Object.keys(jwk).filter((member) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].includes(member)),
      [],
    )
    assert.equal(privateKey.extractable, false)
    assert.deepEqual(privateKey.usages, ['sign'])
  }
})
