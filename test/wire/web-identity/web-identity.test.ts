import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  DecodeAuthorizationMessageCommand,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { fromTokenFile } from '@aws-sdk/credential-providers'
import { issuerKey, signed } from '../../fake-issuer.ts'
import { SOURCE } from '../cast.ts'
import type { Params } from '../wire-client.ts'
import { AIR_GAPPED, CLIENT, providerArn, roleArn, type Setting, setUp } from './setting.ts'

const DENIED = 'Not authorized to perform sts:AssumeRoleWithWebIdentity'
const TAGS = { 'https://aws.amazon.com/tags': { principal_tags: { Team: ['core'] }, transitive_tag_keys: ['Team'] } }
const aSecond = () => new Promise((resolve) => setTimeout(resolve, 1100))
const now = (): number => Math.floor(Date.now() / 1000)

describe('web identity', () => {
  let set: Setting
  before(async () => {
    set = await setUp()
  })
  after(() => set[Symbol.asyncDispose]())

  /** An SDK client that signs nothing: the SDK would refuse to send without anything. */
  const unsigned = () =>
    new STSClient({
      endpoint: set.broker.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIANOBODY0000000000', secretAccessKey: 'nothing' },
    })
  const exchanged = async (over: Record<string, unknown> = {}, params: Record<string, unknown> = {}) =>
    await unsigned().send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: roleArn('Open'),
        RoleSessionName: 'session',
        WebIdentityToken: await set.token(over),
        ...params,
      }),
    )
  const sessionOf = ({ Credentials: made }: Awaited<ReturnType<typeof exchanged>>) => {
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = made ?? {}
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    return new STSClient({ endpoint: set.broker.endpoint, region: 'us-east-1', credentials })
  }
  const refusal = async (token: string, params: Params = {}) => {
    const { status, fault, headers } = await set.exchange(token, params)
    return { status, code: fault?.code, message: fault?.message, explanation: headers['x-rolecall-explanation'] }
  }

  describe('whom the role does not trust', () => {
    for (const [rule, name, over, params] of [
      ['a role that there is not', 'Absent', {}, {}],
      ['a role that trusts another provider', 'Second', {}, {}],
      ['a role that trusts everybody of AWS, and no provider', 'Everyone', {}, {}],
      ['a subject that the condition does not name', 'Pinned', { sub: 'bob' }, {}],
      ['a subject in other case', 'Pinned', { sub: 'Alice' }, {}],
      ['a claim that is another in all but case', 'Pinned', { sub: 'bob', Sub: 'alice', SUB: 'alice' }, {}],
      ['an audience that the condition does not name', 'Pinned', { aud: 'azp-client' }, {}],
      ['an authorized party that the condition does not name', 'Pinned', { azp: 'azp-client' }, {}],
      ['a session name that the condition does not name', 'Named', {}, { RoleSessionName: 'other' }],
      ['another authentication method', 'ByMethod', { amr: ['pwd'] }, {}],
      ['no authentication method', 'ByMethod', {}, {}],
      ['a token that names no roles, where that is asked for', 'ByRoles', {}, {}],
      ['tags where nobody may bring them', 'Bare', TAGS, {}],
      ['a source identity where nobody may set one', 'Bare', { 'https://aws.amazon.com/source_identity': 'ann' }, {}],
      [
        'the right roles claim with a trust that refuses',
        'Second',
        { 'https://aws.amazon.com/roles': roleArn('Second') },
        {},
      ],
    ] as const) {
      test(`${rule} is refused with AWS's one answer`, async () => {
        const { status, code, message, explanation } = await refusal(await set.token(over), {
          RoleArn: roleArn(name),
          ...params,
        })
        assert.deepEqual({ status, code, message }, { status: 403, code: 'AccessDenied', message: DENIED })
        assert.ok(typeof explanation === 'string' && explanation.length <= 1024)
      })
    }

    test('an answer does not tell, by its length or its explanation, whether there is such a role', async () => {
      const token = await set.token()
      const [absent, closed] = [
        await set.exchange(token, { RoleArn: roleArn('Abcent') }),
        await set.exchange(token, { RoleArn: roleArn('Second') }),
      ]
      assert.equal(absent.body.length, closed.body.length)
      assert.equal(
        String(absent.headers['x-rolecall-explanation']).length,
        String(closed.headers['x-rolecall-explanation']).length,
      )
    })

    test('a provider that is not of OpenID Connect is unknown', async () => {
      const params = { ProviderId: 'graph.facebook.com' }
      const { status, code, message } = await refusal('EAACEdEose0cBA', params)
      assert.deepEqual([status, code], [403, 'AccessDenied'])
      assert.match(message ?? '', /^Unrecognized OAuth provider\. Do not include a provider parameter/)
    })

    test('parameters are read before the token, and what is wrong with that is not repeated', async () => {
      const long = await refusal('x'.repeat(20_001), { RoleSessionName: '?' })
      assert.equal(long.code, 'ValidationError')
      assert.equal(
        long.message,
        "3 validation errors detected: Value '?' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*; Value '?' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2; Value at 'webIdentityToken' failed to satisfy constraint: Member must have length less than or equal to 20000",
      )
      const none = await refusal('', { RoleArn: 'a-role-of-some-account' })
      assert.match(none.message ?? '', /Value at 'webIdentityToken' .* greater than or equal to 4$/)
      const arn = await refusal('token', { RoleArn: 'not-an-arn-of-any-kind-at-all' })
      assert.deepEqual([arn.status, arn.code, arn.message], [400, 'ValidationError', 'Request ARN is invalid'])
    })

    test('a duration is judged after the role is found, within what that allows', async () => {
      const { status, code, message } = await refusal(await set.token(), { DurationSeconds: '3601' })
      assert.deepEqual(
        [status, code, message],
        [400, 'ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'],
      )
      const absent = await refusal(await set.token(), { DurationSeconds: '3601', RoleArn: roleArn('Absent') })
      assert.equal(absent.code, 'AccessDenied')
      const short = await refusal(await set.token(), { DurationSeconds: '899' })
      assert.equal(short.code, 'ValidationError')
    })

    test('a session policy that is none is refused after the proof', async () => {
      assert.equal((await refusal(await set.token(), { Policy: '{' })).code, 'MalformedPolicyDocument')
      assert.equal((await refusal('token', { Policy: '{' })).code, 'InvalidIdentityToken')
    })
  })

  describe('whom it trusts', () => {
    test('gets credentials, and is told whose they are', async () => {
      const { $metadata: _, Credentials, ...rest } = await exchanged()
      const { AssumedRoleId } = rest.AssumedRoleUser ?? {}
      assert.match(AssumedRoleId ?? '', /^AROA[A-Z2-7]{16,17}:session$/)
      assert.deepEqual(rest, {
        AssumedRoleUser: { Arn: `arn:aws:sts::${SOURCE}:assumed-role/Open/session`, AssumedRoleId },
        Audience: CLIENT,
        Provider: providerArn(set.main),
        SubjectFromWebIdentityToken: 'alice',
      })
      const lifetime = (Credentials?.Expiration?.getTime() ?? 0) - Date.now()
      assert.ok(lifetime > 3_590_000 && lifetime <= 3_600_000)
      const { Arn } = await sessionOf({ $metadata: {}, Credentials }).send(new GetCallerIdentityCommand({}))
      assert.equal(Arn, `arn:aws:sts::${SOURCE}:assumed-role/Open/session`)
    })

    for (const [rule, name, over] of [
      ['with ES256', 'Open', undefined],
      ['whose conditions are met', 'Pinned', {}],
      ['for one audience in a list', 'Pinned', { aud: [CLIENT] }],
      ['whose azp is the client that is registered', 'Open', { aud: 'unknown', azp: 'azp-client' }],
      ['for several audiences, by its azp', 'Open', { aud: ['a', 'b'], azp: CLIENT }],
      ['with a method among several', 'ByMethod', { amr: ['pwd', 'mfa'] }],
      ['with one method as a text', 'ByMethod', { amr: 'mfa' }],
      [
        'that names the role among its own',
        'ByRoles',
        { 'https://aws.amazon.com/roles': [roleArn('X'), ` ${roleArn('ByRoles')}`] },
      ],
      [
        'that names the role in a list as text',
        'ByRoles',
        { 'https://aws.amazon.com/roles': `${roleArn('X')}; ${roleArn('ByRoles')}` },
      ],
      ['that names no roles', 'Open', { 'https://aws.amazon.com/roles': null }],
      ['that expired less than five minutes ago', 'Open', { iat: now() - 600, exp: now() - 290 }],
      ['that was issued less than five minutes ahead', 'Open', { iat: now() + 290, nbf: now() + 290 }],
      ['with times as digits', 'Open', { iat: String(now()), exp: String(now() + 60) }],
      ['that is nearly a day old', 'Open', { iat: now() - 86_400, exp: now() + 60 }],
      ['with a number for its subject', 'Open', { sub: 12345 }],
      ['whose azp, nbf and email are null', 'Pinned', { azp: null, nbf: null, email: null }],
      ['with a fraction that nobody compares', 'Open', { rank: 1.5 }],
      [
        'with claims of many kinds',
        'Open',
        { email: 'a@b', kubernetes: { pod: { name: 'x' } }, groups: Array(500).fill('x'), ok: true, none: null },
      ],
    ] as const) {
      test(`a token ${rule} is exchanged`, async () => {
        const token = over === undefined ? await signed(set.claims(), set.ec) : await set.token(over)
        const { status, body } = await set.exchange(token, { RoleArn: roleArn(name) })
        assert.equal(status, 200, body)
      })
    }

    for (const header of [
      { typ: 'JWT' },
      { typ: 'at+jwt' },
      { typ: 'application/at+jwt' },
      { x5t: 'abc' },
      { kid: 'rsa', jku: 'https://idp/keys' },
    ]) {
      test(`a token with ${JSON.stringify(header)} in its header is exchanged`, async () => {
        const fetched = set.main.fetched.length
        assert.equal((await set.exchange(await set.token({}, header))).status, 200)
        assert.ok(set.main.fetched.length <= fetched + 2)
      })
    }

    test('may send the same token again, by POST and by GET, with a signature that nobody looks at', async () => {
      const token = await set.token()
      assert.equal((await set.exchange(token)).status, 200)
      assert.equal((await set.exchange(token)).status, 200)
      const query = new URLSearchParams({ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15' })
      for (const [name, value] of Object.entries({
        RoleArn: roleArn('Open'),
        RoleSessionName: 'session',
        WebIdentityToken: token,
      })) {
        query.set(name, value)
      }
      const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=nobody' }
      const answer = await fetch(`${set.broker.endpoint}/?${query}`, { headers })
      assert.equal(answer.status, 200, await answer.text())
      assert.equal(answer.headers.get('cache-control'), 'no-store')
    })

    test('has tags and a source identity from the token, and hands them down', async () => {
      const answer = await exchanged({ ...TAGS, 'https://aws.amazon.com/source_identity': 'ann' })
      assert.equal(answer.SourceIdentity, 'ann')
      assert.ok((answer.PackedPolicySize ?? 0) > 0)
      // What is inherited cannot be changed: the answer comes before access is decided.
      const again = sessionOf(answer).send(
        new AssumeRoleCommand({
          RoleArn: roleArn('Open'),
          RoleSessionName: 'next',
          Tags: [{ Key: 'team', Value: 'x' }],
        }),
      )
      await assert.rejects(again, { name: 'InvalidParameterValue' })
    })

    test('gets tags from claims of their own, too', async () => {
      const flat = {
        'https://aws.amazon.com/tags/principal_tags/Team': 'core',
        'https://aws.amazon.com/tags/transitive_tag_keys': ['team'],
      }
      assert.ok(((await exchanged(flat)).PackedPolicySize ?? 0) > 0)
    })

    for (const [sub, outcome] of [
      ['alice', 'allowed'],
      ['bob', 'AccessDenied'],
    ]) {
      test(`goes on being ${sub} from that provider, in the conditions of later requests`, async () => {
        const session = sessionOf(await exchanged({ sub }, { RoleArn: roleArn('Onward') }))
        const next = session.send(new AssumeRoleCommand({ RoleArn: roleArn('Next'), RoleSessionName: 'next' }))
        assert.equal(
          await next.then(
            () => 'allowed',
            (error: Error) => error.name,
          ),
          outcome,
        )
      })
    }

    test('is proven with keys that were given, without anything being asked', async () => {
      const iss = `https://${AIR_GAPPED}`
      const own = { RoleArn: roleArn('Static') }
      const { status, body } = await set.exchange(await set.token({ iss }), own)
      assert.equal(status, 200, body)
      for (const token of [
        await set.token({ iss }, { kid: 'unknown' }),
        await signed(set.claims({ iss }), set.attackerKey),
      ]) {
        const startedAt = performance.now()
        assert.equal((await refusal(token, own)).code, 'InvalidIdentityToken')
        assert.ok(performance.now() - startedAt < 500)
      }
    })

    test('has a session policy and a duration from the request', async () => {
      const Policy = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'
      const { PackedPolicySize, Credentials } = await exchanged({}, { Policy, DurationSeconds: 900 })
      assert.ok((PackedPolicySize ?? 0) > 0)
      assert.ok((Credentials?.Expiration?.getTime() ?? 0) - Date.now() <= 900_000)
    })

    test('needs nothing but the file that AWS SDKs know', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'rolecall-token-'))
      const webIdentityTokenFile = join(folder, 'token')
      writeFileSync(webIdentityTokenFile, await set.token())
      const credentials = fromTokenFile({
        webIdentityTokenFile,
        roleArn: roleArn('Pinned'),
        roleSessionName: 'pod',
        clientConfig: { endpoint: set.broker.endpoint, region: 'us-east-1' },
      })
      const client = new STSClient({ endpoint: set.broker.endpoint, region: 'us-east-1', credentials })
      const { Arn } = await client.send(new GetCallerIdentityCommand({}))
      assert.equal(Arn, `arn:aws:sts::${SOURCE}:assumed-role/Pinned/pod`)
      rmSync(folder, { recursive: true })
    })
  })

  describe('what is kept of it', () => {
    const recorded = async (sessionName: string) =>
      (await set.broker.events()).filter(
        ({ requestParameters }) =>
          (requestParameters as { roleSessionName?: string } | null)?.roleSessionName === sessionName,
      )

    test('a grant says who came from where, and holds neither token nor secret', async () => {
      const token = await set.token(TAGS)
      await set.exchange(token, { RoleSessionName: 'recorded' })
      const [record, ...more] = await recorded('recorded')
      assert.deepEqual(more, [])
      const provider = providerArn(set.main)
      assert.deepEqual(record?.['userIdentity'], {
        type: 'WebIdentityUser',
        principalId: `${provider}:${CLIENT}:alice`,
        userName: 'alice',
        identityProvider: provider,
      })
      assert.equal(record?.recipientAccountId, SOURCE)
      assert.deepEqual(record?.['requestParameters'], {
        roleArn: roleArn('Open'),
        roleSessionName: 'recorded',
        principalTags: { Team: 'core' },
        transitiveTagKeys: ['Team'],
      })
      assert.ok(!JSON.stringify(record).includes(token.slice(0, 100)))
    })

    test('a refusal of the role is recorded, and its account reads why', async () => {
      // Those of other tests are counted with it within a second.
      await aSecond()
      const { explanation } = await refusal(await set.token({ sub: 'mallory' }), {
        RoleArn: roleArn('Pinned'),
        RoleSessionName: 'refused',
      })
      const [record] = await recorded('refused')
      assert.equal(record?.errorCode, 'AccessDenied')
      const alice = await set.broker.as('source/alice')
      const client = new STSClient(alice)
      const { DecodedMessage = '' } = await client.send(
        new DecodeAuthorizationMessageCommand({ EncodedMessage: String(explanation) }),
      )
      assert.match(DecodedMessage, /mallory/)
      assert.match(DecodedMessage, /:sub/)
    })

    test('tokens that prove nobody are recorded once a second for each provider and reason, with how many they were', async () => {
      // Those of other tests are told of first.
      await aSecond()
      const before = (await set.broker.events()).length
      for (let times = 0; times < 5; times++) await set.exchange(await signed(set.claims(), set.attackerKey))
      await set.exchange(await signed(set.claims({ iss: set.attacker.issuer }), set.attackerKey))
      await set.exchange('no token')
      await aSecond()
      const records = (await set.broker.events()).slice(before)
      assert.equal(records.length, 1)
      const [record] = records
      assert.equal(record?.errorCode, 'InvalidIdentityToken')
      assert.deepEqual(record?.['userIdentity'], { type: 'WebIdentityUser', identityProvider: providerArn(set.main) })
      assert.deepEqual(record?.['additionalEventData'], { refusedTokens: 5 })
    })
  })

  test('a provider that is revoked takes its sessions along, and no others', async () => {
    const key = await issuerKey('new')
    set.second.keys = [set.secondKey.jwk, key.jwk]
    const mine = sessionOf(await exchanged())
    const others = await unsigned().send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: roleArn('Second'),
        RoleSessionName: 'session',
        WebIdentityToken: await signed(set.claims({ iss: set.second.issuer }), key),
      }),
    )
    const answer = await fetch(`${set.broker.addresses.admin}/operations/RevokeSessions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${set.broker.operatorToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'provider', target: providerArn(set.main) }),
    })
    assert.equal(answer.status, 200, await answer.text())
    await assert.rejects(mine.send(new GetCallerIdentityCommand({})), { name: 'InvalidClientTokenId' })
    assert.ok(await sessionOf(others).send(new GetCallerIdentityCommand({})))
  })
})
