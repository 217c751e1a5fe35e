import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readXml, type XmlElement } from '../../../src/engines/saml/xml.ts'

const read = (text: string): XmlElement => readXml(text, { length: 1_000_000, elements: 100_000 })

describe('namespaces', () => {
  test('are those of the innermost element that declares them', () => {
    const root = read(
      '<p:a xmlns:p="u" xmlns="d"><p:a xmlns:p="v" xmlns=""><p:a/><a/></p:a><p:a/><a p:x="" x=""/><xml:a/></p:a>',
    )
    const named = ({ namespace, name, children }: XmlElement): unknown => [
      `${namespace}:${name}`,
      ...children.map(named),
    ]
    assert.deepEqual(named(root), [
      'u:a',
      ['v:a', ['v:a'], [':a']],
      ['u:a'],
      ['d:a'],
      ['http://www.w3.org/XML/1998/namespace:a'],
    ])
    assert.deepEqual(
      root.children[2]?.attributes.map(({ namespace }) => namespace),
      ['u', ''],
    )
  })

  test('end with the element that declares them', () => {
    for (const text of ['<a><b xmlns:p="u"/><p:c/></a>', '<a><b xmlns:p="u"><p:b/></b><c p:x=""/></a>']) {
      assert.throws(() => read(text), /a prefix that is not declared/)
    }
  })

  test('are found as fast however deep an element stands, and however many are declared around it', () => {
    const cpuOf = (text: string): number => {
      let least = Number.POSITIVE_INFINITY
      for (let round = 0; round < 5; round++) {
        const before = process.threadCpuUsage()
        read(text)
        const { user, system } = process.threadCpuUsage(before)
        least = Math.min(least, user + system)
      }
      return least
    }
    const inner = '<q:a/>'.repeat(40_000)
    const around = (depth: number, declared: string): string =>
      `<a xmlns:q="u">${`<a ${declared}>`.repeat(depth)}${inner}${'</a>'.repeat(depth)}</a>`
    const shallow = cpuOf(around(1, ''))
    for (const declared of ['', 'xmlns:p="u"', Array.from({ length: 50 }, (_, n) => `xmlns:p${n}="u"`).join(' ')]) {
      const deep = cpuOf(around(90, declared))
      assert.ok(deep < 2 * shallow, `${deep} and ${shallow} microseconds`)
    }
  })
})
