import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { startNode } from '../../src/compose/index.ts'
import { openSqlStorage } from '../../src/platform/storage/sql/index.ts'
import { ACCOUNT, aFolder, configIn, DEPLOYER, DIRECTORY, everythingIn } from './samples.ts'

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname

/** Starts `rolecall serve` in a process of its own. */
function serve(t: TestContext, folder: string, ...flags: readonly string[]): ChildProcess {
  const places = ['--data', join(folder, 'data'), '--keys', join(folder, 'keys')]
  const listen = ['--listen', '--metadata-listen', '--admin-listen'].flatMap((flag) => [flag, '127.0.0.1:0'])
  const child = spawn(process.execPath, [MAIN, 'serve', ...places, ...listen, '--log-level', 'silent', ...flags])
  t.after(() => child.kill('SIGKILL'))
  return child
}

async function killed(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** The ready file, once it is there. */
async function ready(file: string): Promise<{ readonly addresses: { readonly api: string } }> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text !== undefined) return JSON.parse(text)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** How often the node is killed: `CRASHES=100 node --test --test-timeout=2000000 test/compose/crash.test.ts` for long. */
const CRASHES = Number(process.env['CRASHES'] ?? 2)
const TIMEOUT_MS = 30_000 + CRASHES * 10_000

/** Of all that was granted before, so many are tried after each start: some of every round. */
const MOST_TRIED = 200

interface Granted {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
}

function clientOf(
  t: TestContext,
  endpoint: string,
  credentials: Pick<Granted, 'accessKeyId' | 'secretAccessKey'>,
): STSClient {
  const client = new STSClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
  t.after(() => client.destroy())
  return client
}

/** Asks for sessions, many at once, and kills the node in the middle; what was answered by then. */
async function answeredBefore(kill: () => void, client: STSClient, round: number): Promise<readonly Granted[]> {
  const answered: Granted[] = []
  const asking = Array.from({ length: 40 }, async (_, n) => {
    await client.send(new AssumeRoleCommand({ RoleArn: DEPLOYER, RoleSessionName: `n-${n}` })).then(
      ({ Credentials: { AccessKeyId = '', SecretAccessKey = '', SessionToken = '', Expiration = new Date(0) } = {} }) =>
        answered.push({
          accessKeyId: AccessKeyId,
          secretAccessKey: SecretAccessKey,
          sessionToken: SessionToken,
          expiration: Expiration,
        }),
      () => undefined,
    )
    // At another moment each time, the first answer and the last among them.
    if (answered.length === 1 + ((round * 7) % 39)) kill()
  })
  await Promise.all(asking)
  return answered
}

async function recordedIn(folder: string): Promise<ReadonlySet<string>> {
  const storage = await openSqlStorage({ data: join(folder, 'data') })
  const { entries } = await storage.audit.find({ limit: 1000 })
  await storage.close()
  return new Set(entries.map(({ body }) => JSON.parse(body).responseElements?.credentials?.accessKeyId))
}

test('a node that is killed loses nothing: directory, keys, and the record of every grant it answered', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  const folder = await aFolder(t)
  const directory = join(folder, 'directory.json')
  await writeFile(directory, JSON.stringify(DIRECTORY))
  const alice = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 's'.repeat(40) }
  const granted: Granted[] = []
  for (let round = 0; round < CRASHES; round++) {
    const readyFile = join(folder, `ready-${round}.json`)
    const child = serve(t, folder, '--directory', directory, '--ready-file', readyFile)
    const { addresses } = await ready(readyFile)
    const alive = granted.filter(({ expiration }) => expiration.getTime() > Date.now() + 60_000)
    const step = Math.ceil(alive.length / MOST_TRIED)
    for (const [index, each] of alive.entries()) {
      if (index % step !== 0) continue
      const client = clientOf(t, addresses.api, each)
      await client.send(new GetCallerIdentityCommand({}))
      client.destroy()
    }
    const before = await answeredBefore(() => child.kill('SIGKILL'), clientOf(t, addresses.api, alice), round)
    await killed(child)
    assert.ok(before.length > 0)
    granted.push(...before)
    const recorded = await recordedIn(folder)
    for (const { accessKeyId } of before) assert.ok(recorded.has(accessKeyId), accessKeyId)
    for (const file of ['directory', 'audit']) {
      using database = new DatabaseSync(join(folder, 'data', `${file}.sqlite`), { readOnly: true })
      assert.deepEqual(
        database
          .prepare('PRAGMA integrity_check')
          .all()
          .map((row) => ({ ...row })),
        [{ integrity_check: 'ok' }],
      )
    }
  }

  const node = await startNode(configIn(folder))
  const kept = await everythingIn(node, ACCOUNT)
  assert.equal(node.firstAdmin, undefined)
  await node.stop()
  const again = await startNode(configIn(folder), { directories: [DIRECTORY] })
  assert.deepEqual(await everythingIn(again, ACCOUNT), kept)
  await again.stop()
})

test('a node that is killed while it starts for the first time has its administrator whole, or can begin again', async (t) => {
  const folder = await aFolder(t)
  for (const delayMs of [150, 300]) {
    const child = serve(t, folder)
    await new Promise((resolve) => setTimeout(resolve, delayMs))
    await killed(child)
  }
  const node = await startNode(configIn(folder))
  t.after(() => node.stop())
  const { account, accessKeyId, secretAccessKey } = JSON.parse(
    await readFile(join(folder, 'data', 'initial-admin.json'), 'utf8'),
  )
  const key = await node.broker.directory.accessKey(accessKeyId)
  assert.deepEqual([key?.account, key?.userName, key?.secretAccessKey.reveal()], [account, 'admin', secretAccessKey])
})
