import assert from 'node:assert/strict'
import { test } from 'node:test'
import { peerNetwork } from '../../src/platform/peer-network.ts'

for (const [address, network] of [
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
  ['2001:db8:1:3::', '2001:db8:1:3::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['::1', '::/64'],
  ['', ''],
  ['127.1', '127.1'],
  ['nobody', 'nobody'],
] as const) {
  test(`${address || 'nothing'} counts as ${network || 'nothing'}`, () => assert.equal(peerNetwork(address), network))
}
