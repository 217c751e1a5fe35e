import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Directory } from '../../../src/domain/directory/index.ts'
import { AccessDenied, type AccountCaller, ServiceUnavailable } from '../../../src/model/index.ts'
import { authorize } from '../../../src/pipeline/authorization/index.ts'
import { ALLOW_ALL, anAccount, aRole, aUser, aWorld, trusting } from '../../domain/directory/samples.ts'
import { aliceAs, FACTS, SOURCE } from '../samples.ts'

const RESOURCE = `arn:aws:iam::${SOURCE}:role/Deployer`
const STRANGER = '123456789012'

/** Alice's account, where a role trusts that account, or a stranger's. */
function accountThatTrusts(trusted: string) {
  return anAccount(SOURCE, {
    Users: [aUser('alice', { Path: '/team/', Policies: [{ PolicyName: 'all', PolicyDocument: ALLOW_ALL }] })],
    Roles: [aRole('Deployer', { AssumeRolePolicyDocument: trusting(trusted) })],
  })
}

/** A directory that changes while policies are gathered, after the role was read: once for each change. */
async function changing(t: TestContext, first: string, changes: readonly string[]) {
  const { directory, apply } = await aWorld(t)
  await apply(accountThatTrusts(first))
  const role = directory.role.bind(directory)
  const left = [...changes]
  const reads = t.mock.method(directory, 'role', async (arn: string) => {
    const read = await role(arn)
    const next = left.shift()
    if (next !== undefined) await apply(accountThatTrusts(next))
    return read
  })
  const caller = aliceAs((await directory.user(SOURCE, 'alice'))?.uniqueId)
  return { directory, caller, reads: () => reads.mock.callCount() }
}

function assume(directory: Directory, caller: AccountCaller) {
  const accesses = () => [{ action: 'sts:AssumeRole', resource: RESOURCE }]
  return authorize({ caller, input: undefined, accesses, facts: FACTS, region: undefined, version: 0 }, directory)
}

test('what a change took away while it was granted is refused', async (t) => {
  const { directory, caller, reads } = await changing(t, SOURCE, [STRANGER])
  await assert.rejects(assume(directory, caller), AccessDenied)
  assert.equal(reads(), 2)
})

test('what a change gave while it was refused is granted', async (t) => {
  const { directory, caller, reads } = await changing(t, STRANGER, [SOURCE])
  assert.equal((await assume(directory, caller)).role?.arn, RESOURCE)
  assert.equal(reads(), 2)
})

test('a directory that never keeps still for long enough decides nothing', async (t) => {
  const changes = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? STRANGER : SOURCE))
  const { directory, caller, reads } = await changing(t, SOURCE, changes)
  await assert.rejects(assume(directory, caller), ServiceUnavailable)
  assert.equal(reads(), 10)
})

test('a directory that keeps still is read once', async (t) => {
  const { directory, caller, reads } = await changing(t, SOURCE, [])
  assert.equal((await assume(directory, caller)).role?.arn, RESOURCE)
  assert.equal(reads(), 1)
})
