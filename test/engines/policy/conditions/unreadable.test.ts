import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parsePolicy, validatePolicy } from '../../../../src/engines/policy/index.ts'
import { refusalOf } from '../refusal.ts'
import { applies, type Keys, VERDICTS } from './applies.ts'

/*
 * Policy values that are none of their operator's type, and others that only look so. AWS saves all but the dates that
 * are none, and what it cannot read never matches; what becomes of it under a negated operator is not documented, so it
 * refuses. The values are JSON as a policy writes it.
 */

type Sign = '+' | '-' | '!'
type Row = readonly [operator: string, policy: string, request: string | undefined, sign: Sign]

const SIGNS = { '+': VERDICTS.true, '-': VERDICTS.false, '!': VERDICTS.refuses }

const NOW = '2026-01-01T00:00:00Z'
const CI = 'arn:aws:iam::111122223333:role/ci'
const open = '$' + '{'

const SAVED: readonly Row[] = [
  ['IpAddress', '"10.0.0.0/33"', '10.0.0.0', '-'],
  ['IpAddress', '"10.0.0.0/"', '10.0.0.0', '-'],
  ['IpAddress', '"10.0.0.0/-1"', '10.0.0.0', '-'],
  ['IpAddress', '"10.0.0.0/8/8"', '10.0.0.0', '-'],
  ['IpAddress', '"10.0.0.0/255.0.0.0"', '10.0.0.0', '-'],
  ['IpAddress', '"10.0.0.0 /8"', '10.0.0.0', '-'],
  ['IpAddress', '"10.0/8"', '10.0.0.0', '-'],
  ['IpAddress', '"10.0.0.256"', '10.0.1.0', '-'],
  ['IpAddress', '"010.0.0.0/8"', '10.0.0.0', '-'],
  ['IpAddress', '"167772160"', '10.0.0.0', '-'],
  ['IpAddress', '167772160', '10.0.0.0', '-'],
  ['IpAddress', '"/0"', '10.0.0.0', '-'],
  ['IpAddress', '"*"', '10.0.0.0', '-'],
  ['IpAddress', '""', '10.0.0.0', '-'],
  ['IpAddress', '"2001:db8::/129"', '2001:db8::', '-'],
  ['IpAddress', '"2001:db8:::/32"', '2001:db8::', '-'],
  ['IpAddress', '"fe80::1%eth0"', 'fe80::1', '-'],
  ['IpAddressIfExists', '"10.0.0.0/33"', '10.0.0.0', '-'],
  ['ForAllValues:IpAddress', '"10.0.0.0/33"', '10.0.0.0', '-'],
  ['IpAddress', '["10.0.0.0/33", "10.0.0.0/8"]', '10.0.0.0', '+'],
  ['IpAddress', '"::ffff:10.0.0.0/104"', '10.0.0.1', '+'],
  ['NotIpAddress', '"10.0.0.0/33"', '192.0.2.1', '!'],
  ['NotIpAddress', '"10.0.0.0/33"', undefined, '+'],
  ['NotIpAddress', '["10.0.0.0/33", "10.0.0.0/8"]', '10.0.0.1', '-'],
  ['NotIpAddress', '["10.0.0.0/33", "10.0.0.0/8"]', '192.0.2.1', '!'],

  ['Bool', '"no"', 'false', '-'],
  ['Bool', '"no"', 'no', '-'],
  ['Bool', '"yes"', 'true', '-'],
  ['Bool', '"1"', 'true', '-'],
  ['Bool', '1', 'true', '-'],
  ['Bool', '0', 'false', '-'],
  ['Bool', '""', 'false', '-'],
  ['Bool', '"true "', 'true', '-'],
  ['Bool', '"true"', 'true ', '-'],
  ['Bool', '"no"', undefined, '-'],
  ['BoolIfExists', '"no"', 'false', '-'],
  ['BoolIfExists', '"no"', undefined, '+'],
  ['ForAnyValue:Bool', '"no"', 'no', '-'],
  ['Bool', '["no", "false"]', 'false', '+'],
  ['Bool', '["true", "false"]', 'false', '+'],
  ['Bool', 'false', 'FALSE', '+'],

  ['NumericLessThan', '"1e999"', '5', '-'],
  ['NumericLessThan', '1e999', '5', '-'],
  ['NumericGreaterThan', '-1e999', '5', '-'],
  ['NumericLessThan', '"Infinity"', '5', '-'],
  ['NumericEquals', '"NaN"', 'NaN', '-'],
  ['NumericEquals', '"0x10"', '16', '-'],
  ['NumericEquals', '"1,000"', '1000', '-'],
  ['NumericEquals', '"1_000"', '1000', '-'],
  ['NumericEquals', '" 5"', '5', '-'],
  ['NumericEquals', '"5 "', '5', '-'],
  ['NumericEquals', '""', '0', '-'],
  ['NumericEquals', '"."', '0', '-'],
  ['NumericEquals', '"--5"', '5', '-'],
  ['NumericEquals', '"5*"', '5', '-'],
  ['NumericEquals', 'true', '1', '-'],
  ['NumericEquals', '"\uff15"', '5', '-'],
  ['NumericNotEquals', '"1e999"', '5', '!'],
  ['NumericNotEquals', '["1e999", "5"]', '5', '-'],
  ['NumericNotEquals', '["1e999", "5"]', '6', '!'],
  ['NumericEquals', '1e2', '100', '+'],
  ['NumericEquals', '100.0', '1E2', '+'],
  ['NumericLessThan', '9007199254740993', '9007199254740992', '+'],

  // A year alone is digits alone, and those are seconds: 2099 is in the first hour of 1970.
  ['DateLessThan', '"2099"', NOW, '-'],
  ['DateGreaterThan', '"2099"', NOW, '+'],
  ['DateEquals', '"2099"', '1970-01-01T00:34:59Z', '+'],
  ['DateEquals', '2099', '1970-01-01T00:34:59Z', '+'],
  ['DateLessThan', '"2099-01"', NOW, '+'],
  ['DateLessThan', '"2026"', '2025-12-31T00:00:00Z', '-'],
  // Seconds, never milliseconds: these are far in the future.
  ['DateEquals', '"1767225600000"', NOW, '-'],
  ['DateLessThan', '"1767225600000"', NOW, '+'],
  ['DateEquals', '"1767225600"', NOW, '+'],
  ['DateEquals', '"2026-02-29"', '2026-03-01', '+'],

  ['ArnLike', '"*"', CI, '-'],
  ['ArnLike', '"arn:*"', CI, '-'],
  ['ArnEquals', '"role/ci"', CI, '-'],
  ['ArnEquals', '"arn:aws:iam"', CI, '-'],
  ['ArnEquals', '"111122223333"', CI, '-'],
  ['ArnEquals', '""', CI, '-'],
  ['ArnNotLike', '"*"', CI, '!'],
  ['ArnNotEquals', '"arn:aws:iam"', CI, '!'],
  ['ArnNotEquals', `["arn:aws:iam", "${CI}"]`, CI, '-'],
  ['ArnLike', `["*", "${CI}"]`, CI, '+'],

  ['Null', '"no"', undefined, '-'],
  ['Null', '"no"', 'v', '-'],
  ['Null', '1', undefined, '-'],
  ['Null', '""', undefined, '-'],
  ['Null', '[]', undefined, '-'],
  ['Null', '[]', 'v', '-'],
  ['Null', '["no", "true"]', undefined, '+'],
  ['Null', '["no", "true"]', 'v', '-'],
  ['Null', '["true", "false"]', undefined, '+'],
  ['Null', '["true", "false"]', 'v', '+'],
  ['Null', '"TRUE"', undefined, '+'],
  ['Null', '"True"', 'v', '-'],
  ['Null', 'true', undefined, '+'],
  ['Null', 'true', 'v', '-'],
  ['Null', '"false"', undefined, '-'],
  ['Null', 'false', 'v', '+'],
  ['Null', 'false', '', '+'],
  ['ForAllValues:Null', '"true"', undefined, '+'],
  ['ForAllValues:Null', '"true"', 'v', '+'],
  ['ForAllValues:Null', '"false"', undefined, '+'],
  ['ForAllValues:Null', '"no"', 'v', '+'],
  ['ForAnyValue:Null', '"true"', undefined, '-'],
  ['ForAnyValue:Null', '"false"', 'v', '-'],
  ['ForAnyValue:Null', '[]', undefined, '-'],

  // What is no text is the text that the policy writes.
  ['StringEquals', '1.0', '1.0', '+'],
  ['StringEquals', '1.0', '1', '-'],
  ['StringEquals', '1e2', '100', '-'],
  ['StringEquals', 'true', 'true', '+'],
  ['StringEquals', 'true', 'TRUE', '-'],
  ['StringEquals', '""', '', '+'],
  ['StringLike', '""', 'v', '-'],
  ['BinaryEquals', `"${open}v}"`, 'cmVk', '-'],
  ['NumericEquals', `"${open}v}"`, '5', '-'],
  ['NumericNotEquals', `"${open}v}"`, '5', '!'],
  ['IpAddress', `"${open}v}"`, '10.0.0.1', '-'],
  ['Bool', `"${open}v}"`, 'true', '-'],
  ['Null', `"${open}v}"`, undefined, '-'],

  // A list without values matches nothing; what a plain negated operator makes of that is not documented.
  ...['StringEquals', 'NumericLessThan', 'DateEquals', 'Bool', 'BinaryEquals', 'IpAddress', 'ArnLike'].flatMap(
    (operator): Row[] => [
      [operator, '[]', undefined, '-'],
      [operator, '[]', 'v', '-'],
      [`${operator}IfExists`, '[]', undefined, '+'],
      [`${operator}IfExists`, '[]', 'v', '-'],
      [`ForAllValues:${operator}`, '[]', undefined, '+'],
      [`ForAllValues:${operator}`, '[]', 'v', '-'],
      [`ForAnyValue:${operator}`, '[]', undefined, '-'],
      [`ForAnyValue:${operator}`, '[]', 'v', '-'],
    ],
  ),
  ...['StringNotEquals', 'NumericNotEquals', 'DateNotEquals', 'NotIpAddress', 'ArnNotLike'].flatMap(
    (operator): Row[] => [
      [operator, '[]', undefined, '!'],
      [operator, '[]', 'v', '!'],
      [`${operator}IfExists`, '[]', undefined, '+'],
      [`${operator}IfExists`, '[]', 'v', '-'],
      [`ForAllValues:${operator}`, '[]', undefined, '+'],
      [`ForAllValues:${operator}`, '[]', 'v', '-'],
      [`ForAnyValue:${operator}`, '[]', undefined, '-'],
      [`ForAnyValue:${operator}`, '[]', 'v', '-'],
    ],
  ),
]

