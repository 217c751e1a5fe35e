import pc from 'picocolors'
import { align } from './align.ts'
import { oneLine } from './ask.ts'
import { memberAt, textAt } from './json-members.ts'

/** Where most texts fit, for rows that come one by one: time, account, who, what. */
const USUAL_WIDTHS = [20, 12, 24, 56]

/** Records as rows for a person: time, account, who, what, outcome. */
export class EventTable {
  readonly #colours: ReturnType<typeof pc.createColors>
  readonly #growing: boolean

  /** @param options - `growing`: rows come in turns, so columns have the width that usually does */
  constructor({ colours, growing }: { readonly colours: boolean; readonly growing: boolean }) {
    this.#colours = pc.createColors(colours)
    this.#growing = growing
  }

  /** A line for each record. */
  rows(records: readonly unknown[]): string {
    const rows = records.map((record) => {
      const cells = [
        textAt(record, 'eventTime') ?? '',
        textAt(record, 'recipientAccountId') ?? '-',
        who(record),
        what(record),
      ]
      const plain = cells.map((cell, column) => oneLine(cell).padEnd(this.#growing ? (USUAL_WIDTHS[column] ?? 0) : 0))
      return [...plain, this.#outcome(record)]
    })
    return align(rows)
  }

  /** Last in its row, so that its colour moves no column. */
  #outcome(record: unknown): string {
    const code = textAt(record, 'errorCode')
    if (code !== undefined) return this.#colours.red(oneLine(code))
    const key = textAt(record, 'responseElements', 'credentials', 'accessKeyId')
    return this.#colours.green('ok') + (key === undefined ? '' : ` ${oneLine(key)}`)
  }
}

/** The caller, as short as the account beside allows. */
function who(record: unknown): string {
  const identity = memberAt(record, 'userIdentity')
  const arn = textAt(identity, 'arn')
  if (arn !== undefined) return arn.split(':').slice(5).join(':')
  if (textAt(identity, 'type') === 'RolecallOperator') return 'operator'
  return `${textAt(identity, 'accountId') ?? ''} ${textAt(identity, 'principalId') ?? ''}`.trim()
}

function what(record: unknown): string {
  const service = (textAt(record, 'eventSource') ?? '').replace(/\.amazonaws\.com$/, '')
  const action = `${service}:${textAt(record, 'eventName') ?? ''}`
  const resources = memberAt(record, 'resources')
  const resource = Array.isArray(resources) ? textAt(resources[0], 'ARN') : undefined
  return resource === undefined ? action : `${action} ${resource}`
}
