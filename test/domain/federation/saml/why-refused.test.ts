import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { describeChecks, summarizeChecks } from '../../../../src/domain/explanation/index.ts'
import { SamlIdentities } from '../../../../src/domain/federation/index.ts'
import { epochMillis, Fault, type ProofCheck } from '../../../../src/model/index.ts'
import { systemClock } from '../../../../src/platform/clock.ts'
import { el, written } from '../../../saml/canonical-xml.ts'
import { signer } from '../../../saml/certificates.ts'
import {
  type AssertionParts,
  ATTRIBUTES,
  assertion,
  ENTITY_ID,
  inSeconds,
  type ResponseParts,
  response,
  withSignature,
} from '../../../saml/saml-idp.ts'
import { SOURCE } from '../../directory/samples.ts'

const [IDP, NEXT, ATTACKER] = [signer('a'), signer('b'), signer('c')]
const PERSON = 'alice.liddell@corp.example'
const ARN = `arn:aws:iam::${SOURCE}:saml-provider/corp`
const ROLE = `arn:aws:iam::${SOURCE}:role/Open`
const PROVIDER = {
  account: SOURCE,
  name: 'corp',
  arn: ARN,
  uniqueId: 'SAMLSPABCDEFGHIJKLMNOPQ',
  entityId: ENTITY_ID,
  signingCertificates: [IDP.certificate, NEXT.certificate],
  validUntil: epochMillis(Date.UTC(2126, 0)),
  requiresEncryption: false,
  privateKeys: [],
  spInitiatedOnly: false,
  signOnUrl: undefined,
}

