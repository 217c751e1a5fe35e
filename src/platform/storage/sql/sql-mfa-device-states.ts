import { type MfaDeviceChange, type MfaDeviceState, type MfaDeviceStates, StoreConflict } from '../index.ts'
import type { Reader } from './reader.ts'
import type { Statement, Writer } from './writer.ts'

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

  const statementOf = ([device, from, to]: MfaDeviceChange): Statement =>
    from === undefined
      ? { sql: insert, parameters: [device, toBody(to)], conflict: OVERTAKEN }
      : { sql: update, parameters: [toBody(to), device, toBody(from)], conflict: OVERTAKEN }

  const replaceAll = async (changes: readonly MfaDeviceChange[]): Promise<boolean> => {
    try {
      await writer.write('directory', changes.map(statementOf))
      return true
    } catch (error) {
      if (error instanceof StoreConflict) return false
      throw error
    }
  }

  return {
    async find(device) {
      const [row] = await reader.rows(one, [device])
      return row && JSON.parse(row.body)
    },

    replace: (...change) => replaceAll([change]),
    replaceAll,
  }
}

function toBody({ lastStep, drift, failures }: MfaDeviceState): string {
  return JSON.stringify({ lastStep, drift, failures })
}
