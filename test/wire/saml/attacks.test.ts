import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SamlIdentities } from '../../../src/domain/federation/index.ts'
import { readPresented } from '../../../src/domain/federation/saml/read-presented.ts'
import { epochMillis } from '../../../src/model/index.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { SOURCE } from '../../domain/directory/samples.ts'
import { ENTITY_ID } from '../../saml/saml-idp.ts'
import { ATTACKS } from './attacks.ts'
import { base64, providerArn, roleArn, type Setting, setUp } from './setting.ts'

const LONGEST = 100_000
const MOST_CPU_MS = 50

/** What reading a document costs a thread at best, in milliseconds: a compiler at work is not its fault. */
function cpuOfReading(text: string): number {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 3; round++) {
    const before = process.threadCpuUsage()
    readPresented(text)
    const { user, system } = process.threadCpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

describe('documents that prove nobody', () => {
  const samlIdentities = new SamlIdentities({ clock: systemClock, partition: 'aws', isRegion: () => false })
  let set: Setting
  before(async () => {
    set = await setUp()
    assert.equal((await set.exchange(set.signed())).status, 200)
  })
  after(async () => {
    await samlIdentities.close()
    await set[Symbol.asyncDispose]()
  })

  test('there are more than two hundred', () => assert.ok(ATTACKS.length > 200, String(ATTACKS.length)))

  /** What the debugger of assertions says of it, by a provider like the one that was named. */
  const examine = async (text: string, { PrincipalArn = providerArn(), RoleArn = roleArn('Open') }) => {
    const name = PrincipalArn.slice(PrincipalArn.indexOf('/') + 1)
    const keys = name === 'corp' ? [set.idp, set.next] : [name === 'other' ? set.attacker : set.idp]
    const provider = {
      account: SOURCE,
      name,
      arn: PrincipalArn,
      uniqueId: 'SAMLSPABCDEFGHIJKLMNOPQ',
      entityId: name === 'other' ? 'https://other.example.com' : ENTITY_ID,
      signingCertificates: keys.map(({ certificate }) => certificate),
      validUntil: epochMillis(Date.UTC(2126, 0)),
      requiresEncryption: false,
      privateKeys: [],
      spInitiatedOnly: name === 'only',
      signOnUrl: undefined,
    }
    return await samlIdentities.examine(text, provider, { roleArn: RoleArn, asked: false, personal: false })
  }

  for (const { rule, document, params = {}, status, code, message } of ATTACKS) {
    test(`refused: ${rule}`, async () => {
      const made = document(set)
      const sent = typeof made === 'string' ? base64(made) : made.base64
      const answer = await set.exchange('', { SAMLAssertion: sent, ...params })
      assert.deepEqual({ status: answer.status, code: answer.fault?.code }, { status, code }, answer.body)
      if (sent.length <= LONGEST) assert.ok(cpuOfReading(sent) < MOST_CPU_MS, 'the thread is free for others soon')
      if (message instanceof RegExp) assert.match(answer.fault?.message ?? '', message)
      else assert.equal(answer.fault?.message, message)
      assert.ok(!answer.body.includes('mallory'), 'nothing of the document is repeated')
      if (code === 'ValidationError' || answer.fault?.message?.includes('provider doesn')) return
      const { checks, refusal } = await examine(sent, params)
      assert.ok(!JSON.stringify(checks).includes('mallory'), 'names are masked')
      // What the trust policy says, or the clock in the end, is no check of the assertion.
      if (refusal === undefined) assert.ok(code === 'AccessDenied' || rule === 'a session that has ended', rule)
      else assert.deepEqual([refusal.code, refusal.message], [answer.fault?.code, answer.fault?.message])
    })
  }

  test('none of them is anything to the next assertion that is right', async () => {
    assert.equal((await set.exchange(set.signed())).status, 200)
  })
})
