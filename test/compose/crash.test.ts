import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
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

test('a node that is killed loses nothing: directory, keys, and the record of every grant it answered', async (t) => {
  const folder = await aFolder(t)
  const directory = join(folder, 'directory.json')
  await writeFile(directory, JSON.stringify(DIRECTORY))
  const readyFile = join(folder, 'ready.json')
  const child = serve(t, folder, '--directory', directory, '--ready-file', readyFile)
  const { addresses } = await ready(readyFile)
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 's'.repeat(40) }
  const client = new STSClient({ endpoint: addresses.api, region: 'us-east-1', credentials, maxAttempts: 1 })
  t.after(() => client.destroy())
  const answered: string[] = []
  const asking = Array.from({ length: 40 }, async (_, n) => {
    await client.send(new AssumeRoleCommand({ RoleArn: DEPLOYER, RoleSessionName: `n-${n}` })).then(
      ({ Credentials }) => answered.push(Credentials?.AccessKeyId ?? ''),
      () => undefined,
    )
    if (answered.length === 20) child.kill('SIGKILL')
  })
  await Promise.all(asking)
  await killed(child)

  assert.ok(answered.length >= 20)
  const storage = await openSqlStorage({ data: join(folder, 'data') })
  const { entries } = await storage.audit.find({ limit: 1000 })
  await storage.close()
  const recorded = new Set(entries.map(({ body }) => JSON.parse(body).responseElements?.credentials?.accessKeyId))
  for (const accessKeyId of answered) assert.ok(recorded.has(accessKeyId), accessKeyId)

  const node = await startNode(configIn(folder))
  const before = await everythingIn(node, ACCOUNT)
  assert.equal(node.firstAdmin, undefined)
  await node.stop()
  const again = await startNode(configIn(folder), { directories: [DIRECTORY] })
  assert.deepEqual(await everythingIn(again, ACCOUNT), before)
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
