import assert from 'node:assert/strict'
import { createCipheriv, createHmac, createSecretKey, hash } from 'node:crypto'
import { describe, test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose'
import { packedSize, type SessionRequest, Sessions } from '../../../src/domain/sessions/index.ts'
import {
  type AccountId,
  accountId,
  epochMillis,
  PackedPolicyTooLarge,
  PLAIN_TERMS,
  type RoleHolder,
  type SessionHolder,
  type SessionTerms,
  Violation,
} from '../../../src/model/index.ts'
import type { Key, KeyPurpose, KeyRing } from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { fc } from '../../fast-check.ts'
import { anyText } from '../../model/any-text.ts'

function account(text: string): AccountId {
  const id = accountId(text)
  assert.ok(!(id instanceof Violation))
  return id
}

function key(purpose: KeyPurpose, id: string, fill = id): Key {
  const material = createSecretKey(hash('sha256', fill, 'buffer'))
  return { id, purpose, generation: 1, createdAt: epochMillis(0), activeFrom: epochMillis(0), material }
}

/** A ring whose keys can be exchanged under a running broker; the last of a purpose seals. */
class ChangingRing implements KeyRing {
  keys: readonly Key[]

  constructor(...keys: readonly Key[]) {
    this.keys = keys
  }

  active(purpose: KeyPurpose): Key {
    const active = this.keys.findLast((each) => each.purpose === purpose)
    assert.ok(active)
    return active
  }

  find(purpose: KeyPurpose, id: string): Key | undefined {
    return this.keys.find((each) => each.purpose === purpose && each.id === id)
  }

  all(purpose: KeyPurpose): readonly Key[] {
    return this.keys.filter((each) => each.purpose === purpose)
  }
}

const SEAL = key('session-seal', 'seal-1')
const DERIVE = key('session-secret', 'derive-1')

function sessionsWith(keyring: KeyRing): Sessions {
  return new Sessions({ keyring, random: systemRandom, cachedSessions: 10 })
}

const sessions = sessionsWith(new ChangingRing(SEAL, DERIVE))

const HOLDER: RoleHolder = {
  kind: 'assumed-role',
  roleName: 'Deployer',
  roleId: 'AROARZPUZDIKAEBAGBAFG',
  sessionName: 'ci',
  chainDepth: 0,
}

const REQUEST: SessionRequest = {
  account: account('123456789012'),
  holder: HOLDER,
  issuedAt: epochMillis(Date.UTC(2026, 0, 1, 12, 0, 0, 123)),
  lifetimeMs: 3_600_000,
  terms: PLAIN_TERMS,
}

const TOKEN = sessions.mint(REQUEST).credentials.sessionToken
const SEGMENTS: readonly string[] = TOKEN.split('.')
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The token with one of its segments replaced. */
function withSegment(index: number, segment: string): string {
  return SEGMENTS.with(index, segment).join('.')
}

/** A token as somebody would make it who has our seal key and a JOSE library. */
function sealedByJose(header: object, payload: Uint8Array | string): Promise<string> {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
  return new CompactEncrypt(bytes).setProtectedHeader({ alg: 'dir', enc: 'A256GCM', ...header }).encrypt(SEAL.material)
}

/** The same with deflated content, which the library does not make. */
function sealedByHand(header: object, content: Uint8Array): string {
  const protectedHeader = Buffer.from(JSON.stringify(header)).toString('base64url')
  const iv = systemRandom.bytes(12)
  const cipher = createCipheriv('aes-256-gcm', SEAL.material, iv)
  cipher.setAAD(Buffer.from(protectedHeader))
  const sealed = Buffer.concat([cipher.update(content), cipher.final()])
  const parts = [iv, sealed, cipher.getAuthTag()].map((each) => each.toString('base64url'))
  return `${protectedHeader}..${parts.join('.')}`
}

async function plaintextOf(token: string): Promise<Uint8Array> {
  return (await compactDecrypt(token, SEAL.material)).plaintext
}

test('a token in which any bit was flipped does not open', () => {
  for (let at = 0; at < TOKEN.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = TOKEN.slice(0, at) + String.fromCharCode(TOKEN.charCodeAt(at) ^ (1 << bit)) + TOKEN.slice(at + 1)
      assert.equal(sessions.open(flipped), undefined, `character ${at}, bit ${bit}`)
    }
  }
})

