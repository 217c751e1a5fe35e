import assert from 'node:assert/strict'
import { test } from 'node:test'
import { knownOrigin } from '../../src/compose/known-origin.ts'
import { configIn } from './samples.ts'

for (const [api, publicUrl, origin] of [
  ['127.0.0.1:7600', undefined, 'http://127.0.0.1:7600'],
  ['[::1]:7600', undefined, 'http://[::1]:7600'],
  ['localhost:7600', undefined, 'http://localhost:7600'],
  ['LOCALHOST:7600', undefined, 'http://localhost:7600'],
  ['127.0.0.1:0', undefined, undefined],
  ['localhost:0', undefined, undefined],
  ['127.0.0.1:7600', 'https://sts.example.com', 'https://sts.example.com'],
] as const) {
  test(`before it listens at ${api}${publicUrl ? ` for ${publicUrl}` : ''} the API is known to be at ${origin}`, () => {
    const config = configIn('/nowhere', { listen: { api }, ...(publicUrl && { publicUrl }) })
    assert.equal(knownOrigin(config), origin)
  })
}
