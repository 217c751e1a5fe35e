import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkMetadata } from '../../src/cli/check-metadata.ts'

for (const [platform, metadata, containers, back] of [
  [
    'linux',
    'as root: ip addr add 169.254.169.254/32 dev lo; ip -6 addr add fd00:ec2::254/128 dev lo',
    'as root: ip addr add 169.254.170.2/32 dev lo; ip addr add 169.254.170.23/32 dev lo; ip -6 addr add fd00:ec2::23/128 dev lo',
    ' (the way back: ip addr del 169.254.169.254/32 dev lo; ip -6 addr del fd00:ec2::254/128 dev lo)',
  ],
  [
    'darwin',
    'as root: ifconfig lo0 alias 169.254.169.254; ifconfig lo0 inet6 alias fd00:ec2::254',
    'as root: ifconfig lo0 alias 169.254.170.2; ',
    ' (the way back: ifconfig lo0 -alias 169.254.169.254; ifconfig lo0 inet6 -alias fd00:ec2::254)',
  ],
  [
    'win32',
    'as root: netsh interface ipv4 add address "Loopback Pseudo-Interface 1" 169.254.169.254 255.255.255.255; netsh ',
    'as root: netsh interface ipv4 add address',
    ' (the way back: netsh interface ipv4 delete address "Loopback Pseudo-Interface 1" 169.254.169.254; netsh interface ipv6 delete ',
  ],
  ['aix', ', give this machine the address', ', give this machine the address', ''],
] as const) {
  test(`where ${platform} does not have the addresses of AWS, it is told how and how back, and what does without`, () => {
    const [first, second] = checkMetadata(['127.0.0.1'], platform)
    assert.ok(first?.ok && first.found.includes(metadata), first?.found)
    assert.ok(first.found.includes(back), first.found)
    assert.ok(first.found.includes('AWS_EC2_METADATA_SERVICE_ENDPOINT'))
    assert.ok(second?.ok && second.found.includes(containers), second?.found)
    assert.ok(second.found.includes('AWS_CONTAINER_CREDENTIALS_FULL_URI'))
  })
}

test('a machine that has the addresses is told what listens on them', () => {
  const [metadata, containers] = checkMetadata(['169.254.169.254', 'fd00:ec2::254', '169.254.170.2'], 'linux')
  assert.match(
    metadata?.found ?? '',
    /^169.254.169.254 and fd00:ec2::254 can be listened on: serve --metadata-listen 169.254.169.254:80 /,
  )
  assert.match(containers?.found ?? '', /^169.254.170.2 can be listened on: serve --container-listen 169.254.170.2:80 /)
  assert.match(
    metadata?.found ?? '',
    /; to be rid of them, as root: ip addr del 169.254.169.254\/32 dev lo; ip -6 addr del fd00:ec2::254\/128 dev lo$/,
  )
  assert.match(containers?.found ?? '', /as root: ip addr del 169.254.170.2\/32 dev lo$/)
  const [, ipv6] = checkMetadata(['fd00:ec2::23'], 'linux')
  assert.match(ipv6?.found ?? '', /serve --container-listen \[fd00:ec2::23\]:80 /)
})
