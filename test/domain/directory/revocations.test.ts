import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Revocations } from '../../../src/domain/directory/revocations.ts'
import {
  type AccountId,
  accountId,
  epochMillis,
  PLAIN_TERMS,
  type Session,
  ValidationError,
  Violation,
} from '../../../src/model/index.ts'
import type { DirectoryRecord, DirectoryStore } from '../../../src/platform/storage/index.ts'

const NOW = epochMillis(1_000_000_000_000)

function account(text: string): AccountId {
  const id = accountId(text)
  assert.ok(!(id instanceof Violation))
  return id
}

const SESSION: Session = {
  id: 'c2Vzc2lvbg',
  accessKeyId: 'ASIASESSION',
  account: account('111111111111'),
  holder: { kind: 'root' },
  issuedAt: NOW,
  expiresAt: epochMillis(NOW + 3_600_000),
  terms: PLAIN_TERMS,
}

function recordOf(target: string): DirectoryRecord {
  const body = { target, issuedBy: NOW, forgetAt: NOW + 129_600_000 }
  return { kind: 'revocation', key: target, account: '', body: JSON.stringify(body) }
}

/** A store with these revocations; `reading` runs in the middle of each reading. */
function storeOf(records: () => readonly DirectoryRecord[], reading: () => void = () => undefined): DirectoryStore {
  const unused = () => assert.fail('only lists are asked')
  return {
    async list(_kind, { after = '', limit }) {
      const page = records().filter(({ key }) => key > after)
      reading()
      return page.slice(0, limit)
    },
    find: unused,
    commit: unused,
    sealingKeysInUse: unused,
    referring: unused,
    countReferring: unused,
    countReferrers: unused,
    count: unused,
  }
}

test('what is revoked while the list is read is not forgotten', async () => {
  const listed: DirectoryRecord[] = []
  let isFirst = true
  const revocations = new Revocations(
    storeOf(
      () => listed,
      () => {
        if (!isFirst) return
        isFirst = false
        listed.push(recordOf(`session/${SESSION.id}`))
        revocations.drop()
      },
    ),
  )
  await revocations.cover(SESSION)
  assert.equal(await revocations.cover(SESSION), true)
})

test('the list is read once, until something is revoked', async () => {
  let readings = 0
  const revocations = new Revocations(
    storeOf(
      () => [],
      () => void readings++,
    ),
  )
  for (let round = 0; round < 3; round++) assert.equal(await revocations.cover(SESSION), false)
  assert.equal(readings, 1)
  revocations.drop()
  await revocations.cover(SESSION)
  assert.equal(readings, 2)
})

test('single sessions fill the list, and then everything else can still be revoked', async () => {
  const full = Array.from({ length: 10_000 }, (_, index) => recordOf(`session/${String(index).padStart(5, '0')}`))
  const revocations = new Revocations(storeOf(() => full))
  await assert.rejects(revocations.plan('session/another', NOW), ValidationError)
  assert.equal((await revocations.plan('session/00000', NOW)).length, 1, 'one that is there already')
  assert.equal((await revocations.plan('root/111111111111', NOW)).length, 1)
  const later = epochMillis(NOW + 129_600_000)
  assert.equal((await revocations.plan('session/another', later)).length, 10_001, 'what expired makes room')
})
