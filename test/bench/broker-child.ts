// A broker in a process of its own, to be measured from outside.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type Broker, type BrokerOptions, startBroker } from '../../src/index.ts'
import { answerQuestions } from './child.ts'
import { CALLER } from './directory.ts'
import type { Credentials } from './signed-request.ts'
import { memoryUse, usage } from './usage.ts'

/**
 * Starts it, stops it, or asks what it has used, what it occupies (with `--expose-gc`), how late its event loop was at
 * worst since that was asked, or where instances are read.
 */
export type BrokerQuestion =
  | { readonly start: BrokerOptions }
  | { readonly stop: true }
  | { readonly usage: true }
  | { readonly memory: true }
  | { readonly longestTurn: true }
  | { readonly originsOf: readonly string[] }

/** Where each instance is read, in the order in which it was asked. */
export interface InstanceOrigins {
  readonly origins: readonly string[]
}

/** How late the event loop was at worst. */
export interface LongestTurn {
  readonly ms: number
}

/** A broker that answers. */
export interface BrokerStarted {
  readonly endpoint: string
  /** Where metadata is read. */
  readonly metadata: string
  readonly credentials: Credentials
}

let broker: Broker | undefined
const turns = monitorEventLoopDelay({ resolution: 1 })

answerQuestions(async (question: BrokerQuestion) => {
  if ('start' in question) {
    broker = await startBroker(question.start)
    const { endpoint, credentials } = await broker.as(CALLER)
    return { endpoint, metadata: broker.addresses.metadata, credentials } satisfies BrokerStarted
  }
  if ('originsOf' in question) {
    const origins: string[] = []
    for (const id of question.originsOf) {
      origins.push((await broker?.env(id))?.['AWS_EC2_METADATA_SERVICE_ENDPOINT'] ?? '')
    }
    return { origins } satisfies InstanceOrigins
  }
  if ('longestTurn' in question) {
    const ms = turns.max / 1e6
    turns.reset()
    turns.enable()
    return { ms } satisfies LongestTurn
  }
  if ('memory' in question) return memoryUse()
  if ('stop' in question) await broker?.stop()
  return usage()
})
