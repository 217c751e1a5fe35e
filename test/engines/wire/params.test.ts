import assert from 'node:assert/strict'
import { test } from 'node:test'
import { integer, type Params, readForm } from '../../../src/engines/wire/index.ts'
import { MalformedInput, mustMatch, ValidationError, type Violation, violationOf } from '../../../src/model/index.ts'

const paramsOf = (form: string): Params => readForm([form], 1000)
const plain = (text: string): string => text
const arnLike = (text: string): string | Violation =>
  violationOf(text, { min: 20, pattern: 'arn:.*', matches: /^arn:.*$/ }) ?? text
const letters = (text: string): string | Violation => (/^[a-z]*$/.test(text) ? text : mustMatch('[a-z]*'))
const duration = integer({ min: 900, max: 43200 })

const NOT_LETTERS = 'failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]*'
const MUST_MATCH = 'Member must satisfy regular expression pattern: [a-z]*'

type Read = (params: Params) => unknown

const VIOLATIONS: readonly (readonly [rule: string, form: string, read: Read, message: string])[] = [
  [
    'a required parameter that is absent is null',
    '',
    (params) => params.collect({ arn: params.required('RoleArn', plain) }),
    "1 validation error detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
  ],
  [
    'an empty value is checked, and every constraint it breaks is named',
    'RoleArn=',
    (params) => params.collect({ arn: params.required('RoleArn', arnLike) }),
    "2 validation errors detected: Value '' at 'roleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:.*; Value '' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20",
  ],
  [
    'only the first letter of a name is lowered',
    'SAMLAssertion=1',
    (params) => params.collect({ assertion: params.required('SAMLAssertion', letters) }),
    `1 validation error detected: Value '1' at 'sAMLAssertion' ${NOT_LETTERS}`,
  ],
  [
    'a sensitive value is not repeated',
    'WebIdentityToken=SECRET',
    (params) => params.collect({ token: params.required('WebIdentityToken', letters, { sensitive: true }) }),
    `1 validation error detected: Value at 'webIdentityToken' ${NOT_LETTERS}`,
  ],
  [
    'a sensitive value that is absent is null like any other',
    '',
    (params) => params.collect({ token: params.required('WebIdentityToken', letters, { sensitive: true }) }),
    "1 validation error detected: Value null at 'webIdentityToken' failed to satisfy constraint: Member must not be null",
  ],
  [
    'an optional parameter that is given is checked',
    'Name=1',
    (params) => params.collect({ name: params.optional('Name', letters, undefined) }),
    `1 validation error detected: Value '1' at 'name' ${NOT_LETTERS}`,
  ],
  [
    'a number below its range',
    'DurationSeconds=899',
    (params) => params.collect({ lifetime: params.optional('DurationSeconds', duration, 3600) }),
    "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
  ],
  [
    'a number above its range',
    'DurationSeconds=43201',
    (params) => params.collect({ lifetime: params.optional('DurationSeconds', duration, 3600) }),
    "1 validation error detected: Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200",
  ],
  [
    'violations of the whole request are joined, in the order of the fields',
    'Name=1&Tags.member.1.Key=2&Tags.member.2.Key=k&Tags.member.2.Value=3',
    (params) =>
      params.collect({
        name: params.required('Name', letters),
        tags: params.list('Tags', (tag) =>
          tag.collect({ key: tag.required('Key', letters), value: tag.required('Value', letters) }),
        ),
        arn: params.required('Arn', letters),
      }),
    [
      `5 validation errors detected: Value '1' at 'name' ${NOT_LETTERS}`,
      `Value '2' at 'tags.1.member.key' ${NOT_LETTERS}`,
      "Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null",
      `Value '3' at 'tags.2.member.value' ${NOT_LETTERS}`,
      "Value null at 'arn' failed to satisfy constraint: Member must not be null",
    ].join('; '),
  ],
  [
    'a list in a list has a path of both',
    'A.member.1.B.member.2.C=1',
    (params) =>
      params.collect({
        a: params.list('A', (a) => a.collect({ b: a.list('B', (b) => b.collect({ c: b.required('C', letters) })) })),
      }),
    `1 validation error detected: Value '1' at 'a.1.member.b.2.member.c' ${NOT_LETTERS}`,
  ],
  [
    'too many structures are too long a list',
    'Tags.member.1.Key=a&Tags.member.2.Key=b',
    (params) =>
      params.collect({
        tags: params.list('Tags', (tag) => tag.collect({ key: tag.required('Key', plain) }), { max: 1 }),
      }),
    "1 validation error detected: Value '[...]' at 'tags' failed to satisfy constraint: Member must have length less than or equal to 1",
  ],
  [
    'a list of texts is refused as a whole',
    'Keys.member.1=a&Keys.member.2=B&Keys.member.3=C',
    (params) => params.collect({ keys: params.texts('Keys', letters) }),
    `1 validation error detected: Value '[a, B, C]' at 'keys' failed to satisfy constraint: Member must satisfy constraint: [${MUST_MATCH}]`,
  ],
  [
    'too many texts are too long a list',
    'Keys.member.1=a&Keys.member.2=b',
    (params) => params.collect({ keys: params.texts('Keys', letters, { max: 1 }) }),
    "1 validation error detected: Value '[a, b]' at 'keys' failed to satisfy constraint: Member must have length less than or equal to 1",
  ],
  [
    'keys and values of a map are refused apart',
    'Map.entry.1.key=1&Map.entry.1.value=2',
    (params) => params.collect({ map: params.map('Map', letters, letters) }),
    `2 validation errors detected: Value '{1=2}' at 'map' failed to satisfy constraint: Map keys must satisfy constraint: [${MUST_MATCH}]; Value '{1=2}' at 'map' failed to satisfy constraint: Map value must satisfy constraint: [${MUST_MATCH}]`,
  ],
  [
    'too many entries are too long a map',
    'Map.entry.1.key=a&Map.entry.2.key=b',
    (params) => params.collect({ map: params.map('Map', letters, letters, { max: 1 }) }),
    "1 validation error detected: Value '{a=, b=}' at 'map' failed to satisfy constraint: Member must have length less than or equal to 1",
  ],
  [
    'of a long value its beginning is repeated',
    `Name=${'A'.repeat(3000)}`,
    (params) => params.collect({ name: params.required('Name', letters) }),
    `1 validation error detected: Value '${'A'.repeat(2500)}...' at 'name' ${NOT_LETTERS}`,
  ],
  [
    'no character is cut in two',
    `Name=${'😀'.repeat(2501)}`,
    (params) => params.collect({ name: params.required('Name', letters) }),
    `1 validation error detected: Value '${'😀'.repeat(2500)}...' at 'name' ${NOT_LETTERS}`,
  ],
  [
    'what is just short enough is repeated whole',
    `Name=${'😀'.repeat(2500)}`,
    (params) => params.collect({ name: params.required('Name', letters) }),
    `1 validation error detected: Value '${'😀'.repeat(2500)}' at 'name' ${NOT_LETTERS}`,
  ],
  [
    'a long list is cut, too',
    `Keys.member.1=${'A'.repeat(2400)}&Keys.member.2=${'B'.repeat(2400)}`,
    (params) => params.collect({ keys: params.texts('Keys', letters) }),
    `1 validation error detected: Value '[${'A'.repeat(2400)}, ${'B'.repeat(98)}...]' at 'keys' failed to satisfy constraint: Member must satisfy constraint: [${MUST_MATCH}]`,
  ],
  [
    'and a long map',
    `Map.entry.1.key=${'A'.repeat(3000)}&Map.entry.1.value=a`,
    (params) => params.collect({ map: params.map('Map', letters, letters) }),
    `1 validation error detected: Value '{${'A'.repeat(2500)}...}' at 'map' failed to satisfy constraint: Map keys must satisfy constraint: [${MUST_MATCH}]`,
  ],
  [
    'all violations are counted, and fifty of them listed',
    Array.from({ length: 60 }, (_, index) => `Tags.member.${index + 1}.Key=1`).join('&'),
    (params) =>
      params.collect({ tags: params.list('Tags', (tag) => tag.collect({ key: tag.required('Key', letters) })) }),
    `60 validation errors detected: ${Array.from({ length: 50 }, (_, index) => `Value '1' at 'tags.${index + 1}.member.key' ${NOT_LETTERS}`).join('; ')}; ...`,
  ],
]

