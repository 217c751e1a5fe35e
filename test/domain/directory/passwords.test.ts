import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { passwordViolation } from '../../../src/domain/directory/index.ts'
import { Passwords } from '../../../src/domain/directory/passwords.ts'
import type { PasswordPolicy } from '../../../src/domain/directory/records.ts'
import { epochMillis, Overloaded, Secret } from '../../../src/model/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { anAccount, aUser, aWorld, SOURCE } from './samples.ts'

const GOOD = 'Correct horse 7'
const OTHER = 'Battery staple 8'

describe('hashes of passwords', () => {
  const passwords = new Passwords(systemRandom)

  test('another password, an empty hash and nobody are all just not it', async () => {
    const kept = await passwords.hash(new Secret(GOOD), SOURCE)
    assert.equal(await passwords.verify(new Secret(OTHER), SOURCE, kept), false)
    assert.equal(await passwords.verify(new Secret(`${GOOD} `), SOURCE, kept), false)
    assert.equal(await passwords.verify(new Secret(GOOD), SOURCE, undefined), false)
    assert.equal(await passwords.verify(new Secret(GOOD), SOURCE, kept), true)
  })

  test('for nobody the same work is done', async () => {
    const kept = await passwords.hash(new Secret(GOOD), SOURCE)
    const took = async (work: () => Promise<unknown>) => {
      const times: number[] = []
      for (let round = 0; round < 3; round++) {
        const from = performance.now()
        await work()
        times.push(performance.now() - from)
      }
      return Math.min(...times)
    }
    const known = await took(() => passwords.verify(new Secret(OTHER), SOURCE, kept))
    const unknown = await took(() => passwords.verify(new Secret(OTHER), SOURCE, undefined))
    assert.ok(unknown > known / 3, `${unknown} ms for nobody, ${known} ms for somebody`)
  })

  test('two users with one password have two hashes; the two of one user share the salt', async () => {
    const one = await passwords.hash(new Secret(GOOD), SOURCE)
    const other = await passwords.hash(new Secret(GOOD), SOURCE)
    assert.notEqual(one.hash, other.hash)
    const next = await passwords.hash(new Secret(OTHER), SOURCE, one)
    assert.equal(next.salt, one.salt)
    assert.equal(await passwords.isAmong(new Secret(GOOD), SOURCE, [next, one]), true)
    assert.equal(await passwords.isAmong(new Secret(OTHER), SOURCE, [one, other]), false)
    assert.equal(await passwords.isAmong(new Secret(OTHER), SOURCE, []), false)
  })

  test('one of an older setting is recognised, and made anew under the present one', async () => {
    const older = { cost: 2 ** 10, blockSize: 8, parallelization: 1, salt: 'c2FsdA==' }
    const { scryptSync } = await import('node:crypto')
    const hash = scryptSync(GOOD, Buffer.from('salt'), 32, { cost: 2 ** 10 }).toString('base64')
    assert.equal(await passwords.verify(new Secret(GOOD), SOURCE, { ...older, hash }), true)
    assert.notEqual((await passwords.hash(new Secret(GOOD), SOURCE, { ...older, hash })).salt, older.salt)
  })

  test('a password that was tried five times is locked for five minutes, whoever tries it and however many at once', async () => {
    const kept = await passwords.hash(new Secret(GOOD), SOURCE)
    const from = Date.parse('2026-01-01')
    const by = { peer: '192.0.2.1', typed: 'alice' }
    const prove = (password: string, after: number, of = kept) =>
      passwords.prove(new Secret(password), by, of, epochMillis(from + after))
    const answers = await Promise.all(Array.from({ length: 20 }, () => prove(OTHER, 0)))
    assert.deepEqual(
      [answers.filter((each) => each === 'wrong').length, answers.filter((each) => each === 'locked').length],
      [5, 15],
    )
    assert.equal(await prove(GOOD, 299_999), 'locked')
    const next = await passwords.hash(new Secret(OTHER), SOURCE, kept)
    assert.equal(await prove(OTHER, 1, next), 'right', 'a new password is not locked')
    assert.equal(await prove(GOOD, 300_000), 'right')
    for (let time = 0; time < 4; time++) assert.equal(await prove(OTHER, 300_001), 'wrong')
    assert.equal(await prove(GOOD, 300_002), 'right', 'whoever knows it starts anew')
    for (let time = 0; time < 4; time++) assert.equal(await prove(OTHER, 300_003), 'wrong')
    assert.equal(await prove(GOOD, 300_004), 'right')
  })

  test('strangers lock out each other, wherever they come from, and never the user who is proven; nor the other way round', async () => {
    const now = epochMillis(0)
    for (const isStranger of [true, false]) {
      const kept = await passwords.hash(new Secret(GOOD), SOURCE)
      const stranger = (peer: number) => ({ peer: `192.0.2.${peer}`, typed: `name ${peer}` })
      const guesser = (peer: number) => (isStranger ? stranger(peer) : SOURCE)
      for (let time = 0; time < 5; time++) {
        assert.equal(await passwords.prove(new Secret(OTHER), guesser(time), kept, now), 'wrong')
      }
      assert.equal(await passwords.prove(new Secret(GOOD), guesser(9), kept, now), 'locked')
      assert.equal(await passwords.prove(new Secret(GOOD), isStranger ? SOURCE : stranger(9), kept, now), 'right')
      assert.equal(await passwords.prove(new Secret(GOOD), guesser(9), kept, now), 'locked', 'and stays so')
    }
  })

  test('an attempt that is refused before its turn is none', async () => {
    const { scryptSync } = await import('node:crypto')
    const cheap = { cost: 2, blockSize: 1, parallelization: 1, salt: '' }
    const hash = scryptSync(GOOD, '', 32, { cost: 2, blockSize: 1, parallelization: 1 }).toString('base64')
    const by = { peer: '192.0.2.1', typed: 'alice' }
    const others = Array.from({ length: 51 }, (_, name) => Buffer.alloc(32, name).toString('base64'))
    const now = epochMillis(0)
    const flood = others.map((other, name) =>
      passwords.prove(new Secret(OTHER), { ...by, typed: `${name}` }, { ...cheap, hash: other }, now),
    )
    for (let time = 0; time < 5; time++) {
      await assert.rejects(passwords.prove(new Secret(GOOD), by, { ...cheap, hash }, now), Overloaded)
    }
    await Promise.all(flood)
    assert.equal(await passwords.prove(new Secret(GOOD), by, { ...cheap, hash }, now), 'right')
  })

  test('a flood is refused at once, and what waits is answered', async () => {
    const flood = Array.from({ length: 130 }, () =>
      passwords.verify(new Secret(GOOD), SOURCE, {
        cost: 2,
        blockSize: 1,
        parallelization: 1,
        salt: '',
        hash: Buffer.alloc(32).toString('base64'),
      }),
    )
    const outcomes = await Promise.allSettled(flood)
    const refusals = outcomes.filter((each) => each.status === 'rejected')
    assert.ok(refusals.length >= 25, `${refusals.length} were refused`)
    assert.ok(refusals.every(({ reason }) => reason instanceof Overloaded))
  })
})

