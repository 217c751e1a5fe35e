import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkMetadata } from '../../src/cli/check-metadata.ts'

for (const [platform, how] of [
  ['linux', 'as root: ip addr add 169.254.169.254/32 dev lo;'],
  ['darwin', 'as root: ifconfig lo0 alias 169.254.169.254;'],
  ['win32', 'as root: netsh interface ipv4 add address'],
  ['aix', ', give this machine the address'],
] as const) {
  test(`where ${platform} does not have the address of EC2, it is told how, and what does without`, () => {
    const { ok, found } = checkMetadata(['127.0.0.1'], platform)
    assert.ok(ok && found.includes(how) && found.includes('AWS_EC2_METADATA_SERVICE_ENDPOINT'), found)
  })
}

test('a machine that has the addresses is told so', () => {
  assert.match(
    checkMetadata(['169.254.169.254', 'fd00:ec2::254'], 'linux').found,
    /^169.254.169.254 and fd00:ec2::254 /,
  )
})
