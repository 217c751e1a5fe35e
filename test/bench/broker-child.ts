// A broker in a process of its own, to be measured from outside.
import { type Broker, type BrokerOptions, startBroker } from '../../src/index.ts'
import { answerQuestions } from './child.ts'
import { CALLER } from './directory.ts'
import type { Credentials } from './signed-request.ts'
import { usage } from './usage.ts'

/** Starts it, stops it, or asks what it has used. */
export type BrokerQuestion = { readonly start: BrokerOptions } | { readonly stop: true } | { readonly usage: true }

/** A broker that answers. */
export interface BrokerStarted {
  readonly endpoint: string
  /** Where metadata is read. */
  readonly metadata: string
  readonly credentials: Credentials
}

let broker: Broker | undefined

answerQuestions(async (question: BrokerQuestion) => {
  if ('start' in question) {
    broker = await startBroker(question.start)
    const { endpoint, credentials } = await broker.as(CALLER)
    return { endpoint, metadata: broker.addresses.metadata, credentials } satisfies BrokerStarted
  }
  if ('stop' in question) await broker?.stop()
  return usage()
})
