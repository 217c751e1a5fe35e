import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { accountId, assumedRoleArn, iamArn, parseArn, rootArn, Violation } from '../../src/model/index.ts'
import { fc } from '../fast-check.ts'
import { anyText } from './any-text.ts'

describe('a text that is no ARN', () => {
  for (const text of [
    '',
    'arn',
    ':::::',
    'arn:aws:iam::111111111111',
    'arn:aws:iam::111111111111:',
    'arn::iam::111111111111:role/x',
    'arn:aws:::111111111111:role/x',
    'ARN:aws:iam::111111111111:role/x',
    ' arn:aws:iam::111111111111:role/x',
    'arn:aws:iam:111111111111:role/x',
    'urn:aws:iam::111111111111:role/x',
  ]) {
    test(JSON.stringify(text), () => assert.equal(parseArn(text), undefined))
  }
})

test('region and account may be empty, and are not checked for what they say', () => {
  assert.deepEqual(parseArn('arn:aws:s3:::bucket'), {
    text: 'arn:aws:s3:::bucket',
    partition: 'aws',
    service: 's3',
    region: '',
    account: '',
    resource: 'bucket',
  })
  assert.equal(parseArn('arn:aws:iam::9:role/x')?.account, '9')
})

test('whatever follows the fifth colon is the resource, further colons included', () => {
  assert.equal(parseArn('arn:aws:iam::1:role/a:b::c/d')?.resource, 'role/a:b::c/d')
  assert.equal(parseArn('arn:aws:iam::1::')?.resource, ':')
})

test('an ARN is its parts joined again, and a text that is none never throws', () => {
  fc.assert(
    fc.property(fc.array(anyText(8), { maxLength: 9 }), fc.boolean(), (parts, prefixed) => {
      const text = [...(prefixed ? ['arn'] : []), ...parts].join(':')
      const arn = parseArn(text)
      if (arn === undefined) return
      const { partition, service, region, account, resource } = arn
      assert.equal(['arn', partition, service, region, account, resource].join(':'), text)
      assert.equal(arn.text, text)
    }),
  )
})

test('an ARN of a megabyte of colons is split at once', () => {
  const startedAt = performance.now()
  assert.equal(parseArn(`arn:aws:iam::1:${':'.repeat(1 << 20)}`)?.resource.length, 1 << 20)
  assert.ok(performance.now() - startedAt < 1000)
})

test("principals are written as AWS does: a user and role keep their path, a session has its role's name alone", () => {
  const account = accountId('123456789012')
  assert.ok(!(account instanceof Violation))
  assert.equal(rootArn('aws-cn', account), 'arn:aws-cn:iam::123456789012:root')
  assert.equal(iamArn('aws', account, 'user', '/team/', 'alice'), 'arn:aws:iam::123456789012:user/team/alice')
  assert.equal(iamArn('aws', account, 'role', '/', 'Deployer'), 'arn:aws:iam::123456789012:role/Deployer')
  assert.equal(
    assumedRoleArn('aws', account, 'Deployer', 'ci@main'),
    'arn:aws:sts::123456789012:assumed-role/Deployer/ci@main',
  )
})
