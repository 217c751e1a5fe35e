import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { GetFederationTokenCommand, GetSessionTokenCommand, GetWebIdentityTokenCommand } from '@aws-sdk/client-sts'
import type { JSONWebKeySet } from 'jose'
import { fc } from '../../fast-check.ts'
import { refused } from '../iam/iam-stage.ts'
import { formPost, queryGet, send, sign } from '../wire-client.ts'
import {
  ACCOUNT,
  AUDIENCE,
  AWS_CLAIM,
  claimsOf,
  OTHER,
  type OutboundStage,
  SELF,
  SILENT,
  setOutboundStage,
  verified,
} from './outbound-stage.ts'

const LENGTHS =
  'Member must satisfy constraint: [Member must have length less than or equal to 1000, Member must have length greater than or equal to 1]'
const ONE = '1 validation error detected: '
const UNSUPPORTED =
  'Requested SigningAlgorithm is not supported. See the GetWebIdentityToken documentation for supported algorithms'
const TWICE = 'Duplicate tag keys found. Please note that Tag keys are case insensitive.'
const tag = (Key: string, Value = 'test') => ({ Key, Value })
const failed = (value: string, at: string, constraint: string) =>
  `${ONE}Value ${value} at '${at}' failed to satisfy constraint: ${constraint}`