for (const [rule, form, read, message] of VIOLATIONS) {
  test(`ValidationError: ${rule}`, () => {
    assert.throws(
      () => read(paramsOf(form)),
      (error) => error instanceof ValidationError && assert.equal(error.message, message) === undefined,
    )
  })
}

for (const text of [
  'abc',
  '900.0',
  '9e2',
  '0x384',
  ' 900',
  '900 ',
  '+',
  '--900',
  '+-900',
  '2147483648',
  '-2147483649',
  '9'.repeat(1000),
  '٩٠٠',
]) {
  test(`MalformedInput without a message answers ${JSON.stringify(text.slice(0, 12))} as an integer`, () => {
    assert.throws(
      () => duration(text),
      (error) => error instanceof MalformedInput && error.message === '',
    )
  })
}

test('MalformedInput says that an empty integer misses its value', () => {
  assert.throws(() => duration(''), { code: 'MalformedInput', message: 'missing value for decimal type' })
})

test('MalformedInput comes before every constraint', () => {
  const params = paramsOf('RoleArn=1&DurationSeconds=abc')
  assert.throws(
    () =>
      params.collect({
        arn: params.required('RoleArn', letters),
        lifetime: params.optional('DurationSeconds', duration, 3600),
      }),
    { code: 'MalformedInput' },
  )
})

