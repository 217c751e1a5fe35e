// A broker in a process of its own, to be fuzzed from outside.
import { fileURLToPath } from 'node:url'
import { startBroker } from '../../src/index.ts'
import type { BrokerMemory, BrokerStarted } from './broker.ts'

const directory = fileURLToPath(new URL('../../examples/quickstart.yaml', import.meta.url))
const broker = await startBroker({ directory, dev: true })
const { credentials: alice } = await broker.as('source/alice')
const { addresses, operatorToken } = broker
const portOf = (origin: string) => Number(new URL(origin).port)

process.on('message', () => {
  globalThis.gc?.()
  const { rss: residentBytes, heapUsed: heapBytes } = process.memoryUsage()
  process.send?.({ residentBytes, heapBytes } satisfies BrokerMemory)
})
process.on('disconnect', () => process.exit())
process.send?.({
  apiPort: portOf(addresses.api),
  adminPort: portOf(addresses.admin),
  operatorToken,
  alice,
} satisfies BrokerStarted)
