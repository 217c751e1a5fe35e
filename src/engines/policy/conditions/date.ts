import { comparing, type OperatorFamily } from './value-test.ts'

const EPOCH_SECONDS = /^[0-9]{1,19}$/
const MAX_EPOCH_SECONDS = 9_223_372_036_854_775_807n
const NANOS = 1_000_000_000n
const ISO_8601 =
  /^(-?[0-9]{1,9})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?(?:T(?:([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]{1,9}))?)?)?(Z|([+-])([0-9]{2})(?::?([0-9]{2}))?)?)?)?$/i

/**
 * Reads an instant as nanoseconds since the epoch: whole epoch seconds, or ISO 8601 in as many parts as are given,
 * UTC when it names no zone. `undefined` when the text is neither, which AWS refuses to save.
 * @see https://www.w3.org/TR/NOTE-datetime
 */
export function readInstant(text: string): bigint | undefined {
  if (EPOCH_SECONDS.test(text)) {
    const seconds = BigInt(text)
    return seconds <= MAX_EPOCH_SECONDS ? seconds * NANOS : undefined
  }
  const match = ISO_8601.exec(text)
  if (match === null) return undefined
  const [year, month, day] = [Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1)]
  const [hour, minute, second] = [Number(match[4] ?? 0), Number(match[5] ?? 0), Number(match[6] ?? 0)]
  const [zoneHour, zoneMinute] = [Number(match[10] ?? 0), Number(match[11] ?? 0)]
  if (year < -292_275_054 || year > 292_278_993 || month < 1 || month > 12 || day < 1 || day > 31) return undefined
  if (hour > 23 || minute > 59 || second > 59 || zoneHour > 23 || zoneMinute > 59) return undefined
  const zone = (zoneHour * 60 + zoneMinute) * (match[9] === '-' ? -60 : 60)
  const seconds = daysSinceEpoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - zone
  return BigInt(seconds) * NANOS + BigInt((match[7] ?? '').padEnd(9, '0'))
}

/** Days from 1970-01-01 in the Gregorian calendar, for years far beyond those of `Date`. Years start in March here. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** A Date operator, from what the order of request and policy value has to be. */
export function date(accepts: (order: number) => boolean): OperatorFamily {
  return comparing(readInstant, (request, policy) => accepts(request < policy ? -1 : request > policy ? 1 : 0))
}
