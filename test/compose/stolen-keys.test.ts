import assert from 'node:assert/strict'
import { createHmac, createSecretKey, hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { type RunningNode, startNode } from '../../src/compose/index.ts'
import type { KeyPurpose } from '../../src/platform/keyring/index.ts'
import { ACCOUNT, aFolder, configIn, DIRECTORY } from './samples.ts'
import { ALICE, assume, type Credentials, whoIs } from './sts-as.ts'

/** A key as somebody has it who copied its file. */
interface Stolen {
  readonly id: string
  readonly bytes: Buffer
}

interface Stage {
  readonly node: RunningNode
  /** A session that its holder has by right. */
  readonly own: Required<Credentials>
  steal(purpose: KeyPurpose): Promise<Stolen>
}

async function aStage(t: TestContext): Promise<Stage> {
  const folder = await aFolder(t)
  const node = await startNode(configIn(folder), { directories: [DIRECTORY] })
  t.after(() => node.stop())
  const steal = async (purpose: KeyPurpose): Promise<Stolen> => {
    const { id, material } = JSON.parse(await readFile(join(folder, 'keys', `${purpose}.1.json`), 'utf8'))
    return { id, bytes: Buffer.from(material, 'base64url') }
  }
  return { node, own: await assume(node, ALICE), steal }
}

/** Seals claims as the broker does, under whatever key and with whatever name of one. */
function sealed(claims: object, key: Buffer, kid: string): Promise<string> {
  return new CompactEncrypt(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid, typ: 'rolecall-session' })
    .encrypt(createSecretKey(key))
}

async function claimsOf(token: string, key: Buffer): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(Buffer.from((await compactDecrypt(token, createSecretKey(key))).plaintext).toString())
}

/** The secret that belongs to a token, for who knows the derive key. */
function secretOf(token: string, deriveKey: Buffer | string): string {
  const digest = hash('sha256', token, 'buffer')
  return createHmac('sha256', deriveKey).update('rolecall/secret/v1').update(digest).digest().toString('base64', 0, 30)
}

/** Claims that would make the holder of `claims` the account's root, for longer. */
function promoted(claims: Readonly<Record<string, unknown>>): object {
  return { ...claims, who: ['root'], exp: Number(claims['exp']) + 86_400_000 }
}

test('a stolen seal key makes tokens that open, and nothing that it could sign with', async (t) => {
  const { node, own, steal } = await aStage(t)
  const { id, bytes } = await steal('session-seal')
  const claims = await claimsOf(own.sessionToken, bytes)
  const forged = await sealed(promoted(claims), bytes, id)
  const guesses: Readonly<Record<string, string>> = {
    'the secret of a session of its own': own.secretAccessKey,
    'a secret derived with the seal key': secretOf(forged, bytes),
    'a secret derived with the seal key as text': secretOf(forged, bytes.toString('base64url')),
    'a secret derived with no key': secretOf(forged, ''),
    'a secret derived with the id of the derive key': secretOf(forged, String(claims['dkid'])),
    'a digest of the token': hash('sha256', forged, 'buffer').toString('base64', 0, 30),
    'the seal key': bytes.toString('base64'),
    'the initialisation vector': forged.split('.')[2] ?? '',
    nothing: 'A'.repeat(40),
  }
  for (const [guess, secretAccessKey] of Object.entries(guesses)) {
    await assert.rejects(
      whoIs(node, { accessKeyId: own.accessKeyId, secretAccessKey, sessionToken: forged }),
      // Not the token but the signature is refused: the forgery went as far as the seal key leads.
      { name: 'SignatureDoesNotMatch' },
      guess,
    )
  }
})

test('with a stolen seal key no other key can be named to derive the secret with', async (t) => {
  const { node, own, steal } = await aStage(t)
  const { id, bytes } = await steal('session-seal')
  const claims = promoted(await claimsOf(own.sessionToken, bytes))
  for (const dkid of [id, '', 'x', '__proto__', undefined]) {
    const forged = await sealed({ ...claims, dkid }, bytes, id)
    for (const secretAccessKey of [secretOf(forged, bytes), secretOf(forged, '')]) {
      await assert.rejects(whoIs(node, { accessKeyId: own.accessKeyId, secretAccessKey, sessionToken: forged }), {
        name: 'InvalidClientTokenId',
      })
    }
  }
})

test('a stolen derive key makes the secret of every token, and no token that opens', async (t) => {
  const { node, own, steal } = await aStage(t)
  const { id, bytes } = await steal('session-secret')
  const [header = '', , iv = '', body = '', tag = ''] = own.sessionToken.split('.')
  const sealKeyId: string = JSON.parse(Buffer.from(header, 'base64url').toString()).kid
  const now = Date.now()
  const claims = {
    jti: 'AAAAAAAAAAAAAAAAAAAAAA',
    akid: own.accessKeyId,
    acct: ACCOUNT,
    who: ['root'],
    iat: now,
    exp: now + 3_600_000,
    dkid: id,
  }
  const flipped = Buffer.from(body, 'base64url')
  flipped[40] = (flipped[40] ?? 0) ^ 1
  const forgeries: Readonly<Record<string, string>> = {
    'claims under the derive key, named as the seal key': await sealed(claims, bytes, sealKeyId),
    'claims under the derive key, by its own name': await sealed(claims, bytes, id),
    'claims under a key of its own': await sealed(claims, Buffer.alloc(32), sealKeyId),
    'claims that are not sealed': [header, '', iv, Buffer.from(JSON.stringify(claims)).toString('base64url'), tag].join(
      '.',
    ),
    'its own token with a bit of the content flipped': [header, '', iv, flipped.toString('base64url'), tag].join('.'),
    'its own token with a shorter tag': [header, '', iv, body, tag.slice(0, 16)].join('.'),
  }
  for (const [forgery, sessionToken] of Object.entries(forgeries)) {
    const secretAccessKey = secretOf(sessionToken, bytes)
    await assert.rejects(
      whoIs(node, { accessKeyId: own.accessKeyId, secretAccessKey, sessionToken }),
      { name: 'InvalidClientTokenId' },
      forgery,
    )
  }
})

test('with both keys a session can be forged, so what was tried with one of them was tried as it should be', async (t) => {
  const { node, own, steal } = await aStage(t)
  const [seal, derive] = [await steal('session-seal'), await steal('session-secret')]
  const sessionToken = await sealed(promoted(await claimsOf(own.sessionToken, seal.bytes)), seal.bytes, seal.id)
  const forged = { accessKeyId: own.accessKeyId, secretAccessKey: secretOf(sessionToken, derive.bytes), sessionToken }
  assert.equal(await whoIs(node, forged), `arn:aws:iam::${ACCOUNT}:root`)
})