test('a segment that says the same in another spelling does not open', () => {
  for (const [index, segment] of SEGMENTS.entries()) {
    const bytes = Buffer.from(segment, 'base64url')
    const spellings = [
      bytes.toString('base64'),
      `${segment}=`,
      `${segment}==`,
      `${segment}\n`,
      ` ${segment}`,
      `${segment.slice(0, 4)}\n${segment.slice(4)}`,
      `${segment}A`,
      // The spare bits of the last character.
      ...[...BASE64URL].map((last) => segment.slice(0, -1) + last),
    ]
    for (const spelling of spellings) {
      if (spelling === segment) continue
      assert.equal(sessions.open(withSegment(index, spelling)), undefined, `${index}: ${JSON.stringify(spelling)}`)
    }
  }
})

const KID = { kid: SEAL.id, typ: 'rolecall-session' }

/** Headers that a JOSE library would take, and we never wrote. Each stands over the true claims, under the true key. */
const FOREIGN_HEADERS: Readonly<Record<string, object>> = {
  'without a kid': { typ: 'rolecall-session' },
  'with a kid of no key': { ...KID, kid: 'seal-2' },
  'with a kid of a key for something else': { ...KID, kid: DERIVE.id },
  'with an empty kid': { ...KID, kid: '' },
  'with a kid of 65 characters': { ...KID, kid: 'k'.repeat(65) },
  'without a type': { kid: SEAL.id },
  'of another type': { ...KID, typ: 'JWT' },
  'of our type in other case': { ...KID, typ: 'Rolecall-Session' },
  'with one more member': { ...KID, cty: 'json' },
  'in another order': { typ: 'rolecall-session', kid: SEAL.id },
}

describe('a token under the true key does not open with a header', () => {
  for (const [rule, header] of Object.entries(FOREIGN_HEADERS)) {
    test(rule, async () => {
      const token = await sealedByJose(header, await plaintextOf(TOKEN))
      assert.equal(sessions.open(token), undefined)
    })
  }

  for (const [rule, text] of [
    ['that names another algorithm', `{"alg":"A256KW","enc":"A256GCM","kid":"${SEAL.id}","typ":"rolecall-session"}`],
    ['that names another encryption', `{"alg":"dir","enc":"A128GCM","kid":"${SEAL.id}","typ":"rolecall-session"}`],
    [
      'that says it is compressed',
      `{"alg":"dir","enc":"A256GCM","zip":"DEF","kid":"${SEAL.id}","typ":"rolecall-session"}`,
    ],
    ['with a space in it', `{"alg":"dir","enc":"A256GCM", "kid":"${SEAL.id}","typ":"rolecall-session"}`],
    [
      'with a member twice',
      `{"alg":"dir","enc":"A256GCM","kid":"${SEAL.id}","kid":"${SEAL.id}","typ":"rolecall-session"}`,
    ],
    ['that is no JSON', `"kid":"${SEAL.id}"`],
    ['that is empty', ''],
  ] as const) {
    test(rule, () => {
      assert.equal(sessions.open(withSegment(0, Buffer.from(text).toString('base64url'))), undefined)
    })
  }
})

describe('a text that has not the shape of a token does not open', () => {
  const [header = '', , iv = '', sealed = '', tag = ''] = SEGMENTS
  for (const [rule, text] of [
    ['nothing', ''],
    ['four segments', [header, iv, sealed, tag].join('.')],
    ['six segments', `${TOKEN}.`],
    ['a thousand segments', `${TOKEN}${'.A'.repeat(1000)}`],
    ['an encrypted key, where there is none', withSegment(1, 'AAAA')],
    ['no initialisation vector', withSegment(2, '')],
    ['a longer initialisation vector', withSegment(2, Buffer.alloc(16, 1).toString('base64url'))],
    ['no content', withSegment(3, '')],
    ['no tag', withSegment(4, '')],
    [
      'a tag cut to what GCM would still take',
      withSegment(4, Buffer.from(tag, 'base64url').toString('base64url', 0, 12)),
    ],
    ['a megabyte of dots', '.'.repeat(1 << 20)],
    ['characters beyond ASCII', withSegment(0, `${header}Ł`)],
  ] as const) {
    test(rule, () => assert.equal(sessions.open(text), undefined))
  }
})

