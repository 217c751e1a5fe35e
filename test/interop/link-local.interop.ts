import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { execute, isInstalled } from './setting.ts'

const PROGRAM = fileURLToPath(new URL('link-local-program.ts', import.meta.url))
const ADDRESSES = ['169.254.169.254', '169.254.170.2', '169.254.170.23']
const SETUP = ['ip link set lo up', ...ADDRESSES.map((address) => `ip addr add ${address}/32 dev lo`)].join(' && ')
const SHELL = ['-rn', 'sh', '-c']

const canBeMade = await isInstalled('unshare', ...SHELL, SETUP)
const boto3 = await isInstalled('python3', '-c', 'import boto3')

for (const [client, skip] of [
  ['js', !canBeMade && 'this machine makes no network namespace'],
  ['boto3', (!canBeMade && 'this machine makes no network namespace') || (!boto3 && 'boto3 is not installed')],
] as const) {
  test(`${client} finds credentials where EC2, ECS and EKS have them; a relative URI wins over a full one`, {
    skip,
  }, async () => {
    const command = `${SETUP} && exec "$0" "$@"`
    const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' }
    const { stdout, stderr } = await execute(
      'unshare',
      [...SHELL, command, process.execPath, PROGRAM, client],
      env,
      110_000,
    )
    assert.equal(stderr, '')
    const { instance, task, pod, both } = JSON.parse(stdout)
    assert.match(instance, /assumed-role\/web\/i-0123456789abcdef0$/)
    assert.match(task, /assumed-role\/web\/[0-9a-f]{32}$/)
    assert.match(pod, /assumed-role\/web\/eks-shop-web-/)
    assert.equal(both, task)
  })
}
