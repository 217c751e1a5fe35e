import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asksForPage } from '../../../src/doors/http/pages.ts'

for (const url of [
  '',
  '/',
  '/?Action=GetCallerIdentity',
  '?/signin',
  '//signin',
  '/signinx',
  '/signin%2f',
  '/%73ignin',
  '/SIGNIN',
  '/x/signin',
  '/./signin',
  'http://127.0.0.1/signin',
  'signin',
  '*',
  '/constructor',
]) {
  test(`'${url}' is not for a page`, () => assert.equal(asksForPage(url), false))
}

for (const url of [
  '/signin',
  '/signin?account=a',
  '/console/credentials',
  '/static/',
  '/saml/../',
  '/terminal/redeem',
]) {
  test(`'${url}' is for the pages`, () => assert.equal(asksForPage(url), true))
}
