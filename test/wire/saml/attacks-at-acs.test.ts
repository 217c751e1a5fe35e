import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ATTACKS } from './attacks.ts'
import { Browser } from './browser.ts'
import { base64, roleArn, type Setting, setUp } from './setting.ts'

describe('documents that prove nobody sign in nobody', () => {
  let set: Setting
  before(async () => {
    set = await setUp()
  })
  after(() => set[Symbol.asyncDispose]())

  const post = async (
    SAMLResponse: string,
  ): Promise<{ readonly status: number; readonly page: string; readonly browser: Browser }> => {
    const browser = new Browser(set.broker.endpoint)
    const answer = await browser.postFromElsewhere('/saml', { SAMLResponse, roleIndex: roleArn('Open') })
    return { status: answer.status, page: await answer.text(), browser }
  }

  test('as one does that is right', async () => {
    const { status, browser } = await post(base64(set.signed()))
    assert.equal(status, 303)
    assert.notEqual(browser.holds('rolecall'), undefined)
  })

  for (const { rule, document, params } of ATTACKS) {
    // What is wrong with what is asked for is wrong at the API alone: here nobody names a provider.
    if (params !== undefined) continue
    test(`refused: ${rule}`, async () => {
      const made = document(set)
      const { status, page, browser } = await post(typeof made === 'string' ? base64(made) : made.base64)
      assert.ok(status === 400 || status === 403, `${status} ${page}`)
      assert.match(page, /You are not signed in/)
      assert.ok(!page.includes('mallory'), 'nothing of the document is repeated')
      assert.equal(browser.holds('rolecall'), undefined)
    })
  }
})
