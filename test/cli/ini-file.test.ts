import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IniFile } from '../../src/cli/ini-file.ts'
import { fc } from '../fast-check.ts'

interface Change {
  readonly rule: string
  readonly before: string
  readonly after: string
}

const CHANGES: readonly Change[] = [
  { rule: 'an empty file gets the section', before: '', after: '[dev]\nkey = new\n' },
  {
    rule: 'a section that is missing comes last, apart by a blank line',
    before: '[a]\nkey=1\n',
    after: '[a]\nkey=1\n\n[dev]\nkey = new\n',
  },
  {
    rule: 'a file that does not end its last line is continued on a new one',
    before: '[a]\nkey=1',
    after: '[a]\nkey=1\n\n[dev]\nkey = new\n',
  },
  {
    rule: 'a key is replaced, and its neighbours stay as they are',
    before: '# mine\n[dev]\n  ; odd\nother:  x \nKEY=old\n\n[z]\nkey = z\n',
    after: '# mine\n[dev]\nkey = new\n  ; odd\nother:  x \n\n[z]\nkey = z\n',
  },
  {
    rule: "a key's nested lines go with it",
    before: '[dev]\nkey =\n  inner = 1\n\n  inner2 = 2\nother = x\n',
    after: '[dev]\nkey = new\n\n  inner2 = 2\nother = x\n',
  },
  {
    rule: 'a key that is to be removed is removed',
    before: '[dev]\ngone = 1\nkey = old\n',
    after: '[dev]\nkey = new\n',
  },
  {
    rule: 'a header on the last line without an end gets its keys on the next',
    before: '[dev]',
    after: '[dev]\nkey = new\n',
  },
  {
    rule: 'quotes, blanks and a comment do not hide a header',
    before: '[ "dev" ] # mine\n',
    after: '[ "dev" ] # mine\nkey = new\n',
  },
  {
    rule: 'line ends are those of the file',
    before: '[a]\r\nkey=1\r\n',
    after: '[a]\r\nkey=1\r\n\r\n[dev]\r\nkey = new\r\n',
  },
]

for (const { rule, before, after } of CHANGES) {
  test(rule, () => assert.equal(new IniFile(before).with(['dev'], { key: 'new', gone: undefined }).text, after))
}

test('what is set is read again, and the rest of any file stays, byte for byte', () => {
  const line = fc.constantFrom('[a]', '[dev]', 'key = 1', 'other=2', '  nested = 3', '# no', '', ' ')
  const file = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')).map((parts) => parts.join('')))
  fc.assert(
    fc.property(file, (lines) => {
      const before = new IniFile(lines.join(''))
      const after = before.with(['dev'], { fresh: 'value' })
      assert.equal(after.value(['dev'], 'fresh'), 'value')
      if (before.has(['dev'])) assert.equal(after.text.replace(/fresh = value\r?\n/, ''), before.text)
      else assert.ok(after.text.startsWith(before.text))
    }),
  )
})

test('setting the same again changes nothing', () => {
  const once = new IniFile('[z]\nkey = z\n').with(['dev'], { key: 'new', nested: '\n  inner = 1' })
  assert.equal(once.with(['dev'], { key: 'new', nested: '\n  inner = 1' }).text, once.text)
})
