import assert from 'node:assert/strict'
import { MalformedPolicyDocument } from '../../../src/model/index.ts'

/** The refusal that an action ends in; anything else fails the test. */
export function refusalOf(action: () => unknown): MalformedPolicyDocument {
  try {
    action()
  } catch (error) {
    assert.ok(error instanceof MalformedPolicyDocument, String(error))
    return error
  }
  assert.fail('nothing was refused')
}
