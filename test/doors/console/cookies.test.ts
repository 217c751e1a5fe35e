import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cookies } from '../../../src/doors/console/cookies.ts'

const cookies = new Cookies(false)
const secure = new Cookies(true)

for (const header of [
  undefined,
  '',
  'a',
  'a=',
  'b=x',
  'A=x',
  'a =x',
  'a=x; a=x',
  'a=x; a=y',
  'a=x; a=',
  'a="x"',
  'a=x,a=y',
  'a=x\u0000',
  'a=é',
  `a=${'x'.repeat(129)}`,
]) {
  test(`'${header?.slice(0, 20)}' holds no cookie of ours`, () => assert.equal(cookies.read(header, 'a'), undefined))
}

test('a cookie is found among others', () => {
  for (const header of ['a=x-_1', 'b=y; a=x-_1; c=z', ' a=x-_1 ;b="a=y"', 'aa=y;a=x-_1']) {
    assert.equal(cookies.read(header, 'a'), 'x-_1')
  }
})

test('over TLS only a cookie with the prefix is one of ours', () => {
  assert.equal(secure.read('a=x', 'a'), undefined)
  assert.equal(secure.read('a=x; __Host-a=y', 'a'), 'y')
  assert.equal(secure.read('__host-a=y', 'a'), undefined)
})

test('what is no handle is never set: it could end the header', () => {
  for (const value of ['', 'a b', 'a;b', 'a\r\nSet-Cookie: b=c', 'é', 'x'.repeat(129)]) {
    assert.throws(() => cookies.set('a', value), /no handle/)
  }
})
