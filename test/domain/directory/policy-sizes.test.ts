import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DirectoryMistakes, planDirectory } from '../../../src/domain/directory/index.ts'
import { lintPolicy } from '../../../src/engines/policy/index.ts'
import { epochMillis } from '../../../src/model/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { anAccount, aUser, aWorld, SOURCE } from './samples.ts'

/** A control policy of so many characters, of which many are whitespace between tokens. */
function spaced(kind: 'scp' | 'rcp', size: number): string {
  const Principal = kind === 'rcp' ? { Principal: '*' } : {}
  const Statement = [{ Effect: 'Deny', ...Principal, Action: 's3:*', Resource: '*' }]
  const text = JSON.stringify({ Version: '2012-10-17', Statement })
  return `{${' '.repeat(size - text.length)}${text.slice(1)}`
}

describe('whitespace counts in control policies, for linting and for loading alike', () => {
  for (const [kind, most] of [
    ['scp', 10_240],
    ['rcp', 5120],
  ] as const) {
    for (const size of [most, most + 1]) {
      test(`${kind} of ${size} characters`, async (t) => {
        const PolicyDocument = spaced(kind, size)
        const { directory, keyring, apply } = await aWorld(t)
        await apply(anAccount(SOURCE))
        const policies = [{ PolicyName: 'control', PolicyDocument }]
        const controls = {
          ServiceControlPolicies: kind === 'scp' ? policies : [],
          ResourceControlPolicies: kind === 'rcp' ? policies : [],
        }
        const member = { Id: SOURCE, ServiceControlPolicies: [], ResourceControlPolicies: [] }
        const root = { Id: 'r-root', ...controls, OrganizationalUnits: [], Accounts: [member] }
        const desired = { Accounts: [], Organization: { ManagementAccountId: SOURCE, Roots: [root] } }
        const plan = planDirectory(desired, { directory, keyring, random: systemRandom, now: epochMillis(0) })
        const refused = await plan.then(
          () => false,
          (error: unknown) => error instanceof DirectoryMistakes && /longer than/.test(error.message),
        )
        const linted = lintPolicy(PolicyDocument, { kind }).some(({ code }) => code.startsWith('POLICY_SIZE_EXCEEDS_'))
        assert.deepEqual([refused, linted], [size > most, size > most])
      })
    }
  }
})

test('whitespace does not count in the policies of a user, yet more of it than four times the allowance is refused', async (t) => {
  const text = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'
  const wide = text.replace('{', `{${' '.repeat(4096 - text.length)}`)
  const { apply } = await aWorld(t)
  const policies = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ PolicyName: `p${index}`, PolicyDocument: wide }))
  const withUser = (count: number) => anAccount(SOURCE, { Users: [aUser('spread', { Policies: policies(count) })] })
  await assert.rejects(apply(withUser(5)), (error: unknown) => {
    return error instanceof DirectoryMistakes && /inline policies together are longer than 2048/.test(error.message)
  })
  await apply(withUser(4))
})
