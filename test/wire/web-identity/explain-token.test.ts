import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { DecodeAuthorizationMessageCommand, STSClient } from '@aws-sdk/client-sts'
import { signed } from '../../fake-issuer.ts'
import { SOURCE, TARGET } from '../cast.ts'
import { ATTACKS } from './attacks.ts'
import { CLIENT, providerArn, roleArn, type Setting, setUp } from './setting.ts'

interface Explained {
  readonly allowed: boolean
  readonly because: string
  readonly refusal?: { readonly code: string; readonly message: string }
  readonly checks: readonly { readonly check: string; readonly outcome: string; readonly found: string }[]
  readonly tree: readonly string[]
  readonly changes: readonly string[]
  readonly notGiven: readonly string[]
}

const CHECKS = [
  'form',
  'claims',
  'issuer',
  'purpose',
  'audience',
  'algorithm',
  'key',
  'signature',
  'times',
  'tags',
  'roles',
]

let set: Setting
before(async () => {
  set = await setUp()
})
after(() => set[Symbol.asyncDispose]())

async function operator(operation: string, input: unknown): Promise<{ status: number; text: string }> {
  const { addresses, operatorToken } = set.broker
  const answer = await fetch(`${addresses.admin}/operations/${operation}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${operatorToken}` },
    body: JSON.stringify(input),
  })
  return { status: answer.status, text: await answer.text() }
}

async function explain(token: string, role = roleArn('Open'), more: object = {}): Promise<Explained> {
  const { status, text } = await operator('ExplainToken', { token, role, ...more })
  assert.equal(status, 200, text)
  return JSON.parse(text)
}

function outcomes({ checks }: Explained): Record<string, string> {
  return Object.fromEntries(checks.map(({ check, outcome }) => [check, outcome]))
}