/** What AWS refuses before it looks who may: observed there, word by word. */
const MALFORMED: readonly (readonly [input: object, code: string, message: string])[] = [
  [{ SigningAlgorithm: 'RS384' }, 'ValidationError', UNSUPPORTED],
  [{ SigningAlgorithm: 'ES256' }, 'ValidationError', UNSUPPORTED],
  [{ SigningAlgorithm: 'HS256' }, 'ValidationError', UNSUPPORTED],
  [{ SigningAlgorithm: 'rs256' }, 'ValidationError', UNSUPPORTED],
  [
    { SigningAlgorithm: '' },
    'ValidationError',
    failed("''", 'signingAlgorithm', 'Member must have length greater than or equal to 5'),
  ],
  [
    { SigningAlgorithm: 'none' },
    'ValidationError',
    failed("'none'", 'signingAlgorithm', 'Member must have length greater than or equal to 5'),
  ],
  [
    { SigningAlgorithm: 'RS256x' },
    'ValidationError',
    failed("'RS256x'", 'signingAlgorithm', 'Member must have length less than or equal to 5'),
  ],
  [{ SigningAlgorithm: undefined }, 'ValidationError', failed('null', 'signingAlgorithm', 'Member must not be null')],
  [{ Audience: undefined }, 'ValidationError', failed('null', 'audience', 'Member must not be null')],
  [{ Audience: [''] }, 'ValidationError', failed("'[]'", 'audience', LENGTHS)],
  [{ Audience: ['a'.repeat(1001)] }, 'ValidationError', failed(`'[${'a'.repeat(1001)}]'`, 'audience', LENGTHS)],
  [
    { Audience: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10'] },
    'ValidationError',
    failed("'[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]'", 'audience', 'Member must have length less than or equal to 10'),
  ],
  ...[0, 59].map(
    (seconds) =>
      [
        { DurationSeconds: seconds },
        'ValidationError',
        failed(`'${seconds}'`, 'durationSeconds', 'Member must have value greater than or equal to 60'),
      ] as const,
  ),
  [
    { DurationSeconds: 3601 },
    'ValidationError',
    failed("'3601'", 'durationSeconds', 'Member must have value less than or equal to 3600'),
  ],
  [{ Tags: [tag('team'), tag('team')] }, 'InvalidParameterValue', TWICE],
  [{ Tags: [tag('team'), tag('Team')] }, 'InvalidParameterValue', TWICE],
]

describe('GetWebIdentityToken', () => {
  let stage: OutboundStage
  before(async () => {
    stage = await setOutboundStage()
  })
  after(() => stage[Symbol.asyncDispose]())

  for (const [input, code, message] of MALFORMED) {
    const shown = JSON.stringify(input).slice(0, 60)
    test(`${shown} is refused before it is asked who may`, async () => {
      await refused(stage.token(input), 400, code, message)
      await refused(stage.token(input, 'idle'), 400, code, message)
    })
  }

  test('a list without a single audience is refused', async () => {
    const message = failed("'[]'", 'audience', 'Member must have length greater than or equal to 1')
    await refused(stage.token({ Audience: [] }), 400, 'ValidationError', message)
  })

  const denied = (who: string, action: string, why: string) =>
    `User: arn:aws:iam::${ACCOUNT}:user/${who} is not authorized to perform: sts:${action} on resource: ${SELF} ${why}`
  const lacking = (action: string) => `because no identity-based policy allows the sts:${action} action`

  for (const who of ['idle', 'elsewhere']) {
    test(`whoever may not, as ${who}, is refused on the account's own resource`, async () => {
      const message = denied(who, 'GetWebIdentityToken', lacking('GetWebIdentityToken'))
      await refused(stage.token({}, who), 403, 'AccessDenied', message)
    })
  }

  test('an explicit deny wins', async () => {
    const message = denied('denied', 'GetWebIdentityToken', 'with an explicit deny in an identity-based policy')
    await refused(stage.token({}, 'denied'), 403, 'AccessDenied', message)
  })

  test('tags need a permission of their own', async () => {
    const message = denied('plain', 'TagGetWebIdentityToken', lacking('TagGetWebIdentityToken'))
    await refused(stage.token({ Tags: [tag('team')] }, 'plain'), 403, 'AccessDenied', message)
    assert.ok(await stage.token({}, 'plain'))
    assert.ok(await stage.token({ Tags: [tag('team')] }, 'scoped'))
  })

  test('conditions on tags compare what the request passes', async () => {
    for (const Tags of [[tag('team', 'other')], [tag('extra')], [tag('team'), tag('extra')]]) {
      const message = denied('tagger', 'TagGetWebIdentityToken', lacking('TagGetWebIdentityToken'))
      await refused(stage.token({ Tags }, 'tagger'), 403, 'AccessDenied', message)
    }
    assert.ok(await stage.token({ Tags: [tag('team')] }, 'tagger'))
  })

  test('conditions compare every audience, the algorithm, and the duration also where none was asked for', async () => {
    for (const input of [
      { Audience: ['other'] },
      { Audience: [AUDIENCE, 'other'] },
      { SigningAlgorithm: 'ES384' },
      { DurationSeconds: 301 },
    ]) {
      const message = denied('pinned', 'GetWebIdentityToken', lacking('GetWebIdentityToken'))
      await refused(stage.token(input, 'pinned'), 403, 'AccessDenied', message)
    }
    assert.ok(await stage.token({}, 'pinned'))
    assert.ok(await stage.token({ DurationSeconds: 300 }, 'pinned'))
  })

  test('a federated user gets none, whatever their policies say', async () => {
    const asked = {
      Name: 'guest',
      DurationSeconds: 900,
      Policy: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
    }
    const { Credentials: made } = await (await stage.sts('admin')).send(new GetFederationTokenCommand(asked))
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = made ?? {}
    const guest = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    await refused(
      stage.token({}, guest),
      403,
      'AccessDenied',
      'GetWebIdentityToken does not support federated user sessions',
    )
  })

  test('an account that does not vouch for anybody signs nothing', async () => {
    const message = 'OutboundWebIdentityFederation is disabled.'
    await refused(stage.token({}, `${SILENT}/admin`), 403, 'OutboundWebIdentityFederationDisabled', message)
  })

  test('a token never outlives the session that asks for it, nor ends with it', async () => {
    const work = await stage.session({ DurationSeconds: 900 })
    const message = "Requested token expiry time must be before the original session's expiry time."
    await refused(stage.token({ DurationSeconds: 3600 }, work), 403, 'SessionDurationEscalation', message)
    await refused(stage.token({ DurationSeconds: 900 }, work), 403, 'SessionDurationEscalation', message)
    assert.ok(await stage.token({ DurationSeconds: 880 }, work))
  })

  test('14,984 bytes of claims are taken and one more is not, whatever the letters', async () => {
    for (const SigningAlgorithm of ['RS256', 'ES384']) {
      const bytesIn = (token: string) => Buffer.from(token.split('.')[1] ?? '', 'base64url').length
      const Audience = Array.from({ length: 10 }, () => 'a'.repeat(1000))
      const Tags = Array.from({ length: 16 }, (_, index) => tag(`${index}`, 'v'.repeat(256)))
      const sized = (last: number) =>
        stage.token({ SigningAlgorithm, Audience, Tags: [...Tags, tag('last', 'v'.repeat(last))] })
      const rest = 14_984 - bytesIn(await sized(0))
      assert.ok(rest > 0 && rest < 256, `${rest}`)
      assert.equal(bytesIn(await sized(rest)), 14_984)
      const message = 'JWT payload exceeds maximum allowed size'
      await refused(sized(rest + 1), 400, 'JWTPayloadSizeExceeded', message)
      // Two bytes in UTF-8.
      const twoBytes = [...Tags, tag('last', `é${'v'.repeat(rest - 1)}`)]
      await refused(stage.token({ SigningAlgorithm, Audience, Tags: twoBytes }), 400, 'JWTPayloadSizeExceeded', message)
    }
  })

  test('no presigned URL gets a token', async () => {
    const { credentials } = await stage.broker.as(`arn:aws:iam::${ACCOUNT}:user/plain`)
    const params = {
      Action: 'GetWebIdentityToken',
      Version: '2011-06-15',
      'Audience.member.1': AUDIENCE,
      SigningAlgorithm: 'RS256',
    }
    const { host } = new URL(stage.broker.endpoint)
    const presigned = await sign(queryGet(host, params), credentials, { presigned: true })
    const answer = await send(stage.broker.endpoint, presigned)
    assert.equal(answer.status, 403)
    assert.doesNotMatch(answer.body, /eyJ/)
    const posted = await send(stage.broker.endpoint, await sign(formPost(host, params), credentials))
    assert.equal(posted.status, 200)
    assert.match(posted.body, /<WebIdentityToken>eyJ/)
  })

  test('a user says who they are, with claims as at AWS', async () => {
    const before = Math.floor(Date.now() / 1000)
    const client = await stage.sts('admin')
    const asked = { Audience: [AUDIENCE], SigningAlgorithm: 'RS256', DurationSeconds: 60 }
    const { WebIdentityToken = '', Expiration } = await client.send(new GetWebIdentityTokenCommand(asked))
    const { header, claims } = await verified(WebIdentityToken)
    assert.deepEqual(Object.keys(header), ['kid', 'typ', 'alg'])
    assert.deepEqual([header.typ, header.alg], ['JWT', 'RS256'])
    const { iss = '', iat = 0, jti = '', ...rest } = claims
    const sub = `arn:aws:iam::${ACCOUNT}:user/staff/admin`
    const organization = claims[AWS_CLAIM] as { org_id: string }
    assert.match(organization.org_id, /^o-/)
    assert.deepEqual(rest, {
      aud: AUDIENCE,
      sub,
      exp: iat + 60,
      [AWS_CLAIM]: {
        org_id: organization.org_id,
        aws_account: ACCOUNT,
        ou_path: [`${organization.org_id}/r-ab12/ou-ab12-11111111/`],
        source_region: 'eu-west-2',
        principal_id: sub,
        principal_tags: { Team: 'platform' },
      },
    })
    assert.ok(iat >= before && iat <= before + 30)
    assert.equal(Expiration?.getTime(), (iat + 60) * 1000)
    assert.match(jti, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.ok(iss.startsWith(`${stage.broker.endpoint}/tokens/${ACCOUNT}/`))
  })

  test('a session says its role with the path, when it ends, its source identity and its tags over those of the role', async () => {
    const work = await stage.session({ SourceIdentity: 'origin', Tags: [tag('team', 'session')], DurationSeconds: 900 })
    const { claims } = await verified(await stage.token({ SigningAlgorithm: 'ES384' }, work))
    const sub = `arn:aws:iam::${ACCOUNT}:role/outbound/Worker`
    assert.equal(claims.sub, sub)
    const { original_session_exp: end, ...said } = claims[AWS_CLAIM] as Record<string, unknown>
    assert.match(String(end), /^[0-9-]{10}T[0-9:]{8}Z$/)
    assert.ok(Math.abs(Date.parse(String(end)) - Date.now() - 900_000) < 30_000)
    assert.equal(said['source_identity'], 'origin')
    assert.equal(said['principal_id'], sub)
    assert.deepEqual(said['principal_tags'], { untouched: 'retained', team: 'session' })
  })

  test('the root user, and sessions of GetSessionToken, say who they are', async () => {
    const { claims } = await verified(await stage.token({}, 'root'))
    assert.equal(claims.sub, `arn:aws:iam::${ACCOUNT}:root`)
    const { Credentials: made } = await (await stage.sts('admin')).send(
      new GetSessionTokenCommand({ DurationSeconds: 900 }),
    )
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = made ?? {}
    const session = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    const of = (await verified(await stage.token({}, session))).claims
    assert.equal(of.sub, `arn:aws:iam::${ACCOUNT}:user/staff/admin`)
    assert.ok('original_session_exp' in (of[AWS_CLAIM] as object))
  })

  test('several audiences are an array, in their order and with what stands twice', async () => {
    const { claims } = await verified(await stage.token({ Audience: ['one', 'two', 'one'] }), 'two')
    assert.deepEqual(claims.aud, ['one', 'two', 'one'])
  })

  test('whatever tags are called, they stand below request_tags and nowhere else', async () => {
    const plain = await stage.token()
    const NAMES = [
      'iss',
      'sub',
      'aud',
      'exp',
      AWS_CLAIM,
      'aws_account',
      'principal_id',
      'aws:PrincipalTag/x',
      '__proto__',
      'constructor',
      'toJSON',
    ]
    const Tags = NAMES.map((Key) => tag(Key, 'forged'))
    const { claims } = await verified(await stage.token({ Tags }))
    const { request_tags: tags, ...said } = claims[AWS_CLAIM] as Record<string, unknown>
    assert.deepEqual(said, claimsOf(plain)[AWS_CLAIM])
    assert.deepEqual([claims.iss, claims.sub, claims.aud], [claimsOf(plain).iss, claimsOf(plain).sub, AUDIENCE])
    assert.deepEqual(Object.entries(Object(tags)).sort(), NAMES.map((name) => [name, 'forged']).sort())
  })

  test('whatever an audience is called, it is the audience and nothing else', async () => {
    const { iss, sub } = claimsOf(await stage.token())
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 3 }),
        async (asked) => {
          const Audience = asked.map((each) => each.replace(/[^\x20-\x7e]/g, '"'))
          const claims = claimsOf(await stage.token({ Audience, SigningAlgorithm: 'ES384' }))
          assert.deepEqual(claims.aud, Audience.length === 1 ? Audience[0] : Audience)
          assert.deepEqual([claims.iss, claims.sub], [iss, sub])
        },
      ),
      { numRuns: 20 },
    )
  })

  test('a token of one account says nothing of another, and no key of the other verifies it', async () => {
    const mine = await verified(await stage.token())
    const theirs = await verified(await stage.token({}, `${OTHER}/admin`))
    assert.notEqual(mine.claims.iss, theirs.claims.iss)
    assert.equal((theirs.claims[AWS_CLAIM] as { aws_account: string }).aws_account, OTHER)
    assert.doesNotMatch(JSON.stringify(theirs.claims), new RegExp(ACCOUNT))
    const kids = async (iss = '') => {
      const { keys }: JSONWebKeySet = JSON.parse(await (await stage.published(iss)).text())
      return keys.map(({ kid }) => kid)
    }
    const [here, there] = [await kids(mine.claims.iss), await kids(theirs.claims.iss)]
    assert.equal(new Set([...here, ...there]).size, here.length + there.length)
  })

  test('the record says what was asked for and until when, and has no part of the token', async () => {
    const token = await stage.token({
      Audience: ['https://recorded.example.com'],
      Tags: [tag('team')],
      DurationSeconds: 120,
    })
    const events = (await stage.events()).filter(({ eventName }) => eventName === 'GetWebIdentityToken')
    const text = JSON.stringify(events)
    const [, claims = '', signature = ''] = token.split('.')
    assert.ok(!text.includes(claims) && !text.includes(signature))
    const recorded = events.findLast(({ requestParameters }) => JSON.stringify(requestParameters).includes('recorded'))
    assert.deepEqual(recorded?.['requestParameters'], {
      audience: ['https://recorded.example.com'],
      durationSeconds: 120,
      signingAlgorithm: 'RS256',
      tags: [{ key: 'team', value: 'test' }],
    })
    assert.deepEqual(Object.keys(Object(recorded?.['responseElements'])), ['expiration'])
  })
})
