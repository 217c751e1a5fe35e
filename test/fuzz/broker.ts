import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ClientSettings } from '../../src/model/index.ts'
import { PATIENCE_MS } from './exchange.ts'
import type { Fuzzed } from './fuzz.ts'

/** A broker in a process of its own, that can die without taking the fuzzer along. */
export interface BrokerProcess {
  readonly apiPort: number
  readonly adminPort: number
  readonly metadataPort: number
  /** What a task and a pod show for their credentials. */
  readonly containerTokens: readonly string[]
  readonly operatorToken: string
  readonly alice: ClientSettings['credentials']
  /** Whether it is there and does something; it is ended when it does not. */
  responds(): Promise<boolean>
  /** From now on its memory should stay as it is: caches are as full as they get, and code is compiled. */
  warm(): Promise<void>
  /** Stops it; how its memory changed, since it was warm if it was. @throws {Error} when it was dead already, or its memory grew beyond bounds */
  stop(): Promise<string>
}

/** What the broker's process tells first. */
export type BrokerStarted = Omit<BrokerProcess, 'responds' | 'warm' | 'stop'>

/** What the broker's process says of its memory, after a collection. */
export interface BrokerMemory {
  readonly residentBytes: number
  /** What is alive: not what the collector has not given back, nor audit records, which stay for ever. */
  readonly heapBytes: number
}

/** The one that answers on the metadata listener; it requires session tokens. */
export const INSTANCE = 'i-0123456789abcdef0'
export const TASK = '0123456789abcdef0123456789abcdef'

const MIB = 1_048_576
/** Inputs after which it is warm. */
const WARM_UP = 30_000
/** Of a cold broker: full caches and compiled code; what is left behind by every request comes to more. */
const COLD = { heapMib: 64, residentMib: 320 }
/** What a leak of a kilobyte per request comes to in 100,000 is several times as much. */
const WARM = { heapMib: 16, residentMib: 64 }

/**
 * Sets up a target that needs a broker, and sets it up again with another one when the broker did not survive an input:
 * what killed it can be made small only so.
 */
export async function withBroker<Input>(
  open: (broker: BrokerProcess) => Promise<Fuzzed<Input>>,
): Promise<Fuzzed<Input>> {
  let broker = await startBrokerProcess()
  let fuzzed = await open(broker)
  let checked = 0
  return {
    inputs: fuzzed.inputs,
    async check(input) {
      if (checked++ === WARM_UP) await broker.warm()
      try {
        await fuzzed.check(input)
      } catch (error) {
        if (!(await broker.responds())) {
          broker = await startBrokerProcess()
          fuzzed = await open(broker)
        }
        throw error
      }
    },
    show: async (input) => (await fuzzed.show?.(input)) ?? '',
    close: () => broker.stop(),
  }
}

/** Starts a broker on the quickstart directory, in development, where there are more doors to try. */
async function startBrokerProcess(): Promise<BrokerProcess> {
  const child = fork(fileURLToPath(new URL('broker-child.ts', import.meta.url)), { execArgv: ['--expose-gc'] })
  const started = await told<BrokerStarted>(child)
  let before = await memoryOf(child)
  let bounds = COLD
  return {
    ...started,
    async responds() {
      const late = sleep(PATIENCE_MS, false, { ref: false })
      const responds = await Promise.race([memoryOf(child).then(Boolean, () => false), late])
      if (!responds) child.kill('SIGKILL')
      return responds
    },
    async warm() {
      before = await memoryOf(child)
      bounds = WARM
    },
    async stop() {
      const after = await memoryOf(child)
      child.disconnect()
      await once(child, 'exit')
      const since = bounds === WARM ? `since input ${WARM_UP}: ` : ''
      const note = `${since}rss ${change(before.residentBytes, after.residentBytes)}, heap ${change(before.heapBytes, after.heapBytes)}`
      const grewMib = (what: keyof BrokerMemory): number => (after[what] - before[what]) / MIB
      if (grewMib('heapBytes') > bounds.heapMib || grewMib('residentBytes') > bounds.residentMib) {
        throw new Error(`memory leaks: ${note}`)
      }
      return note
    },
  }
}

async function memoryOf(child: ChildProcess): Promise<BrokerMemory> {
  if (!child.connected) throw new Error(`the broker ended with code ${child.exitCode}`)
  child.send('memory')
  return await told(child)
}

function change(before: number, after: number): string {
  return `${Math.round(before / MIB)} -> ${Math.round(after / MIB)} MiB`
}

async function told<Message>(child: ChildProcess): Promise<Message> {
  const settled = new AbortController()
  const { signal } = settled
  const dead = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the broker ended with code ${code}`)
  })
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), dead])
    return message
  } finally {
    settled.abort()
  }
}
