import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { verify, X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { allCertificates, IdentityDocuments } from '../../../src/domain/instances/index.ts'
import { epochMillis } from '../../../src/model/index.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { memoryKeyRing } from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'

const keyring = memoryKeyRing({ random: systemRandom, clock: systemClock })
const documents = new IdentityDocuments(keyring)
const DOCUMENT = Buffer.from('{\n  "instanceId" : "i-0123456789abcdef0"\n}')
const NOW = epochMillis(Date.parse('2026-03-02T09:00:00Z'))
const ENVELOPES = [
  ['pkcs7', 'sha1', 'dsa', 1024],
  ['dsa2048', 'sha256', 'dsa', 2048],
  ['rsa2048', 'sha256', 'rsa', 2048],
] as const

/** The elements inside one of DER: tag, content, and the whole of each. */
function inside(bytes: Buffer): readonly { readonly tag: number; readonly content: Buffer; readonly whole: Buffer }[] {
  const elements = []
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at + 1] ?? 0
    const extra = first < 0x80 ? 0 : first & 0x7f
    const length = extra === 0 ? first : bytes.readUIntBE(at + 2, extra)
    const start = at + 2 + extra
    elements.push({
      tag: bytes[at] ?? 0,
      content: bytes.subarray(start, start + length),
      whole: bytes.subarray(at, start + length),
    })
    at = start + length
  }
  return elements
}

/** What signed data says: the document, its signed attributes as the set that was signed, and the signature. */
function opened(text: string) {
  const [contentInfo] = inside(Buffer.from(text, 'base64'))
  const [, wrapped] = inside(contentInfo?.content ?? Buffer.alloc(0))
  const [signed] = inside(wrapped?.content ?? Buffer.alloc(0))
  const [, , content, signers] = inside(signed?.content ?? Buffer.alloc(0))
  const [, inner] = inside(content?.content ?? Buffer.alloc(0))
  const [document] = inside(inner?.content ?? Buffer.alloc(0))
  const [signer] = inside(signers?.content ?? Buffer.alloc(0))
  const [, issuerAndSerial, , attributes, , signature] = inside(signer?.content ?? Buffer.alloc(0))
  const set = Buffer.from(attributes?.whole ?? [])
  set[0] = 0x31
  const [issuer, serial] = inside(issuerAndSerial?.content ?? Buffer.alloc(0))
  return {
    document: document?.content,
    set,
    signature: signature?.content ?? Buffer.alloc(0),
    serial: serial?.content.toString('hex').toUpperCase().replace(/^00/, ''),
    issuer: issuer?.whole,
  }
}

for (const [name, digest, type, bits] of ENVELOPES) {
  test(`${name} holds the document, and verifies with its published certificate only while nothing is changed`, async () => {
    const text = (await documents.sign(DOCUMENT, name, NOW)).toString()
    const certificate = new X509Certificate(await documents.certificate(name))
    const { document, set, signature, serial } = opened(text)
    assert.deepEqual(document, DOCUMENT)
    assert.equal(serial, certificate.serialNumber)
    assert.ok(verify(digest, set, certificate.publicKey, signature))
    set[set.length - 1] = (set.at(-1) ?? 0) ^ 1
    assert.ok(!verify(digest, set, certificate.publicKey, signature))
    const details = certificate.publicKey.asymmetricKeyDetails
    assert.deepEqual([certificate.publicKey.asymmetricKeyType, details?.modulusLength], [type, bits])
    assert.ok(text.split('\n').every((line) => line.length <= 64))
  })
}

test('the signature is one of the bytes of the document, in 174 bytes as at EC2', async () => {
  const text = (await documents.sign(DOCUMENT, 'signature', NOW)).toString()
  const { publicKey } = new X509Certificate(await documents.certificate('signature'))
  assert.equal(text.length, 174)
  assert.deepEqual(
    text.split('\n').map((line) => line.length),
    [76, 76, 20],
  )
  assert.ok(verify('sha256', DOCUMENT, publicKey, Buffer.from(text, 'base64')))
  assert.ok(!verify('sha256', Buffer.concat([DOCUMENT, Buffer.from('\n')]), publicKey, Buffer.from(text, 'base64')))
})

test('every certificate is signed by its own key, and every broker has keys of its own', async () => {
  const others = new IdentityDocuments(memoryKeyRing({ random: systemRandom, clock: systemClock }))
  for (const name of ['pkcs7', 'dsa2048', 'rsa2048', 'signature'] as const) {
    const certificate = new X509Certificate(await documents.certificate(name))
    assert.ok(certificate.verify(certificate.publicKey))
    assert.match(certificate.subject, new RegExp(`CN=instance identity ${name}$`))
    assert.notEqual(await others.certificate(name), await documents.certificate(name))
  }
})

test('nodes that share a key ring sign with the same keys', async () => {
  const [one, other] = [new IdentityDocuments(keyring), new IdentityDocuments(keyring)]
  const publicKeys = await Promise.all(
    [one, other].map(async (each) => new X509Certificate(await each.certificate('rsa2048')).publicKey),
  )
  const [first, second] = publicKeys.map((key) => key.export({ format: 'pem', type: 'spki' }))
  assert.equal(first, second)
  assert.equal((await allCertificates(one)).match(/BEGIN CERTIFICATE/g)?.length, 4)
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

test('openssl verifies what is signed, with the command that AWS documents', { skip: !hasOpenssl }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-'))
  t.after(() => rm(folder, { recursive: true }))
  for (const [name] of ENVELOPES) {
    const body = await documents.sign(DOCUMENT, name, NOW)
    await writeFile(join(folder, name), `-----BEGIN PKCS7-----\n${body}\n-----END PKCS7-----\n`)
    await writeFile(join(folder, 'certificate'), await documents.certificate(name))
    const files = ['-in', join(folder, name), '-certfile', join(folder, 'certificate')]
    const { status, stdout, stderr } = spawnSync('openssl', [
      'smime',
      '-verify',
      '-inform',
      'PEM',
      '-noverify',
      ...files,
    ])
    assert.equal(status, 0, `${name}: ${stderr}`)
    assert.deepEqual(stdout, DOCUMENT)
  }
})
