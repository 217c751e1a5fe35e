import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePolicy, grantedServices, parsePolicy } from '../../../src/engines/policy/index.ts'

const KNOWN = ['iam', 'sts', 'cloudtrail']

const CASES: readonly (readonly [statement: object, granted: readonly string[]])[] = [
  [{ Effect: 'Deny', Action: '*' }, []],
  [{ Effect: 'Allow', Action: [] }, []],
  [{ Effect: 'Allow', NotAction: '*' }, []],
  [{ Effect: 'Allow', NotAction: ['iam:*', 'STS:*', 'cloudtrail:**'] }, []],
  [{ Effect: 'Allow', Action: 'iam:GetUser' }, ['iam']],
  [{ Effect: 'Allow', Action: 'S3:Get*' }, ['s3']],
  [{ Effect: 'Allow', Action: '*' }, ['cloudtrail', 'iam', 'sts']],
  [{ Effect: 'Allow', Action: 's*:Get*' }, ['sts']],
  [{ Effect: 'Allow', Action: '?a*l:*' }, []],
  [{ Effect: 'Allow', Action: 'c*t*l:*' }, ['cloudtrail']],
  [{ Effect: 'Allow', Action: 'i?m:*' }, ['iam']],
  [{ Effect: 'Allow', NotAction: 'iam:*' }, ['cloudtrail', 'sts']],
  [{ Effect: 'Allow', NotAction: 'iam:GetUser' }, ['cloudtrail', 'iam', 'sts']],
]

for (const [statement, granted] of CASES) {
  test(`${JSON.stringify(statement)} grants ${granted.join(', ') || 'nothing'}`, () => {
    const document = { Version: '2012-10-17', Statement: [{ ...statement, Resource: '*' }] }
    const policy = compilePolicy(parsePolicy(JSON.stringify(document)), { kind: 'identity', name: 'p' })
    assert.deepEqual([...grantedServices(policy, KNOWN)].sort(), granted)
  })
}
