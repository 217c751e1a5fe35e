import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readForm } from '../../../src/engines/wire/index.ts'
import { ValidationError } from '../../../src/model/index.ts'
import { IAM } from '../../../src/operations/iam/index.ts'
import { MODEL, type ModelMember } from './model.ts'

/** Violations that a call with these parameters is refused for. */
function violationsOf(name: string, params: Readonly<Record<string, string>>): readonly string[] {
  const operation = IAM.operations.get(name)
  assert.ok(operation)
  try {
    operation.parse(readForm([new URLSearchParams(params).toString()], 1000).withoutValues())
    return []
  } catch (error) {
    assert.ok(error instanceof ValidationError, `${error}`)
    return error.message.replace(/^[0-9]+ validation errors? detected: /, '').split('; ')
  }
}

/** A value that breaks one constraint, and how AWS says so. */
function broken({
  type,
  min,
  max,
  pattern,
  enum: values,
}: ModelMember): readonly (readonly [value: string, clause: string])[] {
  if (type === 'boolean') return []
  if (type === 'integer') {
    return [
      ...(min === undefined
        ? []
        : [[String(min - 1), `Member must have value greater than or equal to ${min}`] as const]),
      ...(max === undefined ? [] : [[String(max + 1), `Member must have value less than or equal to ${max}`] as const]),
    ]
  }
  if (values !== undefined) return [['none of them', `Member must satisfy enum value set: [${values.join(', ')}]`]]
  const clauses: (readonly [string, string])[] = []
  if (max !== undefined && max < 200_000) {
    clauses.push(['x'.repeat(max + 1), `Member must have length less than or equal to ${max}`])
  }
  if (min !== undefined && min > 0) {
    clauses.push(['x'.repeat(min - 1), `Member must have length greater than or equal to ${min}`])
  }
  if (pattern !== undefined) clauses.push(['\u0001', `Member must satisfy regular expression pattern: ${pattern}`])
  return clauses
}

for (const name of IAM.operations.keys()) {
  describe(name, () => {
    const { input = {} } = MODEL[name] ?? {}
    test('is an action of AWS', () => assert.ok(name in MODEL))
    for (const [parameter, member] of Object.entries(input)) {
      const at = `Value at '${parameter.charAt(0).toLowerCase()}${parameter.slice(1)}' failed to satisfy constraint: `
      if (member.required) {
        test(`has to have ${parameter}`, () =>
          assert.ok(violationsOf(name, {}).includes(`${at}Member must not be null`), `${violationsOf(name, {})}`))
      }
      for (const [value, clause] of member.list === undefined || member.list.structure ? [] : broken(member.list)) {
        test(`takes no ${parameter} with a member when ${clause}`, () => {
          const violations = violationsOf(name, { [`${parameter}.member.1`]: value })
          const known = violations.some((each) => each.startsWith(`${at}Member must satisfy constraint: [`))
          assert.ok(known && violations.join().includes(clause), `${violations}`)
        })
      }
      if (member.list !== undefined || member.structure !== undefined) continue
      for (const [value, clause] of broken(member)) {
        test(`takes no ${parameter} when ${clause}`, () => {
          const violations = violationsOf(name, { [parameter]: value })
          assert.ok(violations.includes(at + clause), `${violations}`)
        })
      }
    }
  })
}
