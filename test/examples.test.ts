import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { run as crossAccount } from '../examples/cross-account.ts'
import { directory as shop, run as tightenARole } from '../examples/tighten-a-role.ts'
import { startBroker } from '../src/index.ts'

const example = (name: string) => fileURLToPath(new URL(`../examples/${name}`, import.meta.url))

test('the cross-account example becomes the role, and is refused without the external id', async () => {
  await using broker = await startBroker({ directory: example('quickstart.yaml') })
  const lines: string[] = []
  await crossAccount({ as: (principal) => broker.as(principal), print: (line) => lines.push(line) })
  assert.deepEqual(lines, [
    'alice became arn:aws:sts::222222222222:assumed-role/Deployer/example',
    'without the external id: AccessDenied: User: arn:aws:iam::111111111111:user/alice is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/Deployer',
  ])
})

test('the role example makes a role with IAM, tightens it twice, and both refusals are explained', async () => {
  await using broker = await startBroker({ directory: shop })
  const lines: string[] = []
  await tightenARole({ as: (principal) => broker.as(principal), print: (line) => lines.push(line) })
  const role = 'arn:aws:iam::333333333333:role/Reporter'
  const people = 'arn:aws:iam::333333333333:user/'
  assert.deepEqual(lines, [
    'the role lists users: admin, dev',
    `beyond its boundary: User: arn:aws:sts::333333333333:assumed-role/Reporter/monday is not authorized to perform: iam:ListUsers on resource: ${people} because no permissions boundary allows the iam:ListUsers action`,
    '  because no permissions boundary allows it',
    `  Allow iam:ListUsers on ${people} in the permissions boundary of role Reporter`,
    `without the external id: User: ${people}dev is not authorized to perform: sts:AssumeRole on resource: ${role}`,
    '  because the role trust policy would allow it if sts:ExternalId were "monday-reports" (it is missing); and no identity-based policy allows it',
    '  Meet the condition of statement 1 of the role trust policy, or change it: StringEquals sts:ExternalId "monday-reports" (it is missing)',
    `  Allow sts:AssumeRole on ${role} in an identity-based policy of user dev`,
  ])
})

test('npm start shows the identity it got and the lines to paste, serves on, and stops on SIGTERM', async () => {
  const child = spawn(process.execPath, [example('quickstart.ts'), '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  for await (const line of createInterface(child.stdout)) {
    lines.push(line)
    if (line.includes('Ctrl-C')) break
  }
  const output = lines.join('\n')
  const endpoint = /export AWS_ENDPOINT_URL_STS=(\S+)/.exec(output)?.[1] ?? ''
  const answer = await fetch(`${endpoint}/?Action=GetCallerIdentity&Version=2011-06-15`)
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')

  assert.match(output, /alice became arn:aws:sts::222222222222:assumed-role\/Deployer\/example/)
  assert.match(output, /aws sts assume-role --role-arn/)
  assert.equal(answer.status, 403, 'it serves on, and still asks for a signature')
  assert.equal(code, 0)
})
