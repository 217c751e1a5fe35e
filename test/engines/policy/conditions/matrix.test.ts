import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { applies, type Keys, VERDICTS } from './applies.ts'
import { FORMS, VALUES } from './forms.ts'

/*
 * Every operator in every form against everything that a request may bring, with what has to come of it written out:
 *
 *   +  the condition holds        -  it does not        !  nothing can be known: an Allow does not apply, a Deny does
 *   .  every text is a value of the operator's type
 *
 *   missing   the request has no such key       [m]      a list of one value that matches
 *   match     one value that some policy        [m,o]    one that matches, one that does not
 *             value matches                     [o,o]    two that match no policy value
 *   other     one value that none matches       [m,u]    one that matches, one that cannot be read
 *   unread    one value that is none of the     [o,u]    one that matches no policy value, one that cannot be read
 *             operator's type                   []       an empty list
 *
 * "matches" is as the operator's positive name says: under StringNotEquals, m equals a policy value.
 */
const MATRIX = `
operator                                        missing  match  other  unread []     [m]    [m,o]  [o,o]  [m,u]  [o,u]
StringEquals                                    -        +      -      .      -      !      !      !      .      .
StringEqualsIfExists                            +        +      -      .      +      !      !      !      .      .
ForAllValues:StringEquals                       +        +      -      .      +      +      -      -      .      .
ForAllValues:StringEqualsIfExists               +        +      -      .      +      +      -      -      .      .
ForAnyValue:StringEquals                        -        +      -      .      -      +      +      -      .      .
ForAnyValue:StringEqualsIfExists                !        +      -      .      !      +      +      -      .      .

StringNotEquals                                 +        -      +      .      +      !      !      !      .      .
StringNotEqualsIfExists                         +        -      +      .      +      !      !      !      .      .
ForAllValues:StringNotEquals                    +        -      +      .      +      -      -      +      .      .
ForAllValues:StringNotEqualsIfExists            +        -      +      .      +      -      -      +      .      .
ForAnyValue:StringNotEquals                     -        -      +      .      -      -      +      +      .      .
ForAnyValue:StringNotEqualsIfExists             !        -      +      .      !      -      +      +      .      .

StringEqualsIgnoreCase                          -        +      -      .      -      !      !      !      .      .
StringEqualsIgnoreCaseIfExists                  +        +      -      .      +      !      !      !      .      .
ForAllValues:StringEqualsIgnoreCase             +        +      -      .      +      +      -      -      .      .
ForAllValues:StringEqualsIgnoreCaseIfExists     +        +      -      .      +      +      -      -      .      .
ForAnyValue:StringEqualsIgnoreCase              -        +      -      .      -      +      +      -      .      .
ForAnyValue:StringEqualsIgnoreCaseIfExists      !        +      -      .      !      +      +      -      .      .

StringNotEqualsIgnoreCase                       +        -      +      .      +      !      !      !      .      .
StringNotEqualsIgnoreCaseIfExists               +        -      +      .      +      !      !      !      .      .
ForAllValues:StringNotEqualsIgnoreCase          +        -      +      .      +      -      -      +      .      .
ForAllValues:StringNotEqualsIgnoreCaseIfExists  +        -      +      .      +      -      -      +      .      .
ForAnyValue:StringNotEqualsIgnoreCase           -        -      +      .      -      -      +      +      .      .
ForAnyValue:StringNotEqualsIgnoreCaseIfExists   !        -      +      .      !      -      +      +      .      .

StringLike                                      -        +      -      .      -      !      !      !      .      .
StringLikeIfExists                              +        +      -      .      +      !      !      !      .      .
ForAllValues:StringLike                         +        +      -      .      +      +      -      -      .      .
ForAllValues:StringLikeIfExists                 +        +      -      .      +      +      -      -      .      .
ForAnyValue:StringLike                          -        +      -      .      -      +      +      -      .      .
ForAnyValue:StringLikeIfExists                  !        +      -      .      !      +      +      -      .      .

StringNotLike                                   +        -      +      .      +      !      !      !      .      .
StringNotLikeIfExists                           +        -      +      .      +      !      !      !      .      .
ForAllValues:StringNotLike                      +        -      +      .      +      -      -      +      .      .
ForAllValues:StringNotLikeIfExists              +        -      +      .      +      -      -      +      .      .
ForAnyValue:StringNotLike                       -        -      +      .      -      -      +      +      .      .
ForAnyValue:StringNotLikeIfExists               !        -      +      .      !      -      +      +      .      .

NumericEquals                                   -        +      -      -      -      !      !      !      !      !
NumericEqualsIfExists                           +        +      -      -      +      !      !      !      !      !
ForAllValues:NumericEquals                      +        +      -      -      +      +      -      -      -      -
ForAllValues:NumericEqualsIfExists              +        +      -      -      +      +      -      -      -      -
ForAnyValue:NumericEquals                       -        +      -      -      -      +      +      -      +      -
ForAnyValue:NumericEqualsIfExists               !        +      -      -      !      +      +      -      +      -

NumericNotEquals                                +        -      +      !      +      !      !      !      !      !
NumericNotEqualsIfExists                        +        -      +      !      +      !      !      !      !      !
ForAllValues:NumericNotEquals                   +        -      +      !      +      -      -      +      -      !
ForAllValues:NumericNotEqualsIfExists           +        -      +      !      +      -      -      +      -      !
ForAnyValue:NumericNotEquals                    -        -      +      !      -      -      +      +      !      +
ForAnyValue:NumericNotEqualsIfExists            !        -      +      !      !      -      +      +      !      +

NumericLessThan                                 -        +      -      -      -      !      !      !      !      !
NumericLessThanIfExists                         +        +      -      -      +      !      !      !      !      !
ForAllValues:NumericLessThan                    +        +      -      -      +      +      -      -      -      -
ForAllValues:NumericLessThanIfExists            +        +      -      -      +      +      -      -      -      -
ForAnyValue:NumericLessThan                     -        +      -      -      -      +      +      -      +      -
ForAnyValue:NumericLessThanIfExists             !        +      -      -      !      +      +      -      +      -

NumericLessThanEquals                           -        +      -      -      -      !      !      !      !      !
NumericLessThanEqualsIfExists                   +        +      -      -      +      !      !      !      !      !
ForAllValues:NumericLessThanEquals              +        +      -      -      +      +      -      -      -      -
ForAllValues:NumericLessThanEqualsIfExists      +        +      -      -      +      +      -      -      -      -
ForAnyValue:NumericLessThanEquals               -        +      -      -      -      +      +      -      +      -
ForAnyValue:NumericLessThanEqualsIfExists       !        +      -      -      !      +      +      -      +      -

NumericGreaterThan                              -        +      -      -      -      !      !      !      !      !
NumericGreaterThanIfExists                      +        +      -      -      +      !      !      !      !      !
ForAllValues:NumericGreaterThan                 +        +      -      -      +      +      -      -      -      -
ForAllValues:NumericGreaterThanIfExists         +        +      -      -      +      +      -      -      -      -
ForAnyValue:NumericGreaterThan                  -        +      -      -      -      +      +      -      +      -
ForAnyValue:NumericGreaterThanIfExists          !        +      -      -      !      +      +      -      +      -

NumericGreaterThanEquals                        -        +      -      -      -      !      !      !      !      !
NumericGreaterThanEqualsIfExists                +        +      -      -      +      !      !      !      !      !
ForAllValues:NumericGreaterThanEquals           +        +      -      -      +      +      -      -      -      -
ForAllValues:NumericGreaterThanEqualsIfExists   +        +      -      -      +      +      -      -      -      -
ForAnyValue:NumericGreaterThanEquals            -        +      -      -      -      +      +      -      +      -
ForAnyValue:NumericGreaterThanEqualsIfExists    !        +      -      -      !      +      +      -      +      -

DateEquals                                      -        +      -      -      -      !      !      !      !      !
DateEqualsIfExists                              +        +      -      -      +      !      !      !      !      !
ForAllValues:DateEquals                         +        +      -      -      +      +      -      -      -      -
ForAllValues:DateEqualsIfExists                 +        +      -      -      +      +      -      -      -      -
ForAnyValue:DateEquals                          -        +      -      -      -      +      +      -      +      -
ForAnyValue:DateEqualsIfExists                  !        +      -      -      !      +      +      -      +      -

DateNotEquals                                   +        -      +      !      +      !      !      !      !      !
DateNotEqualsIfExists                           +        -      +      !      +      !      !      !      !      !
ForAllValues:DateNotEquals                      +        -      +      !      +      -      -      +      -      !
ForAllValues:DateNotEqualsIfExists              +        -      +      !      +      -      -      +      -      !
ForAnyValue:DateNotEquals                       -        -      +      !      -      -      +      +      !      +
ForAnyValue:DateNotEqualsIfExists               !        -      +      !      !      -      +      +      !      +

DateLessThan                                    -        +      -      -      -      !      !      !      !      !
DateLessThanIfExists                            +        +      -      -      +      !      !      !      !      !
ForAllValues:DateLessThan                       +        +      -      -      +      +      -      -      -      -
ForAllValues:DateLessThanIfExists               +        +      -      -      +      +      -      -      -      -
ForAnyValue:DateLessThan                        -        +      -      -      -      +      +      -      +      -
ForAnyValue:DateLessThanIfExists                !        +      -      -      !      +      +      -      +      -

DateLessThanEquals                              -        +      -      -      -      !      !      !      !      !
DateLessThanEqualsIfExists                      +        +      -      -      +      !      !      !      !      !
ForAllValues:DateLessThanEquals                 +        +      -      -      +      +      -      -      -      -
ForAllValues:DateLessThanEqualsIfExists         +        +      -      -      +      +      -      -      -      -
ForAnyValue:DateLessThanEquals                  -        +      -      -      -      +      +      -      +      -
ForAnyValue:DateLessThanEqualsIfExists          !        +      -      -      !      +      +      -      +      -

DateGreaterThan                                 -        +      -      -      -      !      !      !      !      !
DateGreaterThanIfExists                         +        +      -      -      +      !      !      !      !      !
ForAllValues:DateGreaterThan                    +        +      -      -      +      +      -      -      -      -
ForAllValues:DateGreaterThanIfExists            +        +      -      -      +      +      -      -      -      -
ForAnyValue:DateGreaterThan                     -        +      -      -      -      +      +      -      +      -
ForAnyValue:DateGreaterThanIfExists             !        +      -      -      !      +      +      -      +      -

DateGreaterThanEquals                           -        +      -      -      -      !      !      !      !      !
DateGreaterThanEqualsIfExists                   +        +      -      -      +      !      !      !      !      !
ForAllValues:DateGreaterThanEquals              +        +      -      -      +      +      -      -      -      -
ForAllValues:DateGreaterThanEqualsIfExists      +        +      -      -      +      +      -      -      -      -
ForAnyValue:DateGreaterThanEquals               -        +      -      -      -      +      +      -      +      -
ForAnyValue:DateGreaterThanEqualsIfExists       !        +      -      -      !      +      +      -      +      -

Bool                                            -        +      -      -      -      !      !      !      !      !
BoolIfExists                                    +        +      -      -      +      !      !      !      !      !
ForAllValues:Bool                               +        +      -      -      +      +      -      -      -      -
ForAllValues:BoolIfExists                       +        +      -      -      +      +      -      -      -      -
ForAnyValue:Bool                                -        +      -      -      -      +      +      -      +      -
ForAnyValue:BoolIfExists                        !        +      -      -      !      +      +      -      +      -

BinaryEquals                                    -        +      -      .      -      !      !      !      .      .
BinaryEqualsIfExists                            +        +      -      .      +      !      !      !      .      .
ForAllValues:BinaryEquals                       +        +      -      .      +      +      -      -      .      .
ForAllValues:BinaryEqualsIfExists               +        +      -      .      +      +      -      -      .      .
ForAnyValue:BinaryEquals                        -        +      -      .      -      +      +      -      .      .
ForAnyValue:BinaryEqualsIfExists                !        +      -      .      !      +      +      -      .      .

IpAddress                                       -        +      -      -      -      !      !      !      !      !
IpAddressIfExists                               +        +      -      -      +      !      !      !      !      !
ForAllValues:IpAddress                          +        +      -      -      +      +      -      -      -      -
ForAllValues:IpAddressIfExists                  +        +      -      -      +      +      -      -      -      -
ForAnyValue:IpAddress                           -        +      -      -      -      +      +      -      +      -
ForAnyValue:IpAddressIfExists                   !        +      -      -      !      +      +      -      +      -

NotIpAddress                                    +        -      +      !      +      !      !      !      !      !
NotIpAddressIfExists                            +        -      +      !      +      !      !      !      !      !
ForAllValues:NotIpAddress                       +        -      +      !      +      -      -      +      -      !
ForAllValues:NotIpAddressIfExists               +        -      +      !      +      -      -      +      -      !
ForAnyValue:NotIpAddress                        -        -      +      !      -      -      +      +      !      +
ForAnyValue:NotIpAddressIfExists                !        -      +      !      !      -      +      +      !      +

ArnEquals                                       -        +      -      -      -      !      !      !      !      !
ArnEqualsIfExists                               +        +      -      -      +      !      !      !      !      !
ForAllValues:ArnEquals                          +        +      -      -      +      +      -      -      -      -
ForAllValues:ArnEqualsIfExists                  +        +      -      -      +      +      -      -      -      -
ForAnyValue:ArnEquals                           -        +      -      -      -      +      +      -      +      -
ForAnyValue:ArnEqualsIfExists                   !        +      -      -      !      +      +      -      +      -

ArnLike                                         -        +      -      -      -      !      !      !      !      !
ArnLikeIfExists                                 +        +      -      -      +      !      !      !      !      !
ForAllValues:ArnLike                            +        +      -      -      +      +      -      -      -      -
ForAllValues:ArnLikeIfExists                    +        +      -      -      +      +      -      -      -      -
ForAnyValue:ArnLike                             -        +      -      -      -      +      +      -      +      -
ForAnyValue:ArnLikeIfExists                     !        +      -      -      !      +      +      -      +      -

ArnNotEquals                                    +        -      +      !      +      !      !      !      !      !
ArnNotEqualsIfExists                            +        -      +      !      +      !      !      !      !      !
ForAllValues:ArnNotEquals                       +        -      +      !      +      -      -      +      -      !
ForAllValues:ArnNotEqualsIfExists               +        -      +      !      +      -      -      +      -      !
ForAnyValue:ArnNotEquals                        -        -      +      !      -      -      +      +      !      +
ForAnyValue:ArnNotEqualsIfExists                !        -      +      !      !      -      +      +      !      +

ArnNotLike                                      +        -      +      !      +      !      !      !      !      !
ArnNotLikeIfExists                              +        -      +      !      +      !      !      !      !      !
ForAllValues:ArnNotLike                         +        -      +      !      +      -      -      +      -      !
ForAllValues:ArnNotLikeIfExists                 +        -      +      !      +      -      -      +      -      !
ForAnyValue:ArnNotLike                          -        -      +      !      -      -      +      +      !      +
ForAnyValue:ArnNotLikeIfExists                  !        -      +      !      !      -      +      +      !      +
`

