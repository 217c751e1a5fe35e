import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { AuditTrail } from '../../../src/domain/audit/index.ts'
import { AccessDenied, ServiceUnavailable } from '../../../src/model/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { StoreUnavailable } from '../../../src/platform/storage/index.ts'
import { aliceAs, FACTS } from '../../pipeline/samples.ts'

const EVENT = {
  caller: aliceAs(),
  service: 'sts',
  eventName: 'GetSessionToken',
  region: 'us-east-1',
  facts: FACTS,
  details: {},
  fault: undefined,
}

function trailInto(t: TestContext, ...path: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-lines-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const jsonLines = join(folder, ...path)
  const state = { failing: false }
  const log = {
    async append() {
      if (state.failing) throw new StoreUnavailable('disk full')
    },
    find: async () => ({ entries: [], next: undefined }),
    last: async () => 0,
    follow: async () => ({ entries: [], last: 0 }),
    forget: async () => 0,
  }
  const lost: string[] = []
  const silent = () => undefined
  const logger = { debug: silent, info: silent, warn: silent, error: silent }
  const metrics = { auditDropped: (sink: string, records: number) => void lost.push(`${sink} ${records}`) }
  const trail = new AuditTrail({ log, jsonLines, random: systemRandom, logger, metrics })
  return { trail, jsonLines, lost, state }
}

test('what the log did not take is in no line', async (t) => {
  const { trail, jsonLines, state, lost } = trailInto(t, 'audit.jsonl')
  state.failing = true
  await assert.rejects(trail.granted(EVENT), ServiceUnavailable)
  trail.noted(EVENT)
  await trail.flush()
  assert.equal(existsSync(jsonLines), false)
  assert.deepEqual(lost, ['database 1'])
})

test('a file that cannot be written refuses no grant: the lines are counted as lost', async (t) => {
  const { trail, lost } = trailInto(t, 'no-such-folder', 'audit.jsonl')
  await trail.granted(EVENT)
  await trail.flush()
  assert.deepEqual(lost, ['json-lines 1'])
})

test('grants and refusals are a line of JSON each, in a file that only its owner may read', async (t) => {
  const { trail, jsonLines } = trailInto(t, 'audit.jsonl')
  await trail.granted(EVENT)
  trail.noted({ ...EVENT, fault: new AccessDenied('one\ntwo') })
  await trail.flush()
  const lines = readFileSync(jsonLines, 'utf8').split('\n')
  assert.equal(lines.length, 3)
  assert.equal(lines[2], '')
  const codes = lines.slice(0, 2).map((line) => JSON.parse(line).errorCode)
  assert.deepEqual(codes, [undefined, 'AccessDenied'])
  assert.equal(statSync(jsonLines).mode & 0o777, 0o600)
})

test('a file that was moved away is made anew', async (t) => {
  const { trail, jsonLines } = trailInto(t, 'audit.jsonl')
  await trail.granted(EVENT)
  await trail.flush()
  renameSync(jsonLines, `${jsonLines}.1`)
  await trail.granted(EVENT)
  await trail.flush()
  assert.equal(readFileSync(jsonLines, 'utf8').trim().split('\n').length, 1)
})
