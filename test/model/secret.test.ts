import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { format, inspect } from 'node:util'
import { serialize } from 'node:v8'
import { Fault, Secret, ServiceUnavailable, toFault } from '../../src/model/index.ts'

const VALUE = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const secret = new Secret(VALUE)
const inside = { deep: { secrets: [secret], map: new Map([['key', secret]]) } }

/** Every way in which a value ends up in a text by accident. */
const WAYS: Readonly<Record<string, () => string>> = {
  'a template': () => `${secret}`,
  'a concatenation': () => `secret: ${String(secret)}`.concat(String([secret])),
  'a join': () => [secret, secret].join(),
  'JSON, nested and pretty': () => JSON.stringify(inside, undefined, 2),
  'an inspection': () => inspect(inside, { depth: 9, showHidden: true, getters: true }),
  'an inspection that ignores how it wants to be shown': () =>
    inspect(secret, { customInspect: false, showHidden: true }),
  'every format of the console': () => format('%s %o %O %j %d', secret, secret, secret, secret, secret, secret),
  'a copy by its entries': () => JSON.stringify(Object.entries(secret)) + JSON.stringify({ ...secret }),
  'a structured clone': () => inspect(structuredClone(inside), { depth: 9, showHidden: true }),
  'a serialisation': () => serialize(inside).toString('latin1'),
  'the message of an error': () => new Error(`cannot open ${secret}`, { cause: secret }).stack ?? '',
  'an error that is inspected with its cause': () => inspect(new ServiceUnavailable(`${secret}`, { cause: inside })),
  'a failed assertion': () => {
    try {
      assert.deepEqual(inside, {})
    } catch (error) {
      return inspect(error)
    }
    return VALUE
  },
  'a property that is asked of it': () => {
    try {
      return String(Reflect.apply(Reflect.get(Secret.prototype, 'reveal'), {}, []))
    } catch (error) {
      return inspect(error)
    }
  },
}

describe('a secret is not to be found in', () => {
  for (const [way, text] of Object.entries(WAYS)) {
    test(way, () => assert.ok(!text().includes(VALUE)))
  }
})

test('a secret that is printed says that it is one', () => {
  assert.equal(`${secret}`, '[secret]')
  assert.equal(JSON.stringify({ secret }), '{"secret":"[secret]"}')
  assert.equal(inspect({ secret }), '{ secret: [secret] }')
})

test('only whoever asks for it gets it', () => {
  assert.equal(secret.reveal(), VALUE)
})

test('what is thrown and is no fault becomes one that says nothing of it', () => {
  for (const thrown of [new Error(VALUE), VALUE, undefined, null, { message: VALUE, code: 'AccessDenied' }]) {
    const fault = toFault(thrown)
    assert.equal(fault.code, 'InternalFailure')
    assert.equal(fault.httpStatus, 500)
    assert.ok(!fault.message.includes(VALUE))
    assert.equal(fault.cause, thrown)
  }
  const refusal = new ServiceUnavailable('full')
  assert.ok(refusal instanceof Fault)
  assert.equal(toFault(refusal), refusal)
})
