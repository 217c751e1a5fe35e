import assert from 'node:assert/strict'
import { after, describe, type TestContext, test } from 'node:test'
import { SamlIdentities } from '../../../src/domain/federation/index.ts'
import { samlSignIn } from '../../../src/pipeline/authentication/index.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { anAccount, aWorld, SOURCE, TARGET } from '../../domain/directory/samples.ts'
import { el, written } from '../../saml/canonical-xml.ts'
import { signer } from '../../saml/certificates.ts'
import {
  type AssertionParts,
  assertion,
  metadata,
  type ResponseParts,
  response,
  withSignature,
} from '../../saml/saml-idp.ts'

const IDP = signer('idp')
const OTHER = signer('other')
const CORP = providerArn(SOURCE, 'corp')
const FOREIGN = providerArn(TARGET, 'corp')
const STALE = providerArn(TARGET, 'stale')
const OWN = providerArn(SOURCE, 'own')
const TRAPPED = providerArn(TARGET, 'trap')
const NOWHERE = providerArn(TARGET, 'nowhere')
const TRAP = 'https://attacker.example/catch'
const OPEN = `arn:aws:iam::${SOURCE}:role/Open`
const ADMIN = `arn:aws:iam::${SOURCE}:role/team/Admin`
const AUDIT = `arn:aws:iam::${TARGET}:role/Audit`
const ALL = [`${OPEN},${CORP}`, `${CORP},${ADMIN}`, `${AUDIT} , ${FOREIGN}`]
const REQUEST = '_5f3d2c1b0a'
const ANSWER: AssertionParts = { roles: ALL, confirmation: { InResponseTo: REQUEST } }
const SIGN_ON = 'https://idp.example.com/sso'
const ASKED = { request: REQUEST, providerArn: CORP, wasSentTo: isSame(SIGN_ON) }

function providerArn(account: string, name: string): string {
  return `arn:aws:iam::${account}:saml-provider/${name}`
}

function isSame(url: string): (other: string) => boolean {
  return (other) => other === url
}

/** Metadata of a provider that has people sign in there. */
function at(Location: string, by = IDP): string {
  const Binding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'
  return metadata([by], { services: [el('md:SingleSignOnService', { Binding, Location })] })
}

function named(Name: string, SamlMetadataDocument: string, parts: { readonly SpInitiatedOnly?: boolean } = {}) {
  return { Name, SamlMetadataDocument, Tags: [], SingleUse: false, SpInitiatedOnly: false, ...parts }
}

function sent(parts: AssertionParts, around: ResponseParts = {}, by = IDP): string {
  return Buffer.from(written(response(around, withSignature(assertion(parts), by)))).toString('base64')
}