test('a token of more than 4,096 characters does not open, be it ours', async () => {
  const claims = JSON.parse(Buffer.from(await plaintextOf(TOKEN)).toString())
  const withName = (length: number) => sealedByJose(KID, JSON.stringify({ ...claims, name: 'n'.repeat(length) }))
  const overhead = (await withName(0)).length
  const longest = await withName(Math.floor((4096 - overhead) * 0.75) - 2)
  const tooLong = await withName(Math.ceil((4096 - overhead) * 0.75) + 2)
  assert.ok(longest.length <= 4096 && tooLong.length > 4096)
  assert.ok(sessions.open(longest))
  assert.equal(sessions.open(tooLong), undefined)
})

test('content that is no session, sealed with the true key, does not open', async () => {
  for (const content of ['', '{', '[]', '{}']) {
    assert.equal(sessions.open(await sealedByJose(KID, content)), undefined, content)
  }
})

test('no part of one token opens in another', () => {
  const other = sessions
    .mint({ ...REQUEST, holder: { ...HOLDER, sessionName: 'admin' } })
    .credentials.sessionToken.split('.')
  for (const index of [2, 3, 4]) assert.equal(sessions.open(withSegment(index, other[index] ?? '')), undefined)
})

test('a destroyed key ends every session under it, also one that was seen before', () => {
  for (const destroyed of [SEAL, DERIVE]) {
    const ring = new ChangingRing(SEAL, DERIVE)
    const remembering = sessionsWith(ring)
    const { sessionToken } = remembering.mint(REQUEST).credentials
    assert.ok(remembering.open(sessionToken))
    ring.keys = ring.keys.filter(({ id }) => id !== destroyed.id)
    assert.equal(remembering.open(sessionToken), undefined, `remembered: ${destroyed.purpose}`)
    assert.equal(sessionsWith(ring).open(sessionToken), undefined, `never seen: ${destroyed.purpose}`)
  }
})

test('a key of the same id and other material opens nothing', () => {
  const ring = new ChangingRing(key('session-seal', SEAL.id, 'other'), DERIVE)
  assert.equal(sessionsWith(ring).open(TOKEN), undefined)
})

test('a retired key still opens what it sealed, and seals nothing more', () => {
  const ring = new ChangingRing(SEAL, DERIVE)
  const rotating = sessionsWith(ring)
  const { sessionToken, secretAccessKey } = rotating.mint(REQUEST).credentials
  ring.keys = [SEAL, DERIVE, key('session-seal', 'seal-2'), key('session-secret', 'derive-2')]
  for (const each of [rotating, sessionsWith(ring)]) {
    assert.equal(each.open(sessionToken)?.secretAccessKey.reveal(), secretAccessKey.reveal())
  }
  const renewed = rotating.mint(REQUEST).credentials.sessionToken
  assert.equal(decodeProtectedHeader(renewed).kid, 'seal-2')
  assert.equal(sessions.open(renewed), undefined, 'a node that has not the new key yet')
})

test('the secret depends on the whole token and on the derive key, and the seal key does not give it away', () => {
  const secretOf = (token: string, material: Key): string =>
    createHmac('sha256', material.material)
      .update('rolecall/secret/v1')
      .update(hash('sha256', token, 'buffer'))
      .digest()
      .toString('base64', 0, 30)
  const { sessionToken, secretAccessKey } = sessions.mint(REQUEST).credentials
  assert.equal(secretAccessKey.reveal(), secretOf(sessionToken, DERIVE))
  assert.match(secretAccessKey.reveal(), /^[A-Za-z0-9+/]{40}$/)
  assert.notEqual(secretAccessKey.reveal(), secretOf(sessionToken, SEAL))
  for (const at of [0, sessionToken.length >> 1, sessionToken.length - 1]) {
    const changed = `${sessionToken.slice(0, at)}!${sessionToken.slice(at + 1)}`
    assert.notEqual(secretAccessKey.reveal(), secretOf(changed, DERIVE))
  }
})

