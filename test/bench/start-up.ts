import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { DirectoryInput } from '../../src/index.ts'
import type { BrokerQuestion, BrokerStarted } from './broker-child.ts'
import { Child } from './child.ts'
import { DIRECTORY, largeDirectory } from './directory.ts'
import type { EmbeddedQuestion } from './embedded-child.ts'
import { median, type Row, spread, type Target } from './row.ts'
import { type Credentials, type PreparedRequest, send, signedCall } from './signed-request.ts'

const BIN = fileURLToPath(new URL('../../bin/rolecall.js', import.meta.url))
const STARTS = 5
const LOOK_AGAIN_MS = 2
const LONGEST_MS = 30_000

/** Measures how long a started process takes until its first answer, when the data folder is there already. */
export async function secondStart(folder: string, principals: number, target: Target): Promise<Row> {
  const data = join(folder, `start-${principals}`)
  const credentials = await prepareData(data, principals === 0 ? DIRECTORY : largeDirectory(principals))
  const whose = principals === 0 ? 'nearly empty' : `${principals.toLocaleString('en')} principals`
  return await startOf(data, credentials, whose, target)
}

/** Measures the start of a process on a data folder that {@link prepareData} made. */
export async function startOf(data: string, credentials: Credentials, whose: string, target: Target): Promise<Row> {
  const times: number[] = []
  for (let count = 0; count < STARTS; count++) times.push(await startAndAsk(data, credentials))
  return {
    work: `second start to first answer, ${whose}`,
    measured: `${spread(times)} s in ${STARTS} starts`,
    value: median(times),
    unit: 's',
    target,
  }
}

/** Measures starting a broker in a program that has imported it: the first of a process, which most tests have, and others. */
export async function embeddedStart(): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const [kind, inYaml] of [
    ['startBroker', false],
    ['startTestBroker', false],
    ['startTestBroker', true],
  ] as const) {
    const firsts: number[] = []
    const later: number[] = []
    for (let count = 0; count < STARTS; count++) {
      using child = new Child('embedded-child', 0)
      const [first = Number.NaN, ...rest] = await child.ask<EmbeddedQuestion, readonly number[]>({ kind, inYaml })
      firsts.push(first)
      later.push(...rest)
    }
    rows.push({
      work: `${kind}(), the first of a process${inYaml ? ', from YAML' : ''}`,
      measured: `${spread(firsts)} ms in ${STARTS} processes; later ones ${spread(later)} ms`,
      value: median(firsts),
      unit: 'ms',
      target: { atLeast: 100, aim: 30 },
    })
  }
  return rows
}

/** Lets a broker make a data folder, and gives the credentials of one who is in it. */
export async function prepareData(data: string, directory: DirectoryInput): Promise<Credentials> {
  using child = new Child('broker-child', 0)
  const start = { data, keys: keysOf(data), directory }
  const { credentials } = await child.ask<BrokerQuestion, BrokerStarted>({ start })
  await child.ask<BrokerQuestion, object>({ stop: true })
  return credentials
}

async function startAndAsk(data: string, credentials: Credentials): Promise<number> {
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const request = await signedCall(endpoint, credentials, { Action: 'GetCallerIdentity' })
  const listen = ['--listen', `127.0.0.1:${port}`, '--metadata-listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0']
  const startedAt = performance.now()
  const command = [BIN, 'serve', ...listen, '--data', data, '--keys', keysOf(data), '--log-level', 'error']
  const node = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] })
  const exited = once(node, 'exit')
  try {
    await firstAnswer(node, endpoint, request)
    return (performance.now() - startedAt) / 1000
  } finally {
    node.kill('SIGTERM')
    await exited
  }
}

async function firstAnswer(node: ChildProcess, endpoint: string, request: PreparedRequest): Promise<void> {
  const deadline = performance.now() + LONGEST_MS
  while (performance.now() < deadline && node.exitCode === null) {
    try {
      await send(endpoint, request)
      return
    } catch (error) {
      // Nobody listens yet; whatever else went wrong is an answer, and not the one that was wanted.
      if (!(error instanceof TypeError)) throw error
      await pause(LOOK_AGAIN_MS)
    }
  }
  throw new Error('The broker did not start.')
}

/** The folder of the keys that belong to a data folder. */
export function keysOf(data: string): string {
  return `${data}-keys`
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
