import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPresented } from '../../../../src/domain/federation/saml/read-presented.ts'
import { el, written } from '../../../saml/canonical-xml.ts'
import { assertion, response } from '../../../saml/saml-idp.ts'

const read = (xml: string) => readPresented(Buffer.from(xml).toString('base64'))

test('what is wrong with a response is said in few words, however long the names in it are', () => {
  const named = written(response({}, assertion(), el(`saml:${'N'.repeat(60_000)}`)))
  const facts = read(named)
  assert.ok('wrong' in facts && facts.wrong === 'form')
  assert.match(facts.detail, /^a Response with NNN/)
  assert.equal(facts.detail.length, 200)
})

test('where the assertion cannot be read, nothing is said of its providers but why', () => {
  const facts = read(written(response({}, assertion({ more: [el('saml:Subject')] }))))
  assert.ok('providers' in facts && 'wrong' in facts.providers)
  assert.equal(facts.providers.wrong, 'form')
})
