import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuditTrail } from '../../src/domain/audit/index.ts'
import { epochMillis } from '../../src/model/index.ts'
import { listEvents } from '../../src/operations/broker/index.ts'
import { AS_OPERATOR } from '../../src/pipeline/authentication/index.ts'
import { submit } from '../../src/pipeline/index.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { aBroker, FACTS } from '../pipeline/samples.ts'

for (const [rule, follow, names] of [
  ['from the newest record tells nothing again', 3, []],
  ['from an earlier record tells what came after it, oldest first', 1, ['Second', 'Third']],
  ['from before all of them tells all', 0, ['First', 'Second', 'Third']],
  ['in a log that is shorter begins anew: it is another log', 4, ['First', 'Second', 'Third']],
] as const) {
  test(`following ${rule}`, async (t) => {
    const { broker, world } = await aBroker(t)
    const { audit: log } = world.storage
    for (const [index, eventName] of ['First', 'Second', 'Third'].entries()) {
      const body = JSON.stringify({ eventName })
      const of = { account: '', eventSource: 'rolecall', readOnly: true, resources: [], explanation: undefined }
      const by = { username: undefined, accessKeyId: undefined, principalArn: undefined, errorCode: undefined }
      await log.append([{ ...of, ...by, eventName, eventId: eventName, eventTime: epochMillis(index), body }])
    }
    const { logger, metrics } = broker
    const audit = new AuditTrail({ log, random: systemRandom, logger, metrics })
    const ask = { facts: FACTS, prove: async () => AS_OPERATOR, input: () => ({ limit: 10, follow }) }
    const { events, last } = await submit(listEvents, ask, { ...broker, audit })
    assert.deepEqual(
      events,
      names.map((eventName) => ({ eventName })),
    )
    assert.equal(last, 3)
    await audit.stop()
  })
}
