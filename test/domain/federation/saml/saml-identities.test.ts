import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { SamlIdentities } from '../../../../src/domain/federation/index.ts'
import { readPresented } from '../../../../src/domain/federation/saml/read-presented.ts'
import { type VerificationTask, verifyResponse } from '../../../../src/domain/federation/saml/verify-response.ts'
import { epochMillis, Secret } from '../../../../src/model/index.ts'
import { systemClock } from '../../../../src/platform/clock.ts'
import type { TurnTaker } from '../../../../src/platform/fair-turns.ts'
import { written } from '../../../saml/canonical-xml.ts'
import { signer } from '../../../saml/certificates.ts'
import { encrypted } from '../../../saml/encrypted.ts'
import { assertion, ENTITY_ID, response, withSignature } from '../../../saml/saml-idp.ts'
import { SOURCE } from '../../directory/samples.ts'

const [OLD, NEW] = [signer('old'), signer('new')]
const ARN = `arn:aws:iam::${SOURCE}:saml-provider/corp`
const PEER = { peer: '192.0.2.1' }
const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const PEM = String(KEY.export({ type: 'pkcs8', format: 'pem' }))

function trusted(signingCertificates: readonly string[], keys: readonly string[] = []) {
  return {
    account: SOURCE,
    name: 'corp',
    arn: ARN,
    uniqueId: 'SAMLSPABCDEFGHIJKLMNOPQ',
    entityId: ENTITY_ID,
    signingCertificates,
    validUntil: epochMillis(Date.UTC(2126, 0)),
    requiresEncryption: false,
    privateKeys: keys.map((key) => new Secret(key)),
    spInitiatedOnly: false,
    signOnUrl: undefined,
  }
}

describe('what was verified of a response', () => {
  const identities = new SamlIdentities({ clock: systemClock, partition: 'aws', isRegion: () => false })
  after(() => identities.close())
  const signed = withSignature(assertion({ roles: [`arn:aws:iam::${SOURCE}:role/Open,${ARN}`] }), OLD)
  const read = (xml: string) => identities.read(Buffer.from(xml).toString('base64'), { peer: '192.0.2.1' })
  const invalid = { code: 'InvalidIdentityToken', message: 'Response signature invalid' }

  test('is nothing to certificates and keys that the provider has since, encrypted or not', async () => {
    const hidden = await read(written(response({}, encrypted(written(signed), KEY))))
    assert.equal((await identities.verify(hidden, trusted([OLD.certificate], [PEM]), PEER)).subject, 'alice')
    await assert.rejects(identities.verify(hidden, trusted([NEW.certificate], [PEM]), PEER), invalid)
    await assert.rejects(identities.verify(hidden, trusted([OLD.certificate]), PEER), invalid)
    const open = await read(written(response({}, signed)))
    assert.equal((await identities.verify(open, trusted([OLD.certificate]), PEER)).subject, 'alice')
    await assert.rejects(identities.verify(open, trusted([NEW.certificate]), PEER), invalid)
  })

  test('does not depend on the order of certificates, and is known of as many sets as anybody has', async () => {
    const open = await read(written(response({}, signed)))
    const [one, other] = [OLD.certificate, NEW.certificate]
    for (const each of [[one, other], [other, one], [one], [other, one, signer('x').certificate]]) {
      assert.equal((await identities.verify(open, trusted(each), PEER)).subject, 'alice')
    }
    for (let set = 0; set < 10; set++) {
      const more = [one, signer(`x${set}`).certificate]
      assert.equal((await identities.verify(open, trusted(more), PEER)).subject, 'alice')
    }
  })
})

test('threads are asked in the turns of who sends and whose provider it is, and for no key that is not needed', async () => {
  const asked: unknown[] = []
  const threads = {
    read: async (text: string, whose: TurnTaker) => {
      asked.push(whose)
      return readPresented(text)
    },
    verify: async (task: VerificationTask, whose: TurnTaker) => {
      asked.push({ ...whose, keys: task.privateKeys.length })
      return verifyResponse(task)
    },
    close: async () => undefined,
  }
  const identities = new SamlIdentities({ clock: systemClock, partition: 'aws', isRegion: () => false, threads })
  const provider = trusted([OLD.certificate], [PEM])
  const signed = withSignature(assertion({ roles: [`arn:aws:iam::${SOURCE}:role/Open,${ARN}`] }), OLD)
  const [open, hidden] = [signed, encrypted(written(signed), KEY)].map((made) =>
    Buffer.from(written(response({}, made))).toString('base64'),
  )
  for (const [text = '', keys] of [
    [open, 0],
    [hidden, 1],
  ] as const) {
    await identities.verify(await identities.read(text, { ...PEER, account: SOURCE }), provider, PEER)
    const [group, lane] = [PEER.peer, SOURCE]
    assert.deepEqual(asked.splice(0), [
      { group, lane: `${lane} to be read` },
      { group, lane, keys },
    ])
  }
  await identities.examine(open ?? '', provider, { roleArn: '', asked: false, personal: false })
  assert.deepEqual(asked, [
    { group: 'operator', lane: ' to be read' },
    { group: 'operator', lane: SOURCE, keys: 0 },
  ])
})