describe('a token is explained as it would be judged', () => {
  for (const { rule, token, params = {} } of ATTACKS) {
    test(`refused with the same words: ${rule}`, async () => {
      const text = await token(set)
      const { code, message } = (await set.exchange(text, params)).fault ?? {}
      const role = typeof params['RoleArn'] === 'string' ? params['RoleArn'] : roleArn('Open')
      const answer = await operator('ExplainToken', { token: text, role })
      if (params['ProviderId'] !== undefined || answer.status === 400) return
      const explained: Explained = JSON.parse(answer.text)
      assert.equal(explained.allowed, false)
      const now = / [0-9]+/g
      assert.deepEqual(
        [explained.refusal?.code, explained.refusal?.message.replace(now, '').replaceAll('\0', '\ufffd')],
        [code, message?.replace(now, '')],
      )
      assert.deepEqual(
        explained.checks.map(({ check }) => check),
        CHECKS,
        'every check has an outcome',
      )
      assert.ok(explained.changes.length > 0, 'something is said of what would have to change')
      assert.ok(text.length < 20 || !answer.text.includes(text), 'the token is not repeated')
      assert.match(answer.text, /^[^\p{Cc}\u202a-\u202e]*$/u)
    })
  }

  test('one that is right in everything is allowed by all checks and the trust policy', async () => {
    const explained = await explain(await set.token())
    assert.deepEqual(outcomes(explained), Object.fromEntries(CHECKS.map((check) => [check, 'ok'])))
    assert.equal(explained.allowed, true)
    assert.equal(explained.because, 'the role trust policy (statement 1) allows it')
    assert.deepEqual(explained.changes, [])
  })

  test('every check is made, whatever came of those before it', async () => {
    const now = Math.floor(Date.now() / 1000)
    const token = await signed(
      set.claims({ aud: 'other', iat: now - 7200, exp: now - 900, 'https://aws.amazon.com/roles': 'none' }),
      set.attackerKey,
    )
    const explained = await explain(token)
    const refused = Object.entries(outcomes(explained)).flatMap(([check, outcome]) => (outcome === 'no' ? [check] : []))
    assert.deepEqual(refused, ['audience', 'signature', 'times', 'roles'])
    assert.equal(explained.refusal?.message, 'Incorrect token audience')
    assert.match(explained.tree.join('\n'), /no {2}times {6}issued 2 hours ago, expired 15 minutes ago/)
  })

  test('claims that nothing checks or names are not told', async () => {
    const { text } = await operator('ExplainToken', {
      token: await set.token({ email_of_boss: 'boss@example.com', sub: 'bob' }),
      role: roleArn('Pinned'),
    })
    assert.match(text, /bob/)
    assert.doesNotMatch(text, /boss/)
  })

  test('a condition that is not met is told with the claim and what the policy wants', async () => {
    const { because, refusal, changes } = await explain(await set.token({ sub: 'Alice' }), roleArn('Pinned'))
    const key = `${set.main.issuer.replace('http://', '')}:sub`
    assert.equal(because, `the role trust policy would allow it if ${key} were "alice" (it is "Alice")`)
    assert.deepEqual(refusal, {
      code: 'AccessDenied',
      message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    })
    assert.match(changes.join('\n'), /"Alice" and "alice" are not the same/)
  })

  test('what only a request can tell counts as absent, unless it is given', async () => {
    const token = await set.token()
    const without = await explain(token, roleArn('Named'))
    assert.deepEqual([without.allowed, without.notGiven], [false, ['sts:RoleSessionName']])
    assert.equal((await explain(token, roleArn('Named'), { sessionName: 'session' })).allowed, true)
    assert.equal((await explain(token, roleArn('Named'), { sessionName: 'other' })).allowed, false)
  })

  test('tags and a source identity need what a request would need', async () => {
    const tags = { 'https://aws.amazon.com/tags': { principal_tags: { Team: ['core'] } } }
    assert.equal((await explain(await set.token(tags))).allowed, true)
    const { allowed, because } = await explain(await set.token(tags), roleArn('Bare'))
    assert.deepEqual([allowed, because.includes('sts:TagSession')], [false, true])
  })

  const TAGS = 'https://aws.amazon.com/tags'
  const long = (index: number) => createHash('sha512').update(String(index)).digest('hex')
  for (const [rule, over, params, code] of [
    [
      'more tags than a session has room for',
      { [TAGS]: { principal_tags: Object.fromEntries(Array.from({ length: 45 }, (_, at) => [`k${at}`, [long(at)]])) } },
      {},
      'PackedPolicyTooLarge',
    ],
    ['a session longer than the role gives', {}, { DurationSeconds: '7200' }, 'ValidationError'],
    ['a session longer than any', {}, { DurationSeconds: '43201' }, 'ValidationError'],
    ['a session of no length', {}, { DurationSeconds: 'x' }, 'MalformedInput'],
  ] as const) {
    test(`what a role would permit and no session can have is refused with the same words: ${rule}`, async () => {
      const token = await set.token(over)
      const { fault } = await set.exchange(token, params)
      assert.equal(fault?.code, code)
      const more = 'DurationSeconds' in params ? { durationSeconds: params.DurationSeconds } : {}
      const explained = await explain(token, roleArn('Open'), more)
      assert.equal(explained.allowed, false)
      assert.deepEqual(explained.refusal, { code: fault?.code, message: fault?.message ?? '' })
      assert.ok(explained.because !== '')
    })
  }

  for (const [rule, token] of [
    ['nothing', ''],
    ['three characters', 'abc'],
    ['more characters than there may be', 'a'.repeat(20_001)],
  ] as const) {
    test(`what is not even read is refused with the same words: ${rule}`, async () => {
      const { fault } = await set.exchange(token)
      assert.equal(fault?.code, 'ValidationError')
      const { allowed, refusal } = await explain(token)
      assert.deepEqual([allowed, refusal], [false, { code: fault?.code, message: fault?.message }])
    })
  }

  test('nothing that a token says of its issuer moves a cursor, in the answer neither', async () => {
    const iss = `${set.main.issuer}\u001b[2J\u009b31m\u202e\u2066\u0007`
    const token = await set.token({ iss })
    const { refusal } = await explain(token)
    const unseen = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u
    assert.doesNotMatch(refusal?.message ?? '', unseen)
    assert.doesNotMatch((await set.exchange(token)).fault?.message ?? '', unseen)
  })

  test('a role that is not there is told to be missing', async () => {
    assert.match((await explain(await set.token(), roleArn('Absent'))).because, /^there is no role /)
  })
})

