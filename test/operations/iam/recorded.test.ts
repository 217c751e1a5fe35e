import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IAM } from '../../../src/operations/iam/index.ts'
import { ROOT } from '../../pipeline/samples.ts'
import { paramsOf } from './accesses.ts'
import { MODEL } from './model.ts'

test('what the audit trail keeps of parameters is named as CloudTrail names it', () => {
  const wrong: string[] = []
  for (const [name, operation] of IAM.operations) {
    if (operation.proof === 'web-identity' || operation.proof === 'saml') throw new Error(`${name} is signed`)
    const { requestParameters = {} } = operation.details(operation.parse(paramsOf(name)), undefined, ROOT)
    const known = new Set(
      Object.keys(MODEL[name]?.input ?? {}).map((each) => each.charAt(0).toLowerCase() + each.slice(1)),
    )
    for (const key of Object.keys(requestParameters)) if (!known.has(key)) wrong.push(`${name}: ${key}`)
  }
  assert.deepEqual(wrong, [])
})
