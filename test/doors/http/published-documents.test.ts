import assert from 'node:assert/strict'
import { test } from 'node:test'
import supertest from 'supertest'
import { apiApp, type PublishedDocuments } from '../../../src/doors/http/index.ts'
import { listeningLogger } from './raw-client.ts'

const logger = listeningLogger()

function app(read: PublishedDocuments['read']) {
  return supertest(
    apiApp({
      answer: async ({ method, target }) => ({ status: 200, headers: {}, body: `${method} ${target}` }),
      trustedProxies: [],
      maxBodyBytes: 1000,
      documents: { paths: ['/tokens/'], maxAgeS: 60, read },
      logger,
    }),
  )
}

test('what cannot be told is no document that is not there: a verifier is to try again, and to remember nothing', async () => {
  const failing = app(async () => {
    throw new Error('the store fails')
  })
  const answer = await failing.get('/tokens/x')
  assert.deepEqual([answer.status, answer.text, answer.headers['cache-control']], [503, '', 'no-store'])
  assert.ok(logger.events.includes('document.failed'))
})

test('what is not there is not remembered: it may be there soon', async () => {
  const answer = await app(async () => undefined).get('/tokens/x')
  assert.deepEqual([answer.status, answer.text, answer.headers['cache-control']], [404, '', 'no-store'])
})

test('a document is what stands at the path, whatever is asked behind it', async () => {
  const paths: string[] = []
  const published = app(async (path) => {
    paths.push(path)
    return '{"a":"é"}'
  })
  const answer = await published.get('/tokens/x?y=/tokens/z')
  assert.deepEqual(answer.body, { a: 'é' })
  assert.equal(answer.headers['cache-control'], 'public, max-age=60')
  const head = await published.head('/tokens/x')
  assert.deepEqual([head.status, head.headers['content-length'], head.text], [200, '10', undefined])
  assert.deepEqual(paths, ['/tokens/x', '/tokens/x'])
})

test('what is not read there is for the API to answer', async () => {
  const published = app(async () => 'never')
  assert.equal((await published.post('/tokens/x').send('')).text, 'POST /tokens/x')
  assert.equal((await published.get('/token/x')).text, 'GET /token/x')
  assert.equal((await published.get('/?/tokens/x')).text, 'GET /?/tokens/x')
})
