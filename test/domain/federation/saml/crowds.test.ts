import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { after, describe, test } from 'node:test'
import { SamlIdentities } from '../../../../src/domain/federation/index.ts'
import { ResponseThreads } from '../../../../src/domain/federation/saml/response-threads.ts'
import { epochMillis, ServiceUnavailable } from '../../../../src/model/index.ts'
import { systemClock } from '../../../../src/platform/clock.ts'
import { written } from '../../../saml/canonical-xml.ts'
import { signer } from '../../../saml/certificates.ts'
import { assertion, ENTITY_ID, response, withSignature } from '../../../saml/saml-idp.ts'
import { SOURCE } from '../../directory/samples.ts'

const IDP = signer()
const BELOW_NORMAL = 10

describe('a crowd that signs in at once', () => {
  const identities = new SamlIdentities({ clock: systemClock, partition: 'aws', isRegion: () => false })
  after(() => identities.close())
  const made = () => Buffer.from(written(response({}, withSignature(assertion(), IDP)))).toString('base64')

  test('is read by threads alone: what a document does to its reader, it does to nobody else', async (t) => {
    const worker = new URL('./fixtures/hostile-worker.ts', import.meta.url)
    const threads = new ResponseThreads({ deadlineMs: 300, worker })
    const told = new SamlIdentities({ clock: systemClock, partition: 'aws', isRegion: () => false, threads })
    t.after(() => told.close())
    let turns = 0
    let isOver = false
    const others = (): void => {
      turns++
      if (!isOver) setImmediate(others)
    }
    setImmediate(others)
    // The thread says so: to whoever read it here, both would be no base64.
    await assert.rejects(told.read('loop', { peer: '192.0.2.1' }), ServiceUnavailable)
    await assert.rejects(told.read('well', { peer: '192.0.2.1' }), { message: 'Response signature invalid' })
    isOver = true
    assert.ok(turns > 100, String(turns))
  })

  test('has its signatures verified, all two hundred, by threads that give way to the one that answers', async () => {
    const ARN = `arn:aws:iam::${SOURCE}:saml-provider/corp`
    const provider = {
      account: SOURCE,
      name: 'corp',
      arn: ARN,
      uniqueId: 'SAMLSPABCDEFGHIJKLMNOPQ',
      entityId: ENTITY_ID,
      signingCertificates: [IDP.certificate],
      validUntil: epochMillis(Date.UTC(2126, 0)),
      requiresEncryption: false,
      privateKeys: [],
      spInitiatedOnly: false,
      signOnUrl: undefined,
    }
    const text = made()
    const proven = Array.from({ length: 200 }, async () =>
      identities.verify(await identities.read(text, { peer: '192.0.2.1' }), provider, { peer: '192.0.2.1' }),
    )
    assert.equal((await Promise.all(proven)).length, 200)
    if (process.platform !== 'linux') return
    const threads = readdirSync('/proc/self/task')
    const priorities = threads.map((id) =>
      Number(readFileSync(`/proc/self/task/${id}/stat`, 'utf8').split(') ')[1]?.split(' ')[16]),
    )
    assert.ok(priorities.includes(BELOW_NORMAL), priorities.join())
    assert.notEqual(getPriority(), BELOW_NORMAL)
  })
})