const NONE: PasswordPolicy = {
  minimumPasswordLength: 6,
  requireSymbols: false,
  requireNumbers: false,
  requireUppercaseCharacters: false,
  requireLowercaseCharacters: false,
  allowUsersToChangePassword: false,
  maxPasswordAge: undefined,
  passwordReusePrevention: undefined,
  hardExpiry: undefined,
}
const UPPER = 'Password should have at least one uppercase letter'
const LOWER = 'Password should have at least one lowercase letter'
const NUMBER = 'Password should have at least one number'
const SYMBOL = 'Password should have at least one symbol'

const VIOLATIONS: readonly (readonly [password: string, policy: Partial<PasswordPolicy> | undefined, says: string])[] =
  [
    ['aB3!aB3', undefined, 'Password should have a minimum length of 8'],
    [
      'abcdefgh',
      undefined,
      `Password should meet 2 more of the following requirements: ${UPPER}, ${NUMBER}, ${SYMBOL}`,
    ],
    ['abcdefg1', undefined, `Password should meet 1 more of the following requirements: ${UPPER}, ${SYMBOL}`],
    [
      '        ',
      undefined,
      `Password should meet 3 more of the following requirements: ${UPPER}, ${LOWER}, ${NUMBER}, ${SYMBOL}`,
    ],
    ['Corp-2026', undefined, 'Password should not be identical to the account name'],
    ['aaaaa', {}, 'Password should have a minimum length of 6'],
    ['aaaaaaaaa', { minimumPasswordLength: 10 }, 'Password should have a minimum length of 10'],
    ['aaaaaa', { requireUppercaseCharacters: true }, UPPER],
    ['AAAAAA', { requireLowercaseCharacters: true }, LOWER],
    ['aaaaaa', { requireNumbers: true }, NUMBER],
    ['aaaaaa', { requireSymbols: true }, SYMBOL],
    ['aaa;:,./?<>"~`\\', { requireSymbols: true }, SYMBOL],
    ['ÄÖÜäöü', { requireUppercaseCharacters: true, requireLowercaseCharacters: true }, `${UPPER}, ${LOWER}`],
    [
      'a',
      { requireSymbols: true, requireNumbers: true },
      `Password should have a minimum length of 6, ${NUMBER}, ${SYMBOL}`,
    ],
  ]

