import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { DecodeAuthorizationMessageCommand, InvalidAuthorizationMessageException, STSClient } from '@aws-sdk/client-sts'
import { type AssertionParts, ATTRIBUTES } from '../../saml/saml-idp.ts'
import { policy, SOURCE, TARGET } from '../cast.ts'
import type { Params, WireAnswer } from '../wire-client.ts'
import { pair, providerArn, roleArn, type Setting, setUp, trusting } from './setting.ts'

const PERSON = 'alice.liddell@corp.example'
const NAMED: AssertionParts = {
  nameId: PERSON,
  attributes: { [`${ATTRIBUTES}/RoleSessionName`]: PERSON, '0.9.2342.19200300100.1.3': PERSON },
}

interface Told {
  readonly because: string
  readonly tree: readonly string[]
  readonly changes: readonly string[]
}

describe('a refused assertion explains itself to the administrators of its provider', () => {
  let set: Setting
  before(async () => {
    const mail = { Condition: { StringEquals: { 'saml:mail': 'bob@corp.example', 'saml:sub': 'bob@corp.example' } } }
    set = await setUp([{ RoleName: 'OfBob', AssumeRolePolicyDocument: policy(trusting(providerArn(), mail)) }])
  })
  after(() => set[Symbol.asyncDispose]())

  const decode = async (EncodedMessage: string, account = SOURCE) => {
    const { credentials } = await set.broker.as(`arn:aws:iam::${account}:root`)
    const client = new STSClient({ endpoint: set.broker.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
    const { DecodedMessage = '' } = await client.send(new DecodeAuthorizationMessageCommand({ EncodedMessage }))
    return DecodedMessage
  }
  const refused = async (
    xml: string,
    params: Params = {},
  ): Promise<{ text: string; told: Told; answer: WireAnswer }> => {
    const answer = await set.exchange(xml, params)
    assert.notEqual(answer.status, 200)
    const message = String(answer.headers['x-rolecall-explanation'])
    for (let times = 0; ; times++) {
      try {
        const text = await decode(message)
        return { text, told: JSON.parse(text).rolecall, answer }
      } catch (error) {
        if (!(error instanceof InvalidAuthorizationMessageException) || times > 40) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }

  test('check by check, without what names a person, and to nobody else', async () => {
    const xml = set.signed({ ...NAMED, audiences: [['https://sp.example.com']] })
    const { answer, text, told } = await refused(xml)
    assert.equal(told.because, `the assertion's audience: "https://sp.example.com"`)
    assert.equal(told.tree.length, 16)
    assert.deepEqual(told.changes, [
      `Set the audience (the entity id of the service provider) to "urn:amazon:webservices" or "${set.broker.endpoint}/saml" at the identity provider.`,
    ])
    assert.ok(!text.includes('liddell'), text)
    const message = String(answer.headers['x-rolecall-explanation'])
    await assert.rejects(decode(message, TARGET), { name: 'InvalidAuthorizationMessageException' })
    const unknown = await set.exchange(set.signed(), { PrincipalArn: providerArn('nobody') })
    assert.equal(unknown.headers['x-rolecall-explanation'], undefined)
  })

  test('also a role that it is not for, and one that it was used for', async () => {
    const { told } = await refused(set.signed({ roles: [pair('Bare')] }))
    assert.equal(told.because, `the assertion's roles: for "${roleArn('Bare')}"`)
    assert.deepEqual(told.changes, [
      `Have the identity provider write ${pair('Open')} into the attribute https://aws.amazon.com/SAML/Attributes/Role.`,
    ])
    const once = set.signed()
    assert.equal((await set.exchange(once)).status, 200)
    const again = await refused(once)
    assert.equal(again.told.because, "the assertion's use: exchanged before, for this role")
  })

  test('and by the trust policy, without what names a person', async () => {
    const { text, told } = await refused(set.signed({ ...NAMED, roles: [pair('OfBob')] }), {
      RoleArn: roleArn('OfBob'),
    })
    assert.match(told.because, /saml:(mail|sub) were "bob@corp.example" \(it is "a\*\*\*\*@corp.example"\)/)
    assert.ok(!text.includes('liddell'), text)
  })
})