for (const [text, value] of [
  ['900', 900],
  ['+900', 900],
  ['0900', 900],
  ['43200', 43200],
  ['+00043200', 43200],
] as const) {
  test(`${text} is an integer`, () => assert.equal(duration(text), value))
}

for (const [text, value] of [
  ['2147483647', 2147483647],
  ['-2147483648', -2147483648],
  ['-1', -1],
] as const) {
  test(`${text} is a 32-bit integer`, () => {
    assert.equal(integer({ min: -2147483648, max: 2147483647 })(text), value)
  })
}

test('collected fields have their values and defaults, and no refusal in their type', () => {
  const params = paramsOf('Name=abc&Tags.member.1.Key=k&Tags.member.1.Value=v')
  const input: {
    name: string
    lifetime: number
    other: string | undefined
    tags: readonly { key: string; value: string }[]
  } = params.collect({
    name: params.required('Name', letters),
    lifetime: params.optional('DurationSeconds', duration, 3600),
    other: params.optional('Other', letters, undefined),
    tags: params.list('Tags', (tag) =>
      tag.collect({ key: tag.required('Key', letters), value: tag.required('Value', letters) }),
    ),
  })
  assert.deepEqual(input, { name: 'abc', lifetime: 3600, other: undefined, tags: [{ key: 'k', value: 'v' }] })
})

const TEXTS: readonly (readonly [rule: string, form: string, texts: readonly string[]])[] = [
  ['left out', '', []],
  ['a name with an empty value', 'Keys=', []],
  ['one element', 'Keys.member.1=a', ['a']],
  ['one empty element', 'Keys.member.1=', ['']],
  ['sorted by number, not by text', 'Keys.member.10=c&Keys.member.9=b&Keys.member.1=a', ['a', 'b', 'c']],
  ['gaps, however wide', 'Keys.member.999999999=b&Keys.member.7=a', ['a', 'b']],
  ['the first of two values', 'Keys.member.1=a&Keys.member.1=b', ['a']],
  [
    'indices that are none',
    'Keys.member.0=a&Keys.member.01=b&Keys.member.-1=c&Keys.member.x=d&Keys.member.1e1=e&Keys.member.=f',
    [],
  ],
  ['an index beyond any request', 'Keys.member.1000000000=a', []],
  ['another wrapper', 'Keys.1=a&Keys.entry.1=b', []],
  ['internals of objects', 'Keys.member.__proto__=a&Keys.member.constructor=b&Keys.member.length=c', []],
]

for (const [rule, form, expected] of TEXTS) {
  test(`a list of texts: ${rule}`, () => {
    const params = paramsOf(form)
    assert.deepEqual(params.collect({ keys: params.texts('Keys', plain) }).keys, expected)
  })
}

test('a list of structures: an empty name is an empty list, and gaps are passed over', () => {
  const read = (form: string): readonly object[] => {
    const params = paramsOf(form)
    return params.collect({ arns: params.list('PolicyArns', (it) => it.collect({ arn: it.required('arn', plain) })) })
      .arns
  }
  assert.deepEqual(read('PolicyArns='), [])
  assert.deepEqual(read(''), [])
  assert.deepEqual(read('PolicyArns.member.30.arn=b&PolicyArns.member.4.arn=a'), [{ arn: 'a' }, { arn: 'b' }])
})

test('a map: entries by number, and the first of equal keys', () => {
  const params = paramsOf('M.entry.2.key=a&M.entry.2.value=2&M.entry.1.key=a&M.entry.1.value=1&M.entry.5.key=__proto__')
  const { map } = params.collect({ map: params.map('M', plain, plain) })
  assert.deepEqual(
    [...map],
    [
      ['a', '1'],
      ['__proto__', ''],
    ],
  )
})

test('a list may be as long as a request', () => {
  const tags = Array.from(
    { length: 499 },
    (_, index) => `Tags.member.${index + 1}.Key=k&Tags.member.${index + 1}.Value=v`,
  )
  const params = paramsOf(tags.join('&'))
  const { read } = params.collect({
    read: params.list('Tags', (tag) =>
      tag.collect({ key: tag.required('Key', plain), value: tag.required('Value', plain) }),
    ),
  })
  assert.equal(read.length, 499)
})

test('something is given under a name by a text, an empty text, an element or a field', () => {
  const params = paramsOf('A=1&B=&C.member.1=x&D.arn=y&E.f.g.h=z')
  for (const name of ['A', 'B', 'C', 'D', 'E']) assert.equal(params.has(name), true)
  for (const name of ['F', 'C.member', 'a', '__proto__', 'constructor', '']) assert.equal(params.has(name), false)
  assert.equal(paramsOf('').has('A'), false)
})