test('a token that was made elsewhere with the seal key alone has a secret that its maker cannot know', async () => {
  const ours = sessions.open(TOKEN)
  const copy = await sealedByJose(KID, await plaintextOf(TOKEN))
  const opened = sessions.open(copy)
  assert.deepEqual(opened?.session, ours?.session)
  assert.notEqual(opened?.secretAccessKey.reveal(), ours?.secretAccessKey.reveal())
})

test('a JOSE library opens our tokens with the same key, and finds the header that was promised', async () => {
  const { plaintext, protectedHeader } = await compactDecrypt(TOKEN, SEAL.material)
  assert.deepEqual(protectedHeader, { alg: 'dir', enc: 'A256GCM', kid: SEAL.id, typ: 'rolecall-session' })
  const claims: unknown = JSON.parse(Buffer.from(plaintext).toString())
  assert.partialDeepStrictEqual(claims, {
    acct: REQUEST.account,
    who: ['role', 'Deployer', HOLDER.roleId, 'ci', 0],
    dkid: DERIVE.id,
  })
})

const uniqueName = (min: number, max: number) => fc.stringMatching(new RegExp(`^[\\w+=,.@-]{${min},${max}}$`))
const idOf = (prefix: string) => fc.stringMatching(new RegExp(`^${prefix}[A-Z2-7]{17}$`))
const aUser = fc.record({ kind: fc.constant('user' as const), userName: uniqueName(1, 64), userId: idOf('AIDA') })

/** Of the kind that a literal makes. */
const plain = <T>(value: T): T => structuredClone(value)

const anyHolder: fc.Arbitrary<SessionHolder> = fc
  .oneof(
    fc.record({
      kind: fc.constant('assumed-role' as const),
      roleName: uniqueName(1, 64),
      roleId: idOf('AROA'),
      sessionName: uniqueName(2, 64),
      chainDepth: fc.nat(20),
    }),
    aUser,
    fc.constant({ kind: 'root' } as const),
    fc.record({
      kind: fc.constant('federated-user' as const),
      name: uniqueName(2, 32),
      issuer: fc.option(aUser, { nil: undefined }),
    }),
  )
  .map(plain)

const someTags = fc.uniqueArray(fc.record({ key: anyText(20), value: anyText(20) }), {
  selector: ({ key }) => key,
  maxLength: 5,
})

const somePolicies = fc.record({
  inline: fc.option(anyText(100), { nil: undefined }),
  managed: fc.array(fc.record({ arn: anyText(40), fingerprint: anyText(16) }), { maxLength: 3 }),
})

const someTerms: fc.Arbitrary<SessionTerms> = someTags
  .chain((tags) =>
    fc.record({
      policies: fc.option(somePolicies, { nil: undefined }),
      tags: fc.constant(tags),
      transitiveTagKeys: fc.subarray(tags.map(({ key }) => key)),
      sourceIdentity: fc.option(uniqueName(2, 64), { nil: undefined }),
      mfaAt: fc.option(fc.nat().map(epochMillis), { nil: undefined }),
      carriedKeys: fc.dictionary(fc.stringMatching(/^[a-z:]{1,20}$/), fc.oneof(anyText(10), fc.array(anyText(10)))),
    }),
  )
  .map(plain)

const anyRequest: fc.Arbitrary<SessionRequest> = fc.record({
  account: fc.integer({ min: 0, max: 999_999_999_999 }).map((number) => account(`${number}`.padStart(12, '0'))),
  holder: anyHolder,
  issuedAt: fc.integer({ min: 0, max: Date.UTC(9998, 0, 1) }).map(epochMillis),
  lifetimeMs: fc.integer({ min: 900_000, max: 43_200_000 }),
  terms: fc.oneof(fc.constant(PLAIN_TERMS), someTerms),
})