describe('why an assertion is refused', () => {
  const identities = new SamlIdentities({
    clock: systemClock,
    partition: 'aws',
    publicUrl: 'https://sts.example.com',
    isRegion: () => false,
  })
  after(() => identities.close())

  const made = (parts: AssertionParts = {}, around: ResponseParts = {}, by = IDP): string => {
    const attributes = { [`${ATTRIBUTES}/RoleSessionName`]: PERSON, ...parts.attributes }
    const roles = [`${ROLE},${ARN}`]
    return written(response(around, withSignature(assertion({ nameId: PERSON, roles, ...parts, attributes }), by)))
  }

  /** As a request is refused, and its refusal explained. */
  async function why(xml: string, provider = PROVIDER): Promise<readonly ProofCheck[]> {
    const text = Buffer.from(xml).toString('base64')
    let read: Awaited<ReturnType<SamlIdentities['read']>> | undefined
    try {
      read = await identities.read(text, { peer: '192.0.2.1' })
      await identities.verify(read, provider, { peer: '192.0.2.1' })
    } catch (error) {
      assert.ok(error instanceof Fault)
      return (await identities.whyRefused(read ?? error, text.length, provider, { roleArn: ROLE }))()
    }
    throw new Error('it was taken')
  }

  const because = async (xml: string, provider = PROVIDER) => summarizeChecks(await why(xml, provider), 'assertion')
  const fingerprint = (certificate: string) => new X509Certificate(Buffer.from(certificate, 'base64')).fingerprint256

  test('is told by every check, in order: what is there, and what is asked for', async () => {
    const checks = await why(made({ audiences: [['https://sp.example.com']], notOnOrAfter: inSeconds(200) }))
    assert.deepEqual(
      describeChecks(checks, 'assertion').map((line) => line.replace(/\d+ (characters|seconds)/g, 'N $1')),
      [
        'assertion: proves nobody',
        '|-- ok  form          base64 of a Response, N characters, with one assertion',
        '|-- ok  status        Success',
        `|-- ok  provider      ${ARN}, whose metadata counts until 2126-01-01T00:00:00Z`,
        `|-- ok  issuer        "${ENTITY_ID}"; by the metadata it is "${ENTITY_ID}"`,
        `|-- ok  signature     of the assertion, verified by SHA-256 ${fingerprint(IDP.certificate)} ("CN=a")`,
        '|-- ok  destination   "https://signin.aws.amazon.com/saml"',
        '|-- ok  conditions    from N seconds ago until in 3 minutes; one minute is tolerated',
        '|-- no  audience      "https://sp.example.com"',
        '|-- ok  recipient     "https://signin.aws.amazon.com/saml"',
        '|-- ok  confirmation  until in 4 minutes; one minute is tolerated',
        '|-- ok  request       answers none; nobody was asked',
        '|-- ok  issued        N seconds ago; it counts for five minutes, one minute is tolerated',
        '|-- ok  subject       "a****@corp.example", "persistent"',
        '|-- ok  session       RoleSessionName "a****@corp.example", no tags, no source identity',
        `\`-- ok  roles         for "${ROLE}"`,
      ],
    )
    assert.deepEqual(checks.find(({ outcome }) => outcome === 'no')?.changes, [
      'Set the audience (the entity id of the service provider) to "urn:amazon:webservices" or "https://sts.example.com/saml" at the identity provider.',
    ])
  })

  test('names the certificate that it brings, and those of the metadata', async () => {
    const [ours, next, theirs] = [IDP, NEXT, ATTACKER].map((each) => fingerprint(each.certificate))
    assert.equal(
      await because(made({}, {}, ATTACKER)),
      `the assertion's signature: it is by SHA-256 ${theirs} ("CN=c"), none of the certificates of the metadata: SHA-256 ${ours} ("CN=a"); SHA-256 ${next} ("CN=b")`,
    )
  })

  test('names the certificates that were tried', async () => {
    const [ours, next] = [IDP, NEXT].map((each) => fingerprint(each.certificate))
    const tried = "the assertion's signature: not by what was tried, or something was changed: "
    assert.equal(await because(made().replace(`>${PERSON}<`, '>mallory<')), `${tried}SHA-256 ${ours} ("CN=a")`)
    const silent = written(response({}, withSignature(assertion(), ATTACKER, { keyInfo: false })))
    assert.equal(await because(silent), `${tried}SHA-256 ${ours} ("CN=a"); SHA-256 ${next} ("CN=b")`)
  })

  test('shows a certificate that is none as such', async () => {
    const info = el('ds:KeyInfo', {}, el('ds:X509Data', {}, el('ds:X509Certificate', {}, 'bm9uZQ==')))
    const strange = written(response({}, withSignature(assertion(), ATTACKER, { keyInfo: info })))
    assert.match((await because(strange)) ?? '', /it is by a certificate that is none, none of the certificates/)
  })

  const status = (Value: string, ...inner: readonly ReturnType<typeof el>[]) =>
    el('samlp:Status', {}, el('samlp:StatusCode', { Value: `urn:oasis:names:tc:SAML:2.0:status:${Value}` }, ...inner))
  const name = (text: string) => made({ attributes: { [`${ATTRIBUTES}/RoleSessionName`]: text } })
  for (const [rule, said, xml] of [
    ['XML that is none', /^form: nothing that is taken: no XML of the kind that is taken/, () => '<a'],
    ['a comment', /^form: nothing that is taken: .*comment/, () => made().replace('>alice', '>al<!---->ice')],
    [
      'the status that the provider gives',
      /^status: the status is Responder, urn:x$/,
      () => made({}, { status: status('Responder', el('samlp:StatusCode', { Value: 'urn:x' })) }),
    ],
    ['nothing that is signed', /^signature: nothing is signed$/, () => written(response({}, assertion()))],
    [
      'another issuer',
      /^issuer: "https:\/\/idp.example.com\/saml" and "https:\/\/other.example.com"; by the metadata it is/,
      () => made({ issuer: 'https://other.example.com' }),
    ],
    [
      'another destination',
      /^destination: "https:\/\/x.example"$/,
      () => made({}, { destination: 'https://x.example' }),
    ],
    ['conditions that ended', /^conditions: .*until 5 minutes ago/, () => made({ notOnOrAfter: inSeconds(-301) })],
    ['another recipient', /^recipient: "https:\/\/x.example"$/, () => made({ recipient: 'https://x.example' })],
    ['an answer', /^request: answers "_x"; nobody was asked$/, () => made({ confirmation: { InResponseTo: '_x' } })],
    ['the time of issue', /^issued: 6 minutes ago/, () => made({ issueInstant: inSeconds(-361) })],
    ['nobody', /^subject: no NameID, or an empty one$/, () => made({ nameId: null })],
    ['a session name with strange letters', /: it has "é" and " " in it$/, () => name('alicé liddell')],
    ['a session name that is too long', /: it has 65 characters$/, () => name('a'.repeat(65))],
  ] as const) {
    test(`names ${rule}, and what to do`, async () => {
      const checks = await why(xml())
      assert.match(summarizeChecks(checks, 'assertion')?.replace("the assertion's ", '') ?? '', said)
      assert.ok((checks.find(({ outcome }) => outcome === 'no')?.changes.length ?? 0) > 0)
      assert.doesNotMatch(JSON.stringify(checks), /liddell|mallory/)
    })
  }

  for (const [rule, provider] of [
    ['metadata that ended', { ...PROVIDER, validUntil: epochMillis(0) }],
    ['encryption that is asked for', { ...PROVIDER, requiresEncryption: true }],
    ['sign-ins that begin here only', { ...PROVIDER, spInitiatedOnly: true }],
  ] as const) {
    test(`names ${rule}`, async () => {
      assert.match((await because(made(), provider)) ?? '', /^the assertion's provider: The/)
    })
  }

  test('says of what comes behind an unproven signature that nobody looked', async () => {
    const checks = await why(made({}, {}, ATTACKER))
    const behind = checks.slice(checks.findIndex(({ check }) => check === 'signature') + 1)
    assert.ok(behind.length > 5 && behind.every(({ outcome }) => outcome === 'unknown'))
  })
})