const [HEADER = '', ...ROWS] = MATRIX.split('\n').filter((line) => line !== '')
const COLUMNS = HEADER.split(/ +/).slice(1)
const SIGNS = new Map<string | undefined, keyof typeof VERDICTS>([
  ['+', 'true'],
  ['-', 'false'],
  ['!', 'refuses'],
])

/** What the request brings in one column; `undefined` where the operator takes every text. */
function keysOf(column: string, { match, other, unreadable }: (typeof VALUES)[string]): Keys | undefined {
  const value = (letter: string): string | undefined => ({ m: match, o: other, u: unreadable })[letter]
  if (column === 'missing') return {}
  const list = column.startsWith('[')
  const letters = list ? [...column].filter((letter) => /[mou]/.test(letter)) : [column.charAt(0)]
  const values = letters.map(value)
  const known = values.filter((each) => each !== undefined)
  if (known.length < values.length) return undefined
  return { k: list ? known : (known[0] ?? '') }
}

describe('an operator, for everything that a request may bring', () => {
  for (const row of ROWS) {
    const [operator = '', ...signs] = row.split(/ +/)
    const values = VALUES[operator.replace(/^For(?:All|Any)Values?:|IfExists$/g, '')]
    test(operator, () => {
      assert.ok(values !== undefined && signs.length === COLUMNS.length)
      for (const [at, column] of COLUMNS.entries()) {
        const keys = keysOf(column, values)
        const verdict = SIGNS.get(signs[at])
        assert.equal(verdict === undefined, keys === undefined, column)
        if (verdict === undefined || keys === undefined) continue
        assert.deepEqual(applies({ [operator]: { k: values.policy } }, keys), VERDICTS[verdict], column)
      }
    })
  }

  test('none is left out, and none stands twice', () => {
    const every = Object.keys(VALUES).flatMap((name) => FORMS.map(([prefix, suffix]) => prefix + name + suffix))
    assert.deepEqual(ROWS.map((row) => row.split(' ')[0]).toSorted(), every.toSorted())
  })
})
