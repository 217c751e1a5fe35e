import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRegion } from '../../../src/platform/config/index.ts'

for (const region of [
  '',
  'us-east-9',
  'US-EAST-1',
  'us-east-1 ',
  'aws-global',
  'cn-north-1',
  'us-gov-west-1',
  '__proto__',
]) {
  test(`${JSON.stringify(region)} is no region of aws`, () => assert.equal(isRegion('aws', region), false))
}

test('partitions share no region', () => {
  for (const region of ['us-east-1', 'eu-central-1', 'ap-southeast-7', 'mx-central-1']) {
    assert.deepEqual(
      [isRegion('aws', region), isRegion('aws-cn', region), isRegion('aws-us-gov', region)],
      [true, false, false],
    )
  }
  assert.deepEqual([isRegion('aws-cn', 'cn-northwest-1'), isRegion('aws-us-gov', 'cn-northwest-1')], [true, false])
  assert.deepEqual([isRegion('aws-us-gov', 'us-gov-east-1'), isRegion('aws', 'us-gov-east-1')], [true, false])
})
