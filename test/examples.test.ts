import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { run as crossAccount } from '../examples/cross-account.ts'
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
