// npm run bench: what requests, decisions, starts and memory cost, as ratios within one run where that can be.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { againstBare, assumeRoleRequests, identityRequests, metadataRequests } from './against-bare.ts'
import { CAN_PIN } from './child.ts'
import { DIRECTORY, WITH_INSTANCE } from './directory.ts'
import { largeAccount } from './large-account.ts'
import { manyInstances } from './many-instances.ts'
import { memory } from './memory.ts'
import { policyRows } from './policy/policy-rows.ts'
import { type Row, table, verdict } from './row.ts'
import { samlRows } from './saml.ts'
import { samlCrowd } from './saml-crowd.ts'
import { embeddedStart, secondStart } from './start-up.ts'
import { webIdentityRow } from './web-identity.ts'

const USAGE = 'Usage: npm run bench -- [--json] [--full] [--only WORD]'
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
})

const NOTE = `Shares of bare are ratios of CPU time per request, medians of neighbouring rounds${CAN_PIN ? ', servers on core 0, load on core 1' : '; processes were not pinned'}.
On a busy machine they come out lower: programs that take turns evict one another's caches, and a broker has more in them.`

const WORKLOADS: readonly { readonly name: string; readonly run: (folder: string) => Promise<readonly Row[]> }[] = [
  {
    name: 'assume-role-buffered',
    run: async () => [
      await againstBare({
        work: 'AssumeRole, audit buffered',
        target: { atLeast: 25, aim: 40 },
        settings: { data: ':memory:' },
        prepare: assumeRoleRequests,
      }),
    ],
  },
  {
    name: 'assume-role-durable',
    run: async (folder) => [
      await againstBare({
        work: 'AssumeRole, audit durable',
        target: { atLeast: 20, aim: 30 },
        settings: { data: join(folder, 'durable'), keys: join(folder, 'durable-keys') },
        prepare: assumeRoleRequests,
      }),
    ],
  },
  {
    name: 'web-identity',
    run: async () => [
      await webIdentityRow('RS256', 'new'),
      await webIdentityRow('RS256', 'repeated'),
      await webIdentityRow('ES256', 'new'),
      await webIdentityRow('ES256', 'repeated'),
    ],
  },
  { name: 'saml', run: samlRows },
  { name: 'saml-crowd', run: samlCrowd },
  {
    name: 'get-caller-identity',
    run: async () => [
      await againstBare({
        work: 'GetCallerIdentity, seen session token',
        target: { atLeast: 35, aim: 50 },
        settings: { data: ':memory:' },
        prepare: identityRequests,
      }),
    ],
  },
  {
    name: 'metadata',
    run: async () => [
      await againstBare({
        work: 'IMDS GET with token, a connection each',
        target: { atLeast: 55, aim: 75 },
        settings: { data: ':memory:', directory: [DIRECTORY, WITH_INSTANCE] },
        listener: 'metadata',
        prepare: metadataRequests,
      }),
    ],
  },
  { name: 'many-instances', run: () => manyInstances(1000) },
  { name: 'policy', run: policyRows },
  { name: 'start-empty', run: async (folder) => [await secondStart(folder, 0, { atLeast: 0.5, aim: 0.2 })] },
  { name: 'start-large', run: async (folder) => [await secondStart(folder, 100_000, { atLeast: 3, aim: 1 })] },
  { name: 'large-account', run: largeAccount },
  { name: 'start-embedded', run: embeddedStart },
  { name: 'memory', run: (folder) => memory(folder, values.full ? 1_000_000 : 100_000) },
]

if (values.help) {
  print(`${USAGE}\nWorkloads: ${WORKLOADS.map(({ name }) => name).join(', ')}`)
} else {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-bench-'))
  try {
    await measure(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function measure(folder: string): Promise<void> {
  const rows: Row[] = []
  for (const { name, run } of WORKLOADS) {
    if (!name.includes(values.only)) continue
    process.stderr.write(`${name} ...\n`)
    rows.push(...(await run(folder)))
  }
  if (values.json) print(JSON.stringify(rows.map((row) => ({ ...row, met: verdict(row) }))))
  else print(`${table(rows)}\n\n${NOTE}`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
