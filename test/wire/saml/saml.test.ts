import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  AssumeRoleCommand,
  AssumeRoleWithSAMLCommand,
  type AssumeRoleWithSAMLCommandOutput,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { el, type Node, written } from '../../saml/canonical-xml.ts'
import {
  ACS,
  type AssertionParts,
  ATTRIBUTES,
  AUDIENCE,
  ENTITY_ID,
  inSeconds,
  response,
  transform,
  withSignature,
} from '../../saml/saml-idp.ts'
import { policy, SOURCE } from '../cast.ts'
import { base64, pair, providerArn, roleArn, type Setting, setUp, trusting } from './setting.ts'

const REPLAYED = 'The assertion was exchanged before. Sign in again.'
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'
const AFFILIATION = 'urn:oid:1.3.6.1.4.1.5923.1.1.1.1'

/** What the conditions of roles ask for, and what an assertion has to be for that. */
const CONDITIONS: readonly (readonly [key: string, value: string, parts: AssertionParts])[] = [
  ['SAML:aud', ACS, {}],
  ['saml:iss', ENTITY_ID, {}],
  ['saml:sub', 'alice', {}],
  ['saml:sub_type', 'persistent', {}],
  ['saml:doc', `${SOURCE}/corp`, {}],
  ['saml:namequalifier', 'gu9jdXVbQN96MYRhhHwsO4ko9vc=', {}],
  ['saml:edupersonaffiliation', 'staff', { attributes: { [AFFILIATION]: ['member', 'staff'] } }],
  ['saml:mail', 'a@b.example', { attributes: { '0.9.2342.19200300100.1.3': ['a@b.example', 'other'] } }],
  ['sts:RoleSessionName', 'alice', {}],
  ['sts:SourceIdentity', 'alice', { attributes: { [`${ATTRIBUTES}/SourceIdentity`]: 'alice' } }],
  ['aws:RequestTag/Team', 'core', { attributes: { [`${ATTRIBUTES}/PrincipalTag:Team`]: 'core' } }],
  ['aws:FederatedProvider', providerArn(), {}],
]

