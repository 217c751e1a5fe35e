import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { CreateSAMLProviderCommand, IAMClient, UpdateSAMLProviderCommand } from '@aws-sdk/client-iam'
import { type Node, written } from '../../saml/canonical-xml.ts'
import { type Encryption, encrypted } from '../../saml/encrypted.ts'
import { metadata, response, withSignature } from '../../saml/saml-idp.ts'
import { policy, SOURCE } from '../cast.ts'
import { pair, providerArn, roleArn, type Setting, setUp, trusting } from './setting.ts'

const PRIVATE = providerArn('private')
const ROLE = roleArn('Private')

function privateKey(): { readonly key: KeyObject; readonly pem: string } {
  const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { key, pem: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

describe('encrypted assertions', () => {
  const mine = privateKey()
  const others = privateKey()
  let set: Setting
  let iam: IAMClient
  before(async () => {
    const trust = policy(trusting(PRIVATE), trusting(providerArn()))
    set = await setUp([{ RoleName: 'Private', AssumeRolePolicyDocument: trust }])
    const { credentials } = await set.broker.as(`arn:aws:iam::${SOURCE}:root`)
    iam = new IAMClient({ endpoint: set.broker.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
    await iam.send(
      new CreateSAMLProviderCommand({
        Name: 'private',
        SAMLMetadataDocument: metadata([set.idp]),
        AddPrivateKey: mine.pem,
        AssertionEncryptionMode: 'Allowed',
      }),
    )
  })
  after(async () => {
    iam.destroy()
    await set[Symbol.asyncDispose]()
  })

  const assertion = (roles = [pair('Private', PRIVATE)]) => set.assertion({ roles })
  const signed = () => written(withSignature(assertion(), set.idp))
  const inside = (how?: Encryption, text = signed(), key = mine.key) => response({}, encrypted(text, key, how))
  const exchange = (document: Node, PrincipalArn = PRIVATE) =>
    set.exchange(written(document), { PrincipalArn, RoleArn: ROLE })

  for (const [rule, how] of [
    ['AES-256-CBC', {}],
    ['AES-128-CBC', { cipher: 'aes128-cbc' }],
    ['AES-128-GCM', { cipher: 'aes128-gcm' }],
    ['AES-256-GCM', { cipher: 'aes256-gcm' }],
    ['a key beside the data', { beside: true }],
    ['OAEP with SHA-256', { transport: 'rsa-oaep', hash: 'sha256' }],
  ] as const) {
    test(`are opened, and taken where they are signed: ${rule}`, async () => {
      const { status, body } = await exchange(inside(how))
      assert.equal(status, 200, body)
    })
  }

  test('are taken where the response is signed, or both', async () => {
    const bare = written(assertion())
    for (const text of [bare, signed()]) {
      const { status, body } = await exchange(withSignature(inside({}, text), set.idp))
      assert.equal(status, 200, body)
    }
  })

  const REFUSED: readonly (readonly [rule: string, document: () => Node])[] = [
    ['what nobody signed', () => inside({}, written(assertion()))],
    ['what somebody else signed', () => inside({}, written(withSignature(assertion(), set.attacker)))],
    ['what is for another key', () => inside({}, signed(), others.key)],
    ['3DES', () => inside({ cipher: 'tripledes-cbc' })],
    ['RSA of PKCS #1 v1.5', () => inside({ transport: 'rsa-1_5' })],
    ['a changed last block', () => inside({ tamper: (all) => flipped(all, all.length - 17) })],
    ['a changed first block', () => inside({ tamper: (all) => flipped(all, 3) })],
    ['a changed tag', () => inside({ cipher: 'aes256-gcm', tamper: (all) => flipped(all, all.length - 1) })],
    ['a tag of four bytes', () => inside({ cipher: 'aes256-gcm', tamper: (all) => all.subarray(0, -12) })],
    ['nothing', () => inside({ tamper: () => Buffer.alloc(0) })],
    ['something that is no assertion', () => inside({}, '<a></a>')],
    ['a document type', () => inside({}, `<!DOCTYPE a>${signed()}`)],
    ['a comment', () => inside({}, signed().replace('>alice<', '>ali<!---->ce<'))],
    ['two assertions', () => inside({}, signed() + signed())],
    ['an end of the response, and another', () => inside({}, `${signed()}</samlp:Response><samlp:Response>`)],
    ['an encrypted assertion', () => inside({}, written(encrypted(signed(), mine.key)))],
    [
      'a signed response whose encrypted assertion somebody else signed',
      () => withSignature(inside({}, written(withSignature(assertion(), set.attacker))), set.idp),
    ],
    [
      'a signed response whose encrypted assertion was exchanged',
      () => {
        const whole = withSignature(inside({}, written(assertion())), set.idp)
        const forged = encrypted(written(assertion()), mine.key)
        return { ...whole, children: whole.children.map((each) => (isEncrypted(each) ? forged : each)) }
      },
    ],
  ]
  for (const [rule, document] of REFUSED) {
    test(`are refused, in the same words: ${rule}`, async () => {
      const { status, fault } = await exchange(document())
      assert.deepEqual(
        [status, fault?.code, fault?.message],
        [400, 'InvalidIdentityToken', 'Response signature invalid'],
      )
    })
  }

  test('are refused no sooner for one reason than for another', async () => {
    const took: number[] = []
    for (const document of [
      inside({ tamper: (all) => flipped(all, all.length - 17) }),
      inside({}, signed(), others.key),
      inside({}, written(withSignature(assertion(), set.attacker))),
    ]) {
      const startedAt = performance.now()
      await exchange(document)
      took.push(performance.now() - startedAt)
    }
    assert.ok(Math.min(...took) >= 249, took.join(', '))
  })

  test('are refused by a provider that has no private key', async () => {
    const document = response({}, encrypted(written(withSignature(assertion([pair('Private')]), set.idp)), mine.key))
    assert.equal((await exchange(document, providerArn())).fault?.message, 'Response signature invalid')
  })

  test('are the only ones that count where the provider requires them', async () => {
    const mode = (AssertionEncryptionMode: 'Required' | 'Allowed') =>
      iam.send(new UpdateSAMLProviderCommand({ SAMLProviderArn: PRIVATE, AssertionEncryptionMode }))
    const plain = () => response({}, withSignature(assertion(), set.idp))
    assert.equal((await exchange(plain())).status, 200)
    await mode('Required')
    const { fault } = await exchange(plain())
    assert.deepEqual(
      [fault?.code, fault?.message],
      ['InvalidIdentityToken', 'The specified provider requires encrypted assertions.'],
    )
    assert.equal((await exchange(inside())).status, 200)
    await mode('Allowed')
  })
})

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes)
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}

function isEncrypted(child: Node['children'][number]): boolean {
  return typeof child === 'object' && 'tag' in child && child.tag === 'saml:EncryptedAssertion'
}
