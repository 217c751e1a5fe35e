import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeyFetcher, UnusableKeys } from '../../../../src/domain/federation/oidc/key-fetcher.ts'
import { epochMillis } from '../../../../src/model/index.ts'
import { OutboundError } from '../../../../src/platform/outbound-exchange.ts'

const ISSUER = 'https://idp.example.com'
const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`
const KEYS = `${ISSUER}/keys`
const MINUTE = 60_000

type Served = string | OutboundError

/** An issuer that serves these documents, and nothing else. */
function serving(over: Readonly<Record<string, Served>> = {}) {
  const now = { ms: 1_000_000, discoveryLasts: undefined as string | undefined }
  const documents: Record<string, Served> = {
    [DISCOVERY]: JSON.stringify({ issuer: ISSUER, jwks_uri: KEYS }),
    [KEYS]: '{"keys":[]}',
    ...over,
  }
  const asked: string[] = []
  const get = async ({ url }: { readonly url: string }) => {
    asked.push(url)
    const served = documents[url] ?? new OutboundError('refused', 'answered 404', { status: 404 })
    if (served instanceof OutboundError) throw served
    return { body: Buffer.from(served), cacheControl: url === DISCOVERY ? now.discoveryLasts : undefined }
  }
  const fetcher = new KeyFetcher(ISSUER, { get }, { now: () => epochMillis(now.ms) })
  const fetch = async (anew = false): Promise<string> => {
    asked.length = 0
    try {
      await fetcher.fetch({ signal: AbortSignal.timeout(1000), anew })
      return 'keys'
    } catch (error) {
      return error instanceof UnusableKeys ? error.failure : String(error)
    }
  }
  return { now, documents, asked, fetch }
}

test('where the keys are is remembered: they are fetched again with one request', async () => {
  const { now, asked, fetch } = serving()
  assert.equal(await fetch(), 'keys')
  assert.deepEqual(asked, [DISCOVERY, KEYS])
  now.ms += 59 * MINUTE
  assert.equal(await fetch(), 'keys')
  assert.deepEqual(asked, [KEYS])
  now.ms += MINUTE
  assert.equal(await fetch(), 'keys')
  assert.deepEqual(asked, [DISCOVERY, KEYS])
})

for (const [lasts, minutes] of [
  ['no-store, max-age=0', 10],
  ['max-age=900', 15],
  ['max-age=99999999', 24 * 60],
] as const) {
  test(`for as long as the issuer says, within reason (${lasts})`, async () => {
    const { now, asked, fetch } = serving()
    now.discoveryLasts = lasts
    await fetch()
    now.ms += minutes * MINUTE - 1
    await fetch()
    assert.deepEqual(asked, [KEYS])
    now.ms += 1
    await fetch()
    assert.deepEqual(asked, [DISCOVERY, KEYS])
  })
}

test('whoever looks for a key that nobody knows asks where the keys are by now', async () => {
  const { documents, asked, fetch } = serving()
  await fetch()
  documents[DISCOVERY] = JSON.stringify({ issuer: ISSUER, jwks_uri: `${ISSUER}/moved` })
  documents[`${ISSUER}/moved`] = '{"keys":[]}'
  assert.equal(await fetch(true), 'keys')
  assert.deepEqual(asked, [DISCOVERY, `${ISSUER}/moved`])
})

test('keys that are no longer where they were are looked for at once', async () => {
  const { documents, asked, fetch } = serving()
  await fetch()
  delete documents[KEYS]
  documents[DISCOVERY] = JSON.stringify({ issuer: ISSUER, jwks_uri: `${ISSUER}/moved` })
  documents[`${ISSUER}/moved`] = '{"keys":[]}'
  assert.equal(await fetch(), 'keys')
  assert.deepEqual(asked, [KEYS, DISCOVERY, `${ISSUER}/moved`])
})

test('an issuer that cannot be reached is not asked for its discovery, too', async () => {
  const { documents, asked, fetch } = serving()
  await fetch()
  documents[KEYS] = new OutboundError('unreachable', 'no answer')
  assert.equal(await fetch(), 'unreachable')
  assert.deepEqual(asked, [KEYS])
})

for (const [rule, discovery, failure] of [
  ['no discovery', new OutboundError('refused', 'answered 404', { status: 404 }), 'gone'],
  ['no discovery any more', new OutboundError('refused', 'answered 410', { status: 410 }), 'gone'],
  ['discovery of another issuer', JSON.stringify({ issuer: `${ISSUER}/`, jwks_uri: KEYS }), 'gone'],
  ['discovery that is refused', new OutboundError('refused', 'answered 403', { status: 403 }), 'unusable'],
  ['a page for discovery', '<html>', 'unusable'],
  ['discovery without jwks_uri', JSON.stringify({ issuer: ISSUER }), 'unusable'],
  ['discovery that is not to be asked', new OutboundError('forbidden', 'a port'), 'unusable'],
  ['nobody', new OutboundError('unreachable', 'no answer'), 'unreachable'],
  ['a certificate that nobody vouches for', new OutboundError('certificate', 'CERT'), 'certificate'],
] as const) {
  test(`where there is ${rule} the keys are ${failure}`, async () => {
    assert.equal(await serving({ [DISCOVERY]: discovery }).fetch(), failure)
  })
}

test('no keys where discovery says is no sign that the issuer is gone', async () => {
  const missing = new OutboundError('refused', 'answered 404', { status: 404 })
  assert.equal(await serving({ [KEYS]: missing }).fetch(), 'unusable')
})

test('documents may begin with a byte order mark', async () => {
  const issuer = serving({ [KEYS]: '\ufeff{"keys":[]}' })
  issuer.documents[DISCOVERY] = `\ufeff${String(issuer.documents[DISCOVERY])}`
  assert.equal(await issuer.fetch(), 'keys')
})
