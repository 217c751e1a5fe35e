import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { assumeRoleRequests } from './against-bare.ts'
import type { BrokerQuestion, BrokerStarted } from './broker-child.ts'
import { Child } from './child.ts'
import { DIRECTORY, UNTHROTTLED } from './directory.ts'
import type { LoadDone, LoadQuestion } from './load-child.ts'
import { type Row, rounded } from './row.ts'
import type { Usage } from './usage.ts'

const MIB = 1_048_576
const WARM_UP = 20_000
const SETTLE_MS = 1_000

/** Measures what a broker with a data folder occupies: idle, and by how much more once it has made many sessions. */
export async function memory(folder: string, sessions: number): Promise<readonly Row[]> {
  using load = new Child('load-child', 1)
  using broker = new Child('broker-child', 0, ['--expose-gc'])
  const places = { data: join(folder, 'memory'), keys: join(folder, 'memory-keys') }
  const start = { directory: DIRECTORY, limits: UNTHROTTLED, ...places }
  const started = await broker.ask<BrokerQuestion, BrokerStarted>({ start })
  const idle = await settled(broker)
  const requests = await assumeRoleRequests(started)
  const question = { endpoint: started.endpoint, requests }
  await answered(load, { ...question, amount: WARM_UP })
  const warm = await settled(broker)
  await answered(load, { ...question, amount: sessions })
  const after = await settled(broker)

  const mib = (bytes: number): string => `${rounded(bytes / MIB)} MiB`
  return [
    {
      work: 'memory, idle',
      measured: `resident; heap ${mib(idle.heapBytes)}`,
      value: idle.residentBytes / MIB,
      unit: 'MiB',
      target: { atLeast: 140, aim: 80 },
    },
    {
      work: `memory, after ${sessions.toLocaleString('en')} sessions more`,
      measured: `${mib(warm.residentBytes)} warm to ${mib(after.residentBytes)}; heap ${mib(warm.heapBytes)} to ${mib(after.heapBytes)}`,
      value: Math.max(0, after.residentBytes - warm.residentBytes) / MIB,
      unit: 'MiB',
      target: { atLeast: 20 },
    },
  ]
}

async function answered(load: Child, question: LoadQuestion): Promise<void> {
  const { failures } = await load.ask<LoadQuestion, LoadDone>(question)
  if (failures > 0) throw new Error(`${failures} of ${question.amount} requests were not answered with 200.`)
}

async function settled(broker: Child): Promise<Usage> {
  await pause(SETTLE_MS)
  return await broker.ask<BrokerQuestion, Usage>({ usage: true })
}
