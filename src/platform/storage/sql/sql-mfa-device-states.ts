import { type MfaDeviceState, type MfaDeviceStates, StoreConflict } from '../index.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

const OVERTAKEN = 'The state of the device is another by now.'

/** The states of MFA devices in SQL, each as one text: the same text is the same state. */
export function sqlMfaDeviceStates(reader: Reader, writer: Writer): MfaDeviceStates {
  const { queries } = reader
  const one = queries.selectFrom('mfa_device_state').select('body').where('device', '=', '').compile()
  const insert = queries
    .insertInto('mfa_device_state')
    .values({ device: '', body: '' })
    .onConflict((conflict) => conflict.doNothing())
    .compile().sql
  const update = queries
    .updateTable('mfa_device_state')
    .set({ body: '' })
    .where('device', '=', '')
    .where('body', '=', '')
    .compile().sql

  return {
    async find(device) {
      const [row] = await reader.rows(one, [device])
      return row && JSON.parse(row.body)
    },

    async replace(device, from, to) {
      const statement =
        from === undefined
          ? { sql: insert, parameters: [device, toBody(to)] }
          : { sql: update, parameters: [toBody(to), device, toBody(from)] }
      try {
        await writer.write('directory', [{ ...statement, conflict: OVERTAKEN }])
        return true
      } catch (error) {
        if (error instanceof StoreConflict) return false
        throw error
      }
    },
  }
}

function toBody({ lastStep, drift, failures }: MfaDeviceState): string {
  return JSON.stringify({ lastStep, drift, failures })
}
