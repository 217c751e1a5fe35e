import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandLine, temporaryHome } from './command-line.ts'

const TRUSTS_EVERYBODY = `{
  "Version": "2012-10-17",
  "Statement": { "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "sts:AssumeRole" }
}`
const READS = `{
  "Version": "2012-10-17",
  "Statement": { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::releases/*" }
}`

function policyFile(folder: string, name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

test('a file that cannot be read is named', async () => {
  const ended = await commandLine(['lint', '/nowhere/policy.json'])
  assert.deepEqual(ended, { status: 3, stdout: '', stderr: 'rolecall: /nowhere/policy.json cannot be read\n' })
})

test('a file that cannot be read keeps no finding of the others back, and has a status of its own', async () => {
  using home = temporaryHome()
  const before = policyFile(home.path, 'before.json', TRUSTS_EVERYBODY)
  const after = policyFile(home.path, 'after.json', TRUSTS_EVERYBODY)
  const ended = await commandLine(['lint', before, home.path, after])
  assert.deepEqual([ended.status, ended.stderr], [3, `rolecall: ${home.path} cannot be read\n`])
  assert.deepEqual(
    ended.stdout.split('\n').map((line) => line.split(':')[0]),
    [before, after, ''],
  )
  const { status, stdout } = await commandLine(['lint', '--json', before, home.path, after])
  assert.equal(status, 3)
  assert.deepEqual(
    JSON.parse(stdout).map(({ file }: { file: string }) => file),
    [before, after],
  )
})

test('an account that is none is wrong usage', async () => {
  for (const account of ['', '1', 'source', '1111111111111']) {
    const { status, stderr } = await commandLine(['lint', '--account', account, 'x.json'])
    assert.equal(status, 2)
    assert.match(stderr, /twelve digits of an account/)
  }
})

test('a role that trusts an account which is not among those that belong together has to ask for an ExternalId', async () => {
  using home = temporaryHome()
  const file = policyFile(home.path, 'trust.json', TRUSTS_EVERYBODY.replace('"*"', '["111111111111", "222222222222"]'))
  const codes = async (...flags: readonly string[]) => {
    const { status, stdout } = await commandLine(['lint', '--json', file, ...flags])
    const found: readonly { code: string; details: string }[] = JSON.parse(stdout)
    const strange = found.filter(({ code }) => code === 'trust-third-party-no-externalid')
    return [status, ...strange.map(({ details }) => details.slice(0, 12))]
  }
  assert.deepEqual(await codes(), [0])
  assert.deepEqual(await codes('--account', '111111111111'), [1, '222222222222'])
  assert.deepEqual(await codes('--account', '111111111111', '--account', '222222222222'), [0])
})

test('a kind that does not exist is wrong usage, and the kinds are named', async () => {
  const { status, stderr } = await commandLine(['lint', '--kind', 'bucket', 'x.json'])
  assert.equal(status, 2)
  assert.match(stderr, /there is no kind bucket; say one of identity, boundary/)
})

test('what AWS would refuse is told with file, line and column, and fails', async () => {
  using home = temporaryHome()
  const file = policyFile(home.path, 'policy.json', READS.replace('"Allow"', '"allow"'))
  const { status, stdout } = await commandLine(['lint', file])
  assert.equal(status, 1)
  assert.match(stdout, new RegExp(`^${file}:3:\\d+ +ERROR +INVALID_EFFECT `, 'm'))
})

test('a policy with a principal is read as a trust policy: trusting everybody is a security warning', async () => {
  using home = temporaryHome()
  const file = policyFile(home.path, 'trust.json', TRUSTS_EVERYBODY)
  const { status, stdout } = await commandLine(['lint', '--json', file])
  assert.equal(status, 1)
  const [finding] = JSON.parse(stdout)
  assert.deepEqual([finding.file, finding.type, finding.code], [file, 'SECURITY_WARNING', 'trust-star'])
})

test('a policy that says what it means passes', async () => {
  using home = temporaryHome()
  const file = policyFile(home.path, 'policy.json', READS)
  assert.deepEqual(await commandLine(['lint', file]), { status: 0, stdout: 'Nothing to say against it.\n', stderr: '' })
})
