import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { BrowserHandles, type BrowserState } from '../../../src/domain/browser/index.ts'
import { epochMillis } from '../../../src/model/index.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { memoryKeyRing } from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { type BrowserStates, StoreUnavailable } from '../../../src/platform/storage/index.ts'
import { openSqlStorage } from '../../../src/platform/storage/sql/index.ts'
import { fc } from '../../fast-check.ts'

const at = epochMillis
const MINUTE = 60_000
const CODE: BrowserState['terminal-code'] = { sessionToken: 'the token', challenge: 'the challenge' }
const TOKEN: BrowserState['signin-token'] = { sessionToken: 'the token', durationMs: undefined }

/** What the store was given. */
interface Put {
  readonly kind: string
  readonly key: string
  readonly value: string
}

/** Handles on a store that tells what it is given. */
async function aStage(t: TestContext) {
  const storage = await openSqlStorage({ data: ':memory:' })
  t.after(() => storage.close())
  const puts: Put[] = []
  const asked: string[] = []
  const { browsers } = storage
  const states: BrowserStates = {
    put: (kind, key, value, expiresAt, now, share) => {
      puts.push({ kind, key, value })
      return browsers.put(kind, key, value, expiresAt, now, share)
    },
    claim: (kind, key, expiresAt, now, share) => {
      puts.push({ kind, key, value: '' })
      return browsers.claim(kind, key, expiresAt, now, share)
    },
    find: (kind, key, now) => {
      asked.push(key)
      return browsers.find(kind, key, now)
    },
    take: (kind, key, now) => {
      asked.push(key)
      return browsers.take(kind, key, now)
    },
    remove: (kind, key) => {
      asked.push(key)
      return browsers.remove(kind, key)
    },
  }
  const keyring = memoryKeyRing({ random: systemRandom, clock: systemClock })
  const handles = new BrowserHandles({ states, keyring, random: systemRandom })
  return { handles, states: browsers, keyring, puts, asked }
}

describe('a handle', () => {
  test('has one state of each kind kept under it, the last one, until it is taken or too late', async (t) => {
    const { handles } = await aStage(t)
    const handle = await handles.keep('terminal-code', CODE, at(0))
    await handles.keepUnder(handle, 'recent-roles', { principal: 'first', arns: [] }, at(0))
    await handles.keepUnder(handle, 'recent-roles', { principal: 'second', arns: [] }, at(0), at(MINUTE))
    assert.deepEqual(await handles.find('recent-roles', handle, at(1)), { principal: 'second', arns: [] })
    assert.equal(await handles.find('recent-roles', handle, at(MINUTE)), undefined)
    const taken = await Promise.all([1, 2, 3].map(() => handles.take('recent-roles', handle, at(1))))
    assert.deepEqual(
      taken.filter((each) => each !== undefined),
      [{ principal: 'second', arns: [] }],
    )
    assert.deepEqual(await handles.find('terminal-code', handle, at(1)), CODE)
  })

  test('that nobody was given stands for nothing', async (t) => {
    const { handles } = await aStage(t)
    const own = await handles.keep('terminal-code', CODE, at(0))
    const changed = own.startsWith('A') ? `B${own.slice(1)}` : `A${own.slice(1)}`
    assert.equal(await handles.find('terminal-code', changed, at(1)), undefined)
    assert.equal(await handles.take('terminal-code', changed, at(1)), undefined)
    await handles.end('terminal-code', changed)
    assert.deepEqual(await handles.find('terminal-code', own, at(1)), CODE)
  })

  test('of any other shape is not even looked up', async (t) => {
    const { handles, asked } = await aStage(t)
    const own = await handles.keep('terminal-code', CODE, at(0))
    const shapes = [
      '',
      ' ',
      own.slice(1),
      `${own}A`,
      `${own}=`,
      ` ${own.slice(1)}`,
      '../../etc/passwd',
      'x'.repeat(1e6),
    ]
    for (const text of shapes) {
      assert.equal(await handles.find('terminal-code', text, at(1)), undefined)
      assert.equal(await handles.take('terminal-code', text, at(1)), undefined)
      await handles.end('terminal-code', text)
    }
    assert.deepEqual(asked, [])
  })

  test('of another kind stands for nothing, and is not used up', async (t) => {
    const { handles } = await aStage(t)
    const own = await handles.keep('terminal-code', CODE, at(0))
    assert.equal(await handles.find('signin-token', own, at(1)), undefined)
    assert.equal(await handles.take('signin-token', own, at(1)), undefined)
    await handles.end('signin-token', own)
    assert.deepEqual(await handles.take('terminal-code', own, at(1)), CODE)
  })

  test('stands for nothing once it has expired, however long was asked for', async (t) => {
    const { handles } = await aStage(t)
    const short = await handles.keep('signin-token', TOKEN, at(0), at(10))
    const long = await handles.keep('signin-token', TOKEN, at(0), at(365 * 24 * 60 * MINUTE))
    assert.deepEqual(await handles.find('signin-token', short, at(9)), { sessionToken: 'the token' })
    assert.equal(await handles.find('signin-token', short, at(10)), undefined)
    assert.deepEqual(await handles.find('signin-token', long, at(15 * MINUTE - 1)), { sessionToken: 'the token' })
    assert.equal(await handles.take('signin-token', long, at(15 * MINUTE)), undefined)
  })

  test('is taken by one of many', async (t) => {
    const { handles } = await aStage(t)
    const own = await handles.keep('terminal-code', CODE, at(0))
    const taken = await Promise.all(Array.from({ length: 50 }, () => handles.take('terminal-code', own, at(1))))
    assert.deepEqual(
      taken.filter((state) => state !== undefined),
      [CODE],
    )
  })

  test('that was ended stands for nothing', async (t) => {
    const { handles } = await aStage(t)
    const own = await handles.keep('terminal-code', CODE, at(0))
    await handles.end('terminal-code', own)
    assert.equal(await handles.find('terminal-code', own, at(1)), undefined)
  })

  test('is 256 random bits, and never the same', async (t) => {
    const { handles } = await aStage(t)
    const made = new Set<string>()
    for (let n = 0; n < 100; n++) made.add(await handles.keep('terminal-code', CODE, at(0)))
    for (let n = 0; n < 100; n++) made.add(handles.newSecret())
    assert.equal(made.size, 200)
    for (const text of made) assert.equal(Buffer.from(text, 'base64url').length, 32)
  })
})

