import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leadsTo, rolePlaces } from '../../src/compose/role-places.ts'

const [ONE, TWO] = ['111111111111', '222222222222']
const role = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`
const [A, B, C] = [role(ONE, 'A'), role(ONE, 'B'), role(TWO, 'C')] as const
const NAMED = { roles: [A, B, C], accounts: [] }
const SEARCHED = { roles: [], accounts: [ONE, TWO] }

for (const [rule, door, claimed, places] of [
  [
    'roles that are named are all that there are',
    NAMED,
    undefined,
    [
      [ONE, [A, B]],
      [TWO, [C]],
    ],
  ],
  [
    'of these, a token leads to those that it is for',
    NAMED,
    [C, A, role(ONE, 'X')],
    [
      [ONE, [A]],
      [TWO, [C]],
    ],
  ],
  [
    'a token for none of them is shown for all of them',
    NAMED,
    [role(ONE, 'X')],
    [
      [ONE, [A, B]],
      [TWO, [C]],
    ],
  ],
  [
    'all roles of accounts come into question',
    SEARCHED,
    undefined,
    [
      [ONE, undefined],
      [TWO, undefined],
    ],
  ],
  ['of accounts, a token leads to the roles that it is for', SEARCHED, [C, role('333333333333', 'X')], [[TWO, [C]]]],
  [
    'a token for none of them is shown in all of these',
    SEARCHED,
    [],
    [
      [ONE, undefined],
      [TWO, undefined],
    ],
  ],
] as const) {
  test(rule, () => {
    assert.deepEqual(
      rolePlaces(door, claimed).map(({ account, among }) => [account, among]),
      places,
    )
  })
}

test('a door leads to the roles that it names, or else to those of its accounts', () => {
  for (const [door, arn, leads] of [
    [NAMED, A, true],
    [NAMED, role(ONE, 'X'), false],
    [NAMED, '', false],
    [SEARCHED, role(ONE, 'X'), true],
    [SEARCHED, role('333333333333', 'X'), false],
    [SEARCHED, '', false],
    [SEARCHED, 'x', false],
  ] as const) {
    assert.equal(leadsTo(door, arn), leads, arn)
  }
})
