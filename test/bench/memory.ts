import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { assumeRoleRequests } from './against-bare.ts'
import type { BrokerQuestion, BrokerStarted } from './broker-child.ts'
import { Child } from './child.ts'
import { DIRECTORY, UNTHROTTLED } from './directory.ts'
import type { LoadDone, LoadQuestion } from './load-child.ts'
import { median, type Row, rounded } from './row.ts'
import type { MemoryUse } from './usage.ts'

const MIB = 1_048_576
/** Until then compiled code, both threads' young generations and the arenas of `malloc` come to their size. */
const WARM_UP = 100_000
const SESSIONS_PER_SIGNATURE = 50_000
const SAMPLES = 5
const BETWEEN_SAMPLES_MS = 500

/** Measures what a broker with a data folder occupies: idle, warm, and by how much more once it has made many sessions. */
export async function memory(folder: string, sessions: number): Promise<readonly Row[]> {
  using load = new Child('load-child', 1)
  using broker = new Child('broker-child', 0, ['--expose-gc'])
  const places = { data: join(folder, 'memory'), keys: join(folder, 'memory-keys') }
  const start = { directory: DIRECTORY, limits: UNTHROTTLED, ...places }
  const started = await broker.ask<BrokerQuestion, BrokerStarted>({ start })
  const idle = await settled(broker)
  await make(WARM_UP, started, load)
  const warm = await settled(broker)
  await make(sessions, started, load)
  const after = await settled(broker)

  const more = `after ${sessions.toLocaleString('en')} sessions more`
  return [
    {
      work: 'memory, idle',
      measured: `resident; ${alive(idle)}`,
      value: idle.residentBytes / MIB,
      unit: 'MiB',
      target: { atLeast: 140, aim: 80 },
    },
    {
      work: `memory, after ${WARM_UP.toLocaleString('en')} sessions`,
      measured: `resident; ${alive(warm)}`,
      value: warm.residentBytes / MIB,
      unit: 'MiB',
    },
    {
      work: `memory, resident, ${more}`,
      measured: `${mib(warm.residentBytes)} to ${mib(after.residentBytes)}`,
      value: (after.residentBytes - warm.residentBytes) / MIB,
      unit: 'MiB',
      target: { atLeast: 20 },
    },
    {
      // Far less than resident: a few bytes kept of every session come to this.
      work: `memory, alive, ${more}`,
      measured: `${alive(warm)} to ${alive(after)}`,
      value: (after.heapBytes + after.externalBytes - warm.heapBytes - warm.externalBytes) / MIB,
      unit: 'MiB',
      target: { atLeast: 5 },
    },
  ]
}

/** Has sessions made, by requests that are signed anew from time to time: a signature is good for a quarter of an hour. */
async function make(sessions: number, started: BrokerStarted, load: Child): Promise<void> {
  const { endpoint } = started
  for (let left = sessions; left > 0; left -= SESSIONS_PER_SIGNATURE) {
    const amount = Math.min(left, SESSIONS_PER_SIGNATURE)
    const requests = await assumeRoleRequests(started)
    const { failures } = await load.ask<LoadQuestion, LoadDone>({ endpoint, requests, amount })
    if (failures > 0) throw new Error(`${failures} of ${amount} requests were not answered with 200.`)
  }
}

/** The median of several looks: a single one can fall before an allocator gives back, or while the writer is busy. */
export async function settled(broker: Child): Promise<MemoryUse> {
  const samples: MemoryUse[] = []
  while (samples.length < SAMPLES) {
    await pause(BETWEEN_SAMPLES_MS)
    samples.push(await broker.ask<BrokerQuestion, MemoryUse>({ memory: true }))
  }
  const middle = (part: keyof MemoryUse): number => median(samples.map((sample) => sample[part]))
  return {
    residentBytes: middle('residentBytes'),
    heapBytes: middle('heapBytes'),
    externalBytes: middle('externalBytes'),
    bufferBytes: middle('bufferBytes'),
  }
}

/** What is alive, in words. */
export function alive({ heapBytes, externalBytes, bufferBytes }: MemoryUse): string {
  return `heap ${mib(heapBytes)}, external ${mib(externalBytes)} (buffers ${mib(bufferBytes)})`
}

/** An amount of memory, in words. */
export function mib(bytes: number): string {
  return `${rounded(bytes / MIB)} MiB`
}