describe('assertions', () => {
  let set: Setting
  before(async () => {
    const may = (key: string, value: string) => ({
      Condition: { [key.endsWith('affiliation') ? 'ForAnyValue:StringEquals' : 'StringEquals']: { [key]: value } },
    })
    const statement = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*', ...may('saml:sub', 'alice') }
    set = await setUp([
      ...CONDITIONS.map(([key, value], index) => ({
        RoleName: `If${index}`,
        AssumeRolePolicyDocument: policy(
          trusting(providerArn(), may(key, value), 'sts:TagSession', 'sts:SetSourceIdentity'),
        ),
      })),
      {
        RoleName: 'Chained',
        AssumeRolePolicyDocument: policy(trusting(providerArn(), {}, 'sts:TagSession')),
        Policies: [{ PolicyName: 'may', PolicyDocument: policy(statement) }],
      },
      {
        RoleName: 'Next',
        AssumeRolePolicyDocument: policy({
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${SOURCE}:root` },
          Action: ['sts:AssumeRole', 'sts:TagSession'],
        }),
      },
    ])
  })
  after(() => set[Symbol.asyncDispose]())

  const client = (credentials = { accessKeyId: 'AKIANOBODY0000000000', secretAccessKey: 'nothing' }) =>
    new STSClient({ endpoint: set.broker.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
  const exchanged = (parts?: AssertionParts, params: object = {}) =>
    client().send(
      new AssumeRoleWithSAMLCommand({
        RoleArn: roleArn('Open'),
        PrincipalArn: providerArn(),
        SAMLAssertion: base64(set.signed(parts)),
        ...params,
      }),
    )
  const sessionOf = ({ Credentials }: AssumeRoleWithSAMLCommandOutput) => {
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    return client(credentials)
  }
  const secondsOf = ({ Credentials }: AssumeRoleWithSAMLCommandOutput) =>
    ((Credentials?.Expiration?.getTime() ?? 0) - Date.now()) / 1000

  describe('that are shown again', () => {
    test('are exchanged once for each role that they are for', async () => {
      const xml = set.signed()
      assert.equal((await set.exchange(xml)).status, 200)
      const { status, fault } = await set.exchange(xml)
      assert.deepEqual([status, fault?.code, fault?.message], [400, 'InvalidIdentityToken', REPLAYED])
      assert.equal((await set.exchange(xml, { RoleArn: roleArn('Bare') })).status, 200)
      assert.equal((await set.exchange(xml, { RoleArn: roleArn('Bare') })).status, 400)
    })

    test('on many connections at once are exchanged once', async () => {
      const xml = set.signed()
      const answers = await Promise.all(Array.from({ length: 8 }, () => set.exchange(xml)))
      const statuses = answers.map(({ status }) => status).sort()
      assert.deepEqual(statuses, [200, ...Array(7).fill(400)])
      const codes = answers.flatMap(({ fault }) => fault?.code ?? [])
      assert.deepEqual(codes, Array(7).fill('InvalidIdentityToken'))
    })

    test('are exchanged once in all where the provider says so', async () => {
      const xml = set.signed()
      const PrincipalArn = providerArn('once')
      assert.equal((await set.exchange(xml, { PrincipalArn })).status, 200)
      const { fault } = await set.exchange(xml, { PrincipalArn, RoleArn: roleArn('Bare') })
      assert.equal(fault?.message, REPLAYED)
    })

    test('are exchanged once in all where they say so', async () => {
      const restriction = el('saml:AudienceRestriction', {}, el('saml:Audience', {}, AUDIENCE))
      const xml = set.signed({ conditions: [restriction, el('saml:OneTimeUse')] })
      assert.equal((await set.exchange(xml)).status, 200)
      assert.equal((await set.exchange(xml, { RoleArn: roleArn('Bare') })).fault?.message, REPLAYED)
    })

    test('in another wrapping are the same assertions', async () => {
      const one = withSignature(set.assertion(), set.idp)
      assert.equal((await set.exchange(written(response({}, one)))).status, 200)
      const { fault } = await set.exchange(written(withSignature(response({}, one), set.idp)))
      assert.equal(fault?.message, REPLAYED)
    })

    test('are not used up by a request that is refused', async () => {
      const xml = set.signed()
      const long = await set.exchange(xml, { DurationSeconds: '3601' })
      assert.equal(
        long.fault?.message,
        'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      )
      const policy = await set.exchange(xml, { Policy: '{' })
      assert.equal(policy.fault?.code, 'MalformedPolicyDocument')
      assert.equal((await set.exchange(xml)).status, 200)
    })
  })

  describe('that prove somebody', () => {
    test('are exchanged, and it is told what they say', async () => {
      const { $metadata: _, Credentials, AssumedRoleUser, ...rest } = await exchanged()
      assert.deepEqual(rest, {
        Audience: ACS,
        Issuer: ENTITY_ID,
        NameQualifier: 'gu9jdXVbQN96MYRhhHwsO4ko9vc=',
        Subject: 'alice',
        SubjectType: 'persistent',
      })
      assert.equal(AssumedRoleUser?.Arn, `arn:aws:sts::${SOURCE}:assumed-role/Open/alice`)
      const { Arn, UserId } = await sessionOf({ $metadata: {}, Credentials }).send(new GetCallerIdentityCommand({}))
      assert.deepEqual([Arn, UserId], [AssumedRoleUser?.Arn, AssumedRoleUser?.AssumedRoleId])
    })

    const variants: readonly (readonly [rule: string, document: (set: Setting) => Node])[] = [
      ['whose assertion is signed', (s) => response({}, withSignature(s.assertion(), s.idp))],
      ['whose response is signed', (s) => withSignature(response({}, s.assertion()), s.idp)],
      ['that are signed both', (s) => withSignature(response({}, withSignature(s.assertion(), s.idp)), s.idp)],
      ['by the second certificate', (s) => response({}, withSignature(s.assertion(), s.next))],
      [
        'by the second certificate, which does not stand there',
        (s) => response({}, withSignature(s.assertion(), s.next, { keyInfo: false })),
      ],
      [
        'whose response and assertion are signed by different keys of the provider',
        (s) => withSignature(response({}, withSignature(s.assertion(), s.next)), s.idp),
      ],
      ...['2001/04/xmldsig-more#rsa-sha512', '2007/05/xmldsig-more#sha256-rsa-MGF1'].map(
        (name): [string, (s: Setting) => Node] => [
          `by ${name}`,
          (s) => response({}, withSignature(s.assertion(), s.idp, { method: `http://www.w3.org/${name}` })),
        ],
      ),
      [
        'with a digest of SHA-512',
        (s) => response({}, withSignature(s.assertion(), s.idp, { digest: 'http://www.w3.org/2001/04/xmlenc#sha512' })),
      ],
      [
        'with a list of prefixes',
        (s) => {
          const prefixes = el('ec:InclusiveNamespaces', { PrefixList: 'xs xsi' })
          const transforms = [transform(ENVELOPED), transform(EXCLUSIVE, prefixes)]
          return response({}, withSignature(s.assertion(), s.idp, { transforms }))
        },
      ],
      ['without destination', (s) => response({ destination: null }, withSignature(s.assertion(), s.idp))],
      ['without an issuer of the response', (s) => response({ issuer: null }, withSignature(s.assertion(), s.idp))],
      [
        'with extensions',
        (s) => response({ more: [el('samlp:Extensions', {}, el('dsx:A'))] }, withSignature(s.assertion(), s.idp)),
      ],
    ]
    for (const [rule, document] of variants) {
      test(`are taken ${rule}`, async () => {
        const { status, body } = await set.exchange(written(document(set)))
        assert.equal(status, 200, body)
      })
    }

    const claims: readonly (readonly [rule: string, parts: AssertionParts])[] = [
      ['in a region of AWS', { recipient: ACS.replace('signin', 'eu-central-1.signin') }],
      ['at the older address of AWS', { recipient: 'https://signin.aws.amazon.com/static/saml' }],
      ['for several audiences, one of them AWS', { audiences: [['https://x.example', AUDIENCE]] }],
      ['for the address of AWS', { audiences: [[ACS]] }],
      ['with two restrictions that are met', { audiences: [[AUDIENCE], [ACS, AUDIENCE]] }],
      ['without a beginning', { notBefore: null }],
      ['that expired less than a minute ago', { notOnOrAfter: inSeconds(-30), confirmedUntil: inSeconds(-30) }],
      ['issued five minutes ago', { issueInstant: inSeconds(-300) }],
      ['with the pair in the other order', { roles: [pair('Open').split(',').reverse().join(',')] }],
      ['with spaces in the pair', { roles: [`\n  ${pair('Open').replace(',', ' , ')}\t`] }],
      ['with the role among a thousand', { roles: [...Array(300).fill(pair('Bare')), pair('Open')] }],
      ['with pairs that are none', { roles: ['', ',', 'x', 'a,b,c', pair('Open')] }],
      [
        'with attributes that mean nothing',
        { attributes: { __proto__x: 'a', constructor: 'b', toString: ['c', 'd'] } },
      ],
      ['with characters that XML writes otherwise', { attributes: { note: `<&>"'\t\u00e9\u{1f600}` } }],
    ]
    for (const [rule, parts] of claims) {
      test(`are taken ${rule}`, async () => {
        const { status, body } = await set.exchange(set.signed(parts))
        assert.equal(status, 200, body)
      })
    }

    test('have base64 with line ends', async () => {
      const SAMLAssertion = base64(set.signed()).replace(/.{76}/g, '$&\r\n')
      assert.equal((await set.exchange('', { SAMLAssertion })).status, 200)
    })

    for (const [format, told] of [
      ['urn:oasis:names:tc:SAML:2.0:nameid-format:transient', 'transient'],
      [
        'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
        'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
      ],
      [null, 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'],
    ] as const) {
      test(`a name in the format ${format} has the type ${told}`, async () => {
        assert.equal((await exchanged({ nameIdFormat: format })).SubjectType, told)
      })
    }
  })

  describe('and the roles that trust them', () => {
    for (const [index, [key, value, parts]] of CONDITIONS.entries()) {
      test(`can ask for ${key}`, async () => {
        const RoleArn = roleArn(`If${index}`)
        const roles = [pair(`If${index}`)]
        const { body, status } = await set.exchange(set.signed({ roles, ...parts }), { RoleArn })
        assert.equal(status, 200, `${value}: ${body}`)
        const other = { roles, nameId: 'mallory', nameIdFormat: null, ...parts, attributes: {} }
        if (!/sub|sub_type|aff|mail|Source|Tag/.test(key)) return
        assert.equal((await set.exchange(set.signed(other), { RoleArn })).fault?.code, 'AccessDenied')
      })
    }

    test('see who it is in the session, too', async () => {
      const roles = [pair('Chained')]
      for (const [nameId, allowed] of [
        ['alice', true],
        ['mallory', false],
      ] as const) {
        const session = sessionOf(await exchanged({ roles, nameId }, { RoleArn: roleArn('Chained') }))
        const assumed = session.send(new AssumeRoleCommand({ RoleArn: roleArn('Next'), RoleSessionName: 'next' }))
        if (allowed) assert.ok((await assumed).Credentials)
        else await assert.rejects(assumed, { name: 'AccessDenied' })
      }
    })

    test('give sessions that are tagged, and hand their tags down', async () => {
      const marks = {
        [`${ATTRIBUTES}/PrincipalTag:Team`]: 'core',
        [`${ATTRIBUTES}/TransitiveTagKeys`]: 'Team',
        [`${ATTRIBUTES}/SourceIdentity`]: 'alice@corp',
      }
      const { PackedPolicySize = 0, SourceIdentity } = await exchanged({ attributes: marks })
      assert.ok(PackedPolicySize > 0)
      assert.equal(SourceIdentity, 'alice@corp')
    })
  })

  describe('and how long sessions last', () => {
    for (const [rule, seconds, parts, params] of [
      ['an hour unless asked', 3600, {}, {}],
      ['as asked for', 900, {}, { DurationSeconds: 900 }],
      ['as the assertion says, where that is shorter', 900, { [`${ATTRIBUTES}/SessionDuration`]: '900' }, {}],
      ['no longer than asked', 3600, { [`${ATTRIBUTES}/SessionDuration`]: '43200' }, {}],
    ] as const) {
      test(`it is ${rule}`, async () => {
        const left = secondsOf(await exchanged({ attributes: parts }, params))
        assert.ok(left <= seconds && left > seconds - 10, String(left))
      })
    }

    test('it is as long as the session at the provider, where that is shorter', async () => {
      const left = secondsOf(await exchanged({ sessionNotOnOrAfter: inSeconds(600) }))
      assert.ok(left <= 600 && left > 590, String(left))
      const long = { sessionNotOnOrAfter: inSeconds(20_000) }
      const twelve = await exchanged(long, { RoleArn: roleArn('Long'), DurationSeconds: 43_200 })
      assert.ok(secondsOf(twelve) <= 20_000 && secondsOf(twelve) > 19_990)
    })
  })

  describe('and what is recorded', () => {
    test('a grant, with who it is and which assertion it was, and not the assertion', async () => {
      const id = '_an-assertion-to-be-recorded'
      await exchanged({ id })
      const records = await set.broker.events()
      const record = records.find(({ requestParameters: asked }) => JSON.stringify(asked ?? {}).includes(id))
      assert.ok(record)
      assert.deepEqual(record['userIdentity'], {
        type: 'SAMLUser',
        principalId: 'gu9jdXVbQN96MYRhhHwsO4ko9vc=:alice',
        userName: 'alice',
        identityProvider: 'gu9jdXVbQN96MYRhhHwsO4ko9vc=',
      })
      assert.ok(!JSON.stringify(records).includes('PHNhbWxw'))
    })

    test('a refusal of a known provider, once a second for each reason, and none of an unknown one', async () => {
      const aSecond = () => new Promise((resolve) => setTimeout(resolve, 1100))
      await aSecond()
      const before = (await set.broker.events()).length
      for (let times = 0; times < 3; times++) await set.exchange('no document')
      await set.exchange(set.signed(), { PrincipalArn: providerArn('nobody') })
      await aSecond()
      const [record, ...more] = (await set.broker.events()).slice(before)
      assert.deepEqual(more, [])
      assert.equal(record?.errorCode, 'InvalidIdentityToken')
      assert.deepEqual(record?.['userIdentity'], { type: 'SAMLUser', identityProvider: providerArn() })
      assert.deepEqual(record?.['additionalEventData'], { refusedTokens: 3 })
    })

    test('a refusal by the role, with who it is', async () => {
      await set.exchange(set.signed({ id: '_refused-by-the-role' }), { RoleArn: roleArn('Pinned') })
      const record = (await set.broker.events()).find(({ requestParameters: asked }) =>
        JSON.stringify(asked ?? {}).includes('_refused-by-the-role'),
      )
      assert.equal(record?.errorCode, 'AccessDenied')
    })
  })
})
