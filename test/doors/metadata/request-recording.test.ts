import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { RequestRecording } from '../../../src/doors/metadata/index.ts'
import { epochMillis } from '../../../src/model/index.ts'

test('of a request no more is kept than what is shown of it, however long it was', () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const recording = new RequestRecording()
  const long = () => Buffer.alloc(50_000, 'a').toString('latin1')
  const used = () => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = used()
  for (let count = 0; count < 1000; count++) {
    recording.begin({
      machine: 'i-00000000000000001',
      at: epochMillis(0),
      method: 'GET',
      path: long(),
      hasToken: false,
      userAgent: long(),
      answer: 'waiting',
    })
  }
  const grownBy = used() - before
  assert.equal(recording.list()[0]?.userAgent?.length, 512)
  assert.ok(grownBy < 20_000_000, `${grownBy} bytes are kept of 1,000 requests`)
})
