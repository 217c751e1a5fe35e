import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Form } from '../../../src/doors/console/form.ts'
import { fc } from '../../fast-check.ts'

for (const text of ['a=1&a=1', 'a&a', '=1&=2', 'a=1&%61=2', 'a+b=1&a%20b=2', 'a=%', 'a=%1', '%gg=1', '&'.repeat(100)]) {
  test(`'${text.slice(0, 20)}' is no form that a browser sends`, () => assert.equal(Form.read(text), undefined))
}

test('what is not there is empty text', () => {
  assert.equal(Form.EMPTY.text('a'), '')
  assert.equal(Form.EMPTY.has('a'), false)
  assert.equal(Form.read('a')?.has('a'), true)
  assert.equal(Form.read('a')?.text('__proto__'), '')
})

test('whatever a browser writes is read as it was', () => {
  const fields = fc.dictionary(fc.string(), fc.string({ unit: 'binary' }), { maxKeys: 100 })
  fc.assert(
    fc.property(fields, (written) => {
      const form = Form.read(new URLSearchParams(written).toString())
      for (const name in written) {
        assert.equal(form?.text(name), written[name]?.toWellFormed())
        assert.equal(form?.has(name), true)
      }
    }),
  )
})

test('a form of many fields is refused before they are read', () => {
  const text = 'a=1&'.repeat(1_000_000)
  const startedAt = performance.now()
  assert.equal(Form.read(text), undefined)
  assert.ok(performance.now() - startedAt < 500)
})