describe('a response that a browser brings', () => {
  const samlIdentities = new SamlIdentities({ clock: systemClock, partition: 'aws', isRegion: () => true })
  after(() => samlIdentities.close())
  const signsIn = async (t: TestContext) => {
    const { directory, apply } = await aWorld(t)
    const ours = [named('corp', at(SIGN_ON)), named('own', at(SIGN_ON), { SpInitiatedOnly: true })]
    const theirs = [
      named('corp', at(SIGN_ON)),
      named('stale', at(SIGN_ON, OTHER)),
      named('trap', at(TRAP)),
      named('nowhere', metadata([IDP])),
    ]
    await apply(anAccount(SOURCE, { SAMLProviders: ours }), anAccount(TARGET, { SAMLProviders: theirs }))
    return async (parts: AssertionParts, around: ResponseParts = {}, asked?: typeof ASKED, by = IDP) => {
      const read = await samlIdentities.read(sent(parts, around, by), { peer: '192.0.2.1' })
      const callers = await samlSignIn({ read, sourceIp: '192.0.2.1', asked }, { directory, samlIdentities })
      return callers.map(({ provider, roleArns }) => [provider, ...roleArns])
    }
  }
  const invalid = { code: 'InvalidIdentityToken', message: 'Response signature invalid' }

  for (const [rule, parts, around, asked] of [
    ['answers what nobody asked', ANSWER, {}, undefined],
    ['is around an answer to what nobody asked', { roles: ALL }, { inResponseTo: REQUEST }, undefined],
    ['answers nothing, where somebody was asked', { roles: ALL }, {}, ASKED],
    ['says only outside of what is signed that it answers', { roles: ALL }, { inResponseTo: REQUEST }, ASKED],
    ['answers something else', { ...ANSWER, confirmation: { InResponseTo: '_other' } }, {}, ASKED],
    ['is around another answer', ANSWER, { inResponseTo: '_other' }, ASKED],
  ] as const) {
    test(`is refused when it ${rule}`, async (t) => {
      const signIn = await signsIn(t)
      await assert.rejects(signIn(parts, around, asked), invalid)
    })
  }

  test('is refused as what nobody signed, where the providers that it names cannot be read', async (t) => {
    const proven = (await signsIn(t))({ roles: ALL, more: [el('saml:Subject')] })
    await assert.rejects(proven, { code: 'InvalidIdentityToken', message: 'Response signature invalid' })
  })

  test('is refused when nobody of the key that signed it is named', async (t) => {
    const signIn = await signsIn(t)
    const refused = signIn({ roles: ALL }, {}, undefined, signer('mallory'))
    await assert.rejects(refused, {
      ...invalid,
      suspect: { kind: 'suspected-identity', as: 'saml', account: SOURCE, provider: CORP },
    })
  })

  test('is refused when it names no provider that there is', async (t) => {
    const signIn = await signsIn(t)
    const message = "Specified provider doesn't exist."
    for (const roles of [[], ['x'], [`${OPEN},${providerArn(SOURCE, 'nobody')}`], [`${OPEN},${CORP},x`], [CORP]]) {
      await assert.rejects(signIn({ roles }), { message })
    }
    await assert.rejects(signIn(ANSWER, {}, { ...ASKED, providerArn: providerArn(SOURCE, 'gone') }), { message })
  })

  test('is refused when another provider than the one that was asked proves it', async (t) => {
    const signIn = await signsIn(t)
    await assert.rejects(signIn(ANSWER, {}, { ...ASKED, providerArn: STALE }), invalid)
  })

  test('is for the roles of every provider that proves it, of its account, and of no other', async (t) => {
    const signIn = await signsIn(t)
    const roles = [...ALL, `arn:aws:iam::${TARGET}:role/Stale,${STALE}`, `${AUDIT},${CORP}`]
    assert.deepEqual(await signIn({ roles }), [
      [CORP, OPEN, ADMIN],
      [FOREIGN, AUDIT],
    ])
  })

  test('is for each role once', async (t) => {
    const signIn = await signsIn(t)
    assert.deepEqual(await signIn({ roles: [...ALL, ...ALL, `${CORP},${OPEN}`] }), [
      [CORP, OPEN, ADMIN],
      [FOREIGN, AUDIT],
    ])
  })

  test('is for what was asked, where it answers that', async (t) => {
    const signIn = await signsIn(t)
    assert.deepEqual(await signIn(ANSWER, {}, ASKED), [
      [CORP, OPEN, ADMIN],
      [FOREIGN, AUDIT],
    ])
    assert.deepEqual((await signIn(ANSWER, { inResponseTo: REQUEST }, ASKED))[0], [CORP, OPEN, ADMIN])
  })

  test('counts only as an answer, where the provider wants that', async (t) => {
    const signIn = await signsIn(t)
    const roles = [`${OPEN},${OWN}`]
    await assert.rejects(signIn({ roles }), /takes answers to sign-ins that began here only/)
    const answer = { ...ANSWER, roles }
    assert.deepEqual(await signIn(answer, {}, { ...ASKED, providerArn: OWN }), [[OWN, OPEN]])
  })

  test('is for no role of a provider that has people sign in elsewhere than was asked', async (t) => {
    const signIn = await signsIn(t)
    const trapped = { request: REQUEST, providerArn: TRAPPED, wasSentTo: isSame(TRAP) }
    for (const victim of [`${OPEN},${CORP}`, `${OPEN},${OWN}`, `${AUDIT},${NOWHERE}`]) {
      assert.deepEqual(await signIn({ ...ANSWER, roles: [victim] }, {}, trapped), [[TRAPPED]])
    }
    assert.deepEqual(await signIn({ ...ANSWER, roles: [`${AUDIT},${TRAPPED}`] }, {}, ASKED), [[CORP]])
  })

  test('is refused when the provider that was asked has people sign in elsewhere by now', async (t) => {
    const signIn = await signsIn(t)
    for (const providerArn of [CORP, OWN, NOWHERE]) {
      const roles = [`${OPEN},${providerArn}`]
      const refused = signIn({ ...ANSWER, roles }, {}, { request: REQUEST, providerArn, wasSentTo: isSame(TRAP) })
      await assert.rejects(refused, { code: 'InvalidIdentityToken', message: /another place to sign in by now/ })
    }
  })

  test('names no more providers than anybody has accounts', async (t) => {
    const signIn = await signsIn(t)
    const many = Array.from({ length: 120 }, (_, index) => `${OPEN},${providerArn(SOURCE, `none${index}`)}`)
    await assert.rejects(signIn({ roles: [...many, ...ALL] }), /Specified provider doesn't exist/)
    assert.equal((await signIn({ roles: [...many.slice(0, 98), ...ALL] })).length, 2)
  })
})
