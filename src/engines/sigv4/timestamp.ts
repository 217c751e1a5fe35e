import { type EpochMillis, epochMillis } from '../../model/index.ts'

const BASIC = /^[0-9]{4}(?:0[1-9]|1[0-2])[0-3][0-9]T(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]Z$/
const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT$/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Writes an instant in ISO 8601 basic format, `YYYYMMDDTHHMMSSZ`; parts of a second are dropped. */
export function formatTimestamp(instant: EpochMillis): string {
  const iso = new Date(instant).toISOString()
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`
}

/** Reads `YYYYMMDDTHHMMSSZ`; `undefined` for any other text and for days and hours that do not exist. */
export function parseTimestamp(text: string): EpochMillis | undefined {
  if (!BASIC.test(text)) return undefined
  const day = Number(text.slice(6, 8))
  const instant = Date.UTC(
    Number(text.slice(0, 4)),
    Number(text.slice(4, 6)) - 1,
    day,
    Number(text.slice(9, 11)),
    Number(text.slice(11, 13)),
    Number(text.slice(13, 15)),
  )
  // Date.UTC rolls the 31st of June over into July.
  return new Date(instant).getUTCDate() === day ? epochMillis(instant) : undefined
}

/**
 * Rewrites the date of an HTTP `Date` header as `YYYYMMDDTHHMMSSZ`; any other text is given back as it is.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
 */
export function basicFromHttpDate(text: string): string {
  const [, day, month = '', year, hours, minutes, seconds] = HTTP_DATE.exec(text) ?? []
  const number = MONTHS.indexOf(month) + 1
  return number === 0 ? text : `${year}${String(number).padStart(2, '0')}${day}T${hours}${minutes}${seconds}Z`
}
