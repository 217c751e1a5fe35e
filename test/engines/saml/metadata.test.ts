import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readMetadata } from '../../../src/engines/saml/index.ts'
import { el } from '../../saml/canonical-xml.ts'
import { signer } from '../../saml/certificates.ts'
import { metadata } from '../../saml/saml-idp.ts'

const KEY = signer()
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'

function signOnUrl(...places: readonly (readonly [location: string, binding?: string])[]): string | undefined {
  const services = places.map(([Location, Binding = REDIRECT]) => el('md:SingleSignOnService', { Binding, Location }))
  return readMetadata(metadata([KEY], { services })).signOnUrl
}

describe('where metadata sends browsers to sign in', () => {
  for (const [rule, location] of [
    ['a script', 'javascript:alert(1)'],
    ['data', 'data:text/html,x'],
    ['plain http elsewhere', 'http://idp.example.com/sso'],
    ['plain http to what begins like this machine', 'http://127.0.0.1.example.com/sso'],
    ['a path', '/sso'],
    ['a name and a password', 'https://a:b@idp.example.com/sso'],
    ['a fragment', 'https://idp.example.com/sso#x'],
    ['nothing', ''],
    ['what is too long', `https://idp.example.com/${'a'.repeat(2048)}`],
  ] as const) {
    test(`is not ${rule}`, () => assert.equal(signOnUrl([location]), undefined))
  }

  test('is no place of another binding, which asks for another form', () => {
    assert.equal(signOnUrl(['https://idp.example.com/sso', REDIRECT.replace('Redirect', 'POST')]), undefined)
  })

  test('is the first that can be used', () => {
    const places = [['/sso'], ['https://idp.example.com/one'], ['https://idp.example.com/two']] as const
    assert.equal(signOnUrl(...places), 'https://idp.example.com/one')
  })

  test('may be on this machine', () => {
    assert.equal(signOnUrl(['http://127.0.0.1:8080/sso']), 'http://127.0.0.1:8080/sso')
  })

  test('has no line end in it, whatever stands there', () => {
    const document = metadata([KEY], {
      services: [el('md:SingleSignOnService', { Binding: REDIRECT, Location: 'https://idp.example.com/sso' })],
    })
    const broken = document.replace('/sso"', '/s&#13;&#10;so"')
    assert.equal(readMetadata(broken).signOnUrl, 'https://idp.example.com/sso')
  })
})