describe('whoever has the store', () => {
  test('learns neither a handle nor what it stands for', async (t) => {
    const { handles, puts } = await aStage(t)
    const own = await handles.keep('terminal-code', CODE, at(0))
    const kept = JSON.stringify(puts)
    for (const secret of [own, CODE.sessionToken, CODE.challenge]) assert.ok(!kept.includes(secret))
    const sealed = Buffer.from(puts[0]?.value.split('.')[1] ?? '', 'base64url').toString('latin1')
    assert.ok(!sealed.includes('token'))
  })

  test('cannot make one state of another: moved to another place, none opens', async (t) => {
    const { handles, states, puts } = await aStage(t)
    const mine = await handles.keep('console-session', aSession('mine'), at(0))
    const yours = await handles.keep('console-session', aSession('yours'), at(0))
    const token = await handles.keep('signin-token', TOKEN, at(0))
    const [first, second, third] = puts
    assert.ok(first && second && third)
    await states.put('console-session', first.key, second.value, at(100), at(0))
    assert.equal(await handles.find('console-session', mine, at(1)), undefined, 'of another browser')
    await states.put('signin-token', third.key, second.value, at(100), at(0))
    assert.equal(await handles.take('signin-token', token, at(1)), undefined, 'of another kind')
    assert.deepEqual(await handles.find('console-session', yours, at(1)), aSession('yours'))
  })

  test('cannot change a state', async (t) => {
    const { handles, states, puts } = await aStage(t)
    const own = await handles.keep('terminal-code', CODE, at(0))
    const { key = '', value = '' } = puts[0] ?? {}
    const [keyId = '', payload = ''] = value.split('.')
    const bytes = Buffer.from(payload, 'base64url')
    for (const index of bytes.keys()) {
      const changed = Buffer.from(bytes)
      changed[index] = (changed[index] ?? 0) ^ 1
      await states.put('terminal-code', key, `${keyId}.${changed.toString('base64url')}`, at(100), at(0))
      assert.equal(await handles.find('terminal-code', own, at(1)), undefined, `byte ${index}`)
    }
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        await states.put('terminal-code', key, text, at(100), at(0))
        assert.equal(await handles.find('terminal-code', own, at(1)), undefined)
      }),
    )
  })
})

test('a state opens on every node that shares the key ring, and on no other', async (t) => {
  const { handles, states, keyring } = await aStage(t)
  const own = await handles.keep('terminal-code', CODE, at(0))
  const other = new BrowserHandles({ states, keyring, random: systemRandom })
  const stranger = memoryKeyRing({ random: systemRandom, clock: systemClock })
  const strange = new BrowserHandles({ states, keyring: stranger, random: systemRandom })
  assert.equal(await strange.find('terminal-code', own, at(1)), undefined)
  assert.deepEqual(await other.find('terminal-code', own, at(1)), CODE)
})

function aSession(formToken: string): BrowserState['console-session'] {
  return { sessionToken: 'the token', formToken, signedInBy: 'saml', signedInAt: at(0), endsAt: at(100) }
}