describe('pitfalls are named', () => {
  const changesFor = async (over: Record<string, unknown>, role?: string): Promise<string> =>
    (await explain(await set.token(over), role)).changes.join('\n')

  test('a slash at the end of the issuer', async () => {
    assert.match(await changesFor({ iss: `${set.main.issuer}/` }), /the slash at the end counts/)
  })
  test('capitals, http, and another path', async () => {
    assert.match(await changesFor({ iss: set.main.issuer.replace('realms', 'Realms') }), /capitals count/)
    assert.match(await changesFor({ iss: set.main.issuer.replace('http:', 'https:') }), /http is not https/)
    assert.match(await changesFor({ iss: `${set.main.origin}/realms/other` }), /another port or path/)
    assert.match(await changesFor({ iss: 'http://idp.example.com' }), /--local-issuer http:\/\/idp\.example\.com/)
  })
  test('an issuer that looks like one that is trusted', async () => {
    assert.match(await changesFor({ iss: 'https://idp.airgap.examp1e.com' }), /^Beware: .* is another issuer/)
    assert.match(await changesFor({ iss: 'https://\u0456dp.airgap.example.com' }), /^Beware: /)
    assert.doesNotMatch(await changesFor({ iss: 'https://www.example.org' }), /Beware/)
  })
  test('a provider of another account', async () => {
    const changes = await changesFor({}, roleArn('Open', TARGET))
    assert.match(changes, new RegExp(`^Account ${SOURCE} has that provider, .* create it in ${TARGET}`))
  })
  test('audiences: azp before aud, several, one that is nearly right', async () => {
    assert.match(await changesFor({ azp: 'other' }), /azp counts wherever a token has it/)
    assert.match(await changesFor({ aud: [CLIENT, 'other'] }), /a token with one audience/)
    assert.match(await changesFor({ aud: `${CLIENT}/` }), /are not the same/)
  })
  test('tokens that are none: opaque, encrypted, with a word or a line too many', async () => {
    const token = await set.token()
    for (const [text, says] of [
      ['EAACEdEose0cBA', /only its issuer can read/],
      ['a.b.c.d.e', /without encrypting/],
      [`Bearer ${token}`, /the word Bearer/],
      [`${token}\n`, /white space/],
      [token.slice(0, 80), /only its issuer can read|exactly as/],
    ] as const) {
      assert.match((await explain(text)).changes.join('\n'), says)
    }
  })
  test('an access token with client_id and no aud', async () => {
    assert.match(await changesFor({ aud: undefined, client_id: 'x' }), /Send the ID token/)
  })
})

describe('what the operator may not send is told', () => {
  for (const [rule, input] of [
    ['no token', { role: roleArn('Open') }],
    ['no role', { token: 'x' }],
    ['a role that is none', { token: 'x', role: `arn:aws:iam::${SOURCE}:user/alice` }],
    ['a role by name', { token: 'x', role: 'Open' }],
    ['a session name that is none', { token: 'x', role: roleArn('Open'), sessionName: '?' }],
    ['far too much', { token: 'x'.repeat(70_000), role: roleArn('Open') }],
    ['a list', []],
  ] as const) {
    test(rule, async () => assert.equal((await operator('ExplainToken', input)).status, 400))
  }
})

describe('a refused exchange', () => {
  test('of a token that proves nobody is explained to the account of its provider, and to nobody else', async () => {
    // Of one provider and code a second is recorded at most, by the first.
    const aSecond = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 1200))
    await aSecond()
    const { headers, fault } = await set.exchange(await set.token({ aud: 'somebody else' }))
    assert.equal(fault?.message, 'Incorrect token audience')
    const message = String(headers['x-rolecall-explanation'])
    assert.ok(message.length <= 1024)
    await aSecond()
    const client = new STSClient(await set.broker.as('source/alice'))
    const { DecodedMessage = '' } = await client.send(
      new DecodeAuthorizationMessageCommand({ EncodedMessage: message }),
    )
    const { rolecall, context } = JSON.parse(DecodedMessage)
    assert.equal(context.principal.arn, providerArn(set.main))
    assert.match(rolecall.because, /^the token's audience: /)
    assert.match(rolecall.tree.join('\n'), /no {2}audience/)
    assert.match(rolecall.changes.join('\n'), /"somebody else"/)
    const { text } = await operator('ExplainRefusal', { requestId: rolecall.requestId })
    assert.deepEqual(JSON.parse(text).tree, rolecall.tree)
    const stranger = new STSClient(await set.broker.as(`arn:aws:iam::${TARGET}:root`))
    await assert.rejects(
      stranger.send(new DecodeAuthorizationMessageCommand({ EncodedMessage: message })),
      /Message is not valid/,
    )
  })

  test('of an unknown issuer is recorded nowhere, so nothing leads to it', async () => {
    const { headers } = await set.exchange(await signed(set.claims({ iss: set.attacker.issuer }), set.attackerKey))
    assert.equal(headers['x-rolecall-explanation'], undefined)
  })
})