describe('password policies', () => {
  for (const [password, policy, says] of VIOLATIONS) {
    test(`${JSON.stringify(password)} breaks ${policy === undefined ? "AWS's own policy" : JSON.stringify(policy)}`, () => {
      const own = policy && { ...NONE, ...policy }
      assert.equal(passwordViolation(new Secret(password), own, ['111111111111', 'Corp-2026']), says)
    })
  }

  for (const symbol of "!@#$%^&*()_+-=[]{}|'") {
    test(`${symbol} is a symbol`, () => {
      assert.equal(passwordViolation(new Secret(`aaaaa${symbol}`), { ...NONE, requireSymbols: true }, []), undefined)
    })
  }

  test('three of four kinds and eight characters are enough where nobody set a policy', () => {
    for (const password of ['abcdefG1', 'abcdef1!', 'ABCDEF1!', 'abcdefG!']) {
      assert.equal(passwordViolation(new Secret(password), undefined, [undefined]), undefined)
    }
  })
})

describe('passwords in directory files', () => {
  const withPassword = (Password: string, PasswordResetRequired = false) =>
    anAccount(SOURCE, { Users: [aUser('alice', { LoginProfile: { Password, PasswordResetRequired } })] })
  const KEY = `${SOURCE}/alice`

  test('one that breaks the policy of its account is a mistake that does not repeat it', async (t) => {
    const { apply } = await aWorld(t)
    for (const [password, says] of [
      ['short', /minimum length of 8/],
      ['\u0416\u0416\u0416\u0416\u0416\u0416\u0416\u0416', /Latin-1/],
      ['x'.repeat(129), /128 characters/],
    ] as const) {
      await assert.rejects(apply(withPassword(password)), (error: Error) => {
        assert.match(error.message, says)
        assert.ok(!error.message.includes(password))
        return true
      })
    }
  })

  test('one that is the same is not set again; another one is; and left out it stays', async (t) => {
    const { apply, plan, directory } = await aWorld(t)
    await apply(withPassword(GOOD))
    assert.deepEqual(await plan(withPassword(GOOD)), [])
    const before = await directory.records.stored('login-profile', KEY)
    await apply(withPassword(OTHER, true))
    const after = await directory.records.stored('login-profile', KEY)
    assert.equal(after?.passwordResetRequired, true)
    assert.deepEqual(after?.earlier, [before?.password])
    await apply(anAccount(SOURCE, { Users: [aUser('alice')] }))
    assert.deepEqual(await directory.records.stored('login-profile', KEY), after)
    assert.ok(!JSON.stringify(after).includes(OTHER))
  })

  test('a user who is made anew under another path has no password from before', async (t) => {
    const { apply, directory } = await aWorld(t)
    await apply(withPassword(GOOD))
    await apply(anAccount(SOURCE, { Users: [aUser('alice', { Path: '/other/' })] }))
    assert.equal(await directory.records.stored('login-profile', KEY), undefined)
  })

  test('what IAM said of passwords stays when a file is applied', async (t) => {
    const { apply, directory } = await aWorld(t)
    await apply(withPassword(GOOD))
    await directory.edit(
      async (edit) => {
        const account = await edit.stored('account', SOURCE)
        if (account !== undefined) edit.put('account', SOURCE, SOURCE, { ...account, passwordPolicy: NONE })
      },
      async () => undefined,
    )
    await apply(anAccount(SOURCE, { Users: [aUser('alice')] }))
    assert.deepEqual((await directory.account(SOURCE))?.passwordPolicy?.minimumPasswordLength, 6)
    await apply(withPassword('simple'))
  })
})