describe('a ticket', () => {
  const LOGIN = { door: 'corp', state: 'the state', nonce: 'the nonce', codeVerifier: 'the verifier' }
  const REQUEST = { provider: 'the provider', sentTo: 'the place', browser: 'the browser', terminal: undefined }

  test('says what was sealed, until it is too late, and nothing is kept for it', async (t) => {
    const { handles, puts, asked } = await aStage(t)
    const ticket = handles.seal('oidc-login', LOGIN, at(0))
    assert.match(ticket, /^[\w-]+\.[\w-]+$/)
    assert.deepEqual(handles.read('oidc-login', ticket, at(15 * MINUTE - 1)), LOGIN)
    assert.equal(handles.read('oidc-login', ticket, at(15 * MINUTE)), undefined)
    assert.deepEqual(handles.read('oidc-login', handles.seal('oidc-login', LOGIN, at(0), at(2)), at(1)), LOGIN)
    assert.equal(handles.read('oidc-login', handles.seal('oidc-login', LOGIN, at(0), at(2)), at(2)), undefined)
    assert.deepEqual([puts, asked], [[], []])
  })

  test('is used once, by one of many, and only while it counts', async (t) => {
    const { handles, puts } = await aStage(t)
    const ticket = handles.seal('oidc-login', LOGIN, at(0))
    assert.deepEqual(await handles.unused('oidc-login', ticket, at(1)), LOGIN)
    const used = await Promise.all(Array.from({ length: 10 }, () => handles.use('oidc-login', ticket, at(1))))
    assert.equal(used.filter((each) => each).length, 1)
    assert.equal(await handles.unused('oidc-login', ticket, at(1)), undefined)
    assert.equal(await handles.use('oidc-login', ticket, at(15 * MINUTE)), false, 'also when the claim has expired')
    const before = puts.length
    assert.equal(await handles.use('oidc-login', 'made up', at(1)), false)
    assert.equal(puts.length, before, 'what is no ticket takes no place')
    assert.ok(!JSON.stringify(puts).includes(ticket))
  })

  test('of another kind, of another ring, or changed in any character, or written otherwise, is none', async (t) => {
    const { handles } = await aStage(t)
    const ticket = handles.seal('oidc-login', LOGIN, at(0))
    const kept = await handles.keep('terminal-code', CODE, at(0))
    assert.equal(handles.read('saml-request', ticket, at(1)), undefined)
    assert.equal(
      handles.read('oidc-login', (await aStage(t)).handles.seal('oidc-login', LOGIN, at(0)), at(1)),
      undefined,
    )
    for (const text of ['', '.', kept, `${ticket}.`, `${ticket}=`, `${ticket}A`, ` ${ticket}`, ticket.slice(0, -1)]) {
      assert.equal(handles.read('oidc-login', text, at(1)), undefined, text)
    }
    for (let index = 0; index < ticket.length; index++) {
      for (const other of ['A', 'B', '-', '.', '=', ' ']) {
        if (ticket[index] === other) continue
        const changed = `${ticket.slice(0, index)}${other}${ticket.slice(index + 1)}`
        assert.equal(handles.read('oidc-login', changed, at(1)), undefined, changed)
      }
    }
    assert.equal(handles.read('oidc-login', 'A'.repeat(1_000_000), at(1)), undefined)
  })

  test('is no handle, and what is kept is no ticket', async (t) => {
    const { handles, puts } = await aStage(t)
    await handles.keep('terminal-code', CODE, at(0))
    assert.equal(handles.read('saml-request', puts[0]?.value ?? '', at(1)), undefined)
    assert.equal(await handles.find('terminal-code', handles.seal('saml-request', REQUEST, at(0)), at(1)), undefined)
  })
})

describe('a store that cannot keep more', () => {
  test('says so, and a share of it makes way for its own holder alone', async (t) => {
    const storage = await openSqlStorage({ data: ':memory:', browserStates: 3 })
    t.after(() => storage.close())
    const keyring = memoryKeyRing({ random: systemRandom, clock: systemClock })
    const handles = new BrowserHandles({ states: storage.browsers, keyring, random: systemRandom })
    const keep = (holder: string, now: number) =>
      handles.keep('terminal-code', CODE, at(now), undefined, { holder, most: 2 })
    const all = [await keep('a', 0), await keep('a', 1), await keep('a', 2), await keep('b', 3)]
    const found = await Promise.all(all.map((handle) => handles.find('terminal-code', handle, at(4))))
    assert.deepEqual(
      found.map((each) => each !== undefined),
      [false, true, true, true],
    )
    await assert.rejects(keep('c', 4), StoreUnavailable)
    await keep('a', 5)
  })
})
