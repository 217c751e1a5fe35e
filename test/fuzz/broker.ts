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
  readonly operatorToken: string
  readonly alice: ClientSettings['credentials']
  /** Whether it is there and does something; it is ended when it does not. */
  responds(): Promise<boolean>
  /** Stops it; how its memory changed. @throws {Error} when it was dead already, or its memory grew beyond bounds */
  stop(): Promise<string>
}

/** What the broker's process tells first. */
export type BrokerStarted = Omit<BrokerProcess, 'responds' | 'stop'>

/** What the broker's process says of its memory, after a collection. */
export interface BrokerMemory {
  readonly residentBytes: number
  /** What is alive: not what the collector has not given back, nor audit records, which stay for ever. */
  readonly heapBytes: number
}

const MIB = 1_048_576
/** Full caches and compiled code; what is left behind by every request comes to more. */
const MAX_HEAP_GROWTH_MIB = 64

/**
 * Sets up a target that needs a broker, and sets it up again with another one when the broker did not survive an input:
 * what killed it can be made small only so.
 */
export async function withBroker<Input>(
  open: (broker: BrokerProcess) => Promise<Fuzzed<Input>>,
): Promise<Fuzzed<Input>> {
  let broker = await startBrokerProcess()
  let fuzzed = await open(broker)
  return {
    inputs: fuzzed.inputs,
    async check(input) {
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
  const before = await memoryOf(child)
  return {
    ...started,
    async responds() {
      const late = sleep(PATIENCE_MS, false, { ref: false })
      const responds = await Promise.race([memoryOf(child).then(Boolean, () => false), late])
      if (!responds) child.kill('SIGKILL')
      return responds
    },
    async stop() {
      const after = await memoryOf(child)
      child.disconnect()
      await once(child, 'exit')
      const note = `rss ${change(before.residentBytes, after.residentBytes)}, heap ${change(before.heapBytes, after.heapBytes)}`
      if (after.heapBytes - before.heapBytes > MAX_HEAP_GROWTH_MIB * MIB) throw new Error(`memory leaks: ${note}`)
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
