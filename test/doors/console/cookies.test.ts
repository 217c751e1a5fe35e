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
  `a=${'x'.repeat(1025)}`,
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
  for (const value of ['', 'a b', 'a;b', 'a\r\nSet-Cookie: b=c', 'é', 'x'.repeat(1025)]) {
    assert.throws(() => cookies.set('a', value), /no handle/)
  }
})

test('what a browser takes for part of a name is not stripped: any host of the domain may have set it', () => {
  for (const blank of ['\u00a0', '\ufeff', '\u000b', '\u000c', '\u2028', '\u3000', '\r', '\n']) {
    for (const header of [`${blank}__Host-a=y`, `b=x;${blank}__Host-a=y`, `b=x; ${blank} __Host-a=y`]) {
      assert.equal(secure.read(header, 'a'), undefined)
      assert.equal(secure.read(`${header}; __Host-a=z`, 'a'), 'z', 'nor does it hide the one that is ours')
    }
    assert.equal(secure.read(`__Host-a=y${blank}`, 'a'), undefined)
  }
  assert.equal(secure.read(' \t__Host-a=y\t ;\tb=x', 'a'), 'y')
})