const REFUSED: readonly Row[] = [
  ['DateLessThan', '"soon"', NOW, '-'],
  ['DateLessThan', '""', NOW, '-'],
  ['DateLessThan', '"2099-13-01"', NOW, '-'],
  ['DateLessThan', '"2099-01-32"', NOW, '-'],
  ['DateLessThan', '"2099-01-01 00:00:00Z"', NOW, '-'],
  ['DateLessThan', '"2099-01-01T24:00:00Z"', NOW, '-'],
  ['DateLessThan', '"01/01/2099"', NOW, '-'],
  ['DateLessThan', '4070908800.5', NOW, '-'],
  ['DateLessThan', '"4.0709088e9"', NOW, '-'],
  ['DateLessThan', '"9223372036854775808"', NOW, '-'],
  ['DateLessThan', 'true', NOW, '-'],
  ['DateLessThan', `"${open}v}"`, NOW, '-'],
  ['DateLessThan', '["soon", "2099-01-01"]', NOW, '+'],
  ['DateNotEquals', '"soon"', NOW, '!'],
  ['DateNotEquals', '"soon"', undefined, '+'],
  ['DateNotEqualsIfExists', '"soon"', NOW, '!'],
  ['ForAllValues:DateLessThanIfExists', '"soon"', NOW, '-'],
]

function documentOf(operator: string, policy: string): string {
  const statement = `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"${operator}":{"k":${policy}}}}`
  return `{"Version":"2012-10-17","Statement":${statement}}`
}

for (const [title, rows, check] of [
  ['a policy value that AWS saves', SAVED, (text: string) => validatePolicy(parsePolicy(text), 'identity')],
  [
    'a date that AWS does not save, met all the same',
    REFUSED,
    (text: string) => {
      const { message } = refusalOf(() => validatePolicy(parsePolicy(text), 'identity'))
      assert.equal(message, 'The policy failed legacy parsing')
    },
  ],
] as const) {
  describe(title, () => {
    for (const [operator, policy, request, sign] of rows) {
      test(`${operator} ${policy} of ${request ?? 'a missing key'}: ${sign}`, () => {
        const keys: Keys = request === undefined ? {} : { k: request }
        assert.deepEqual(applies(`{"${operator}":{"k":${policy}}}`, keys), SIGNS[sign])
        check(documentOf(operator, policy))
      })
    }
  })
}