test('what is minted opens as what was asked for, on this node and on another with the same keys', () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      const { session, credentials } = sessions.mint(request)
      const { account, holder, issuedAt, lifetimeMs, terms } = request
      assert.deepEqual(session, {
        ...{ account, holder, issuedAt, terms },
        id: session.id,
        accessKeyId: credentials.accessKeyId,
        expiresAt: issuedAt + lifetimeMs,
      })
      assert.equal(credentials.expiresAt, session.expiresAt)
      for (const node of [sessions, sessions, sessionsWith(new ChangingRing(SEAL, DERIVE))]) {
        const opened = node.open(credentials.sessionToken)
        assert.deepEqual(opened?.session, session)
        assert.equal(opened.secretAccessKey.reveal(), credentials.secretAccessKey.reveal())
      }
    }),
  )
})

test('two sessions of one request share nothing', () => {
  const [first, second] = [sessions.mint(REQUEST), sessions.mint(REQUEST)]
  assert.notEqual(first.session.id, second.session.id)
  assert.notEqual(first.credentials.accessKeyId, second.credentials.accessKeyId)
  assert.notEqual(first.credentials.sessionToken, second.credentials.sessionToken)
  assert.notEqual(first.credentials.secretAccessKey.reveal(), second.credentials.secretAccessKey.reveal())
})

test('claims that inflate to more than a token can mean do not open', async () => {
  const header = { alg: 'dir', enc: 'A256GCM', ...KID, zip: 'DEF' }
  const claims = JSON.parse(Buffer.from(await plaintextOf(TOKEN)).toString())
  const zipped = (size: number) =>
    sealedByHand(header, deflateRawSync(JSON.stringify({ ...claims, pad: 'x'.repeat(size) })))
  assert.ok(sessions.open(zipped(60_000)))
  assert.equal(sessions.open(zipped(70_000)), undefined)
})

test('whatever AWS takes and the allotted room has space for can be minted', () => {
  const text = fc.stringMatching(/^[ -~]{1,256}$/)
  fc.assert(
    fc.property(
      fc.array(fc.record({ key: uniqueName(1, 128), value: text }), { maxLength: 12 }),
      text,
      (tags, inline) => {
        const terms = {
          ...PLAIN_TERMS,
          policies: { inline, managed: [] },
          tags,
          transitiveTagKeys: tags.map(({ key }) => key),
          sourceIdentity: 'i'.repeat(64),
        }
        fc.pre(packedSize(terms).percent <= 100)
        const holder = { ...HOLDER, roleName: 'r'.repeat(64), sessionName: 's'.repeat(64) }
        assert.ok(sessions.open(sessions.mint({ ...REQUEST, holder, terms }).credentials.sessionToken))
      },
    ),
  )
})

test('what makes a token longer than may travel is refused', () => {
  const noise = systemRandom.bytes(3200).toString('base64url')
  const terms = { ...PLAIN_TERMS, policies: { inline: noise, managed: [] } }
  assert.throws(() => sessions.mint({ ...REQUEST, terms }), PackedPolicyTooLarge)
})

test('the access key id of a session tells its account', () => {
  assert.match(sessions.mint(REQUEST).credentials.accessKeyId, /^ASIARZPUZDIK[A-P][A-Z2-7]{7}$/)
})

test('an ordinary token has few more than 500 characters, and the longest names still fit', () => {
  assert.ok(TOKEN.length <= 520, `${TOKEN.length}`)
  const holder = { ...HOLDER, roleName: 'r'.repeat(64), sessionName: 's'.repeat(64) }
  const { sessionToken } = sessions.mint({ ...REQUEST, holder }).credentials
  assert.ok(sessionToken.length <= 700, `${sessionToken.length}`)
  assert.ok(sessions.open(sessionToken))
})

test('the cache forgets, and what it forgot opens again', () => {
  const tokens = Array.from({ length: 25 }, () => sessions.mint(REQUEST).credentials)
  for (let round = 0; round < 2; round++) {
    for (const { sessionToken, accessKeyId } of tokens) {
      assert.equal(sessions.open(sessionToken)?.session.accessKeyId, accessKeyId)
    }
  }
})
