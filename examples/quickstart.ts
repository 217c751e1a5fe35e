// What `npm start` runs: a broker on quickstart.yaml, one cross-account AssumeRole against it, and then it serves on.
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startBroker } from '../src/index.ts'
import { run } from './cross-account.ts'

const { values } = parseArgs({ options: { port: { type: 'string', default: '7600' } } })
const port = Number(values.port)
const print = (line: string) => process.stdout.write(`${line}\n`)

const broker = await startBroker({
  directory: fileURLToPath(new URL('quickstart.yaml', import.meta.url)),
  listen: {
    api: `127.0.0.1:${port}`,
    metadata: `127.0.0.1:${port === 0 ? 0 : port + 1}`,
    admin: `127.0.0.1:${port === 0 ? 0 : port + 2}`,
  },
}).catch((error: Error) => {
  process.stderr.write(`${error.message}\nChoose another port: npm start -- --port 7700\n`)
  process.exit(1)
})

print(`Rolecall answers at ${broker.endpoint}, with the accounts of examples/quickstart.yaml.\n`)
await run({ as: (principal) => broker.as(principal), print })

const alice = await broker.as('source/alice')
print('\nNow you. Paste this into another terminal:\n')
for (const [name, value] of Object.entries(alice.env)) {
  if (value !== '') print(`  export ${name}=${value}`)
}
print(`  unset AWS_SESSION_TOKEN AWS_PROFILE
  aws sts get-caller-identity
  aws sts assume-role --role-arn arn:aws:iam::222222222222:role/Deployer \\
    --role-session-name first --external-id quickstart

Everything is in memory. Ctrl-C stops the broker.`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void broker.stop())
