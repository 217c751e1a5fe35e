import { type EpochMillis, epochMillis } from '../../model/index.ts'

const INSTANT = /^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?Z$/

/**
 * Reads an instant: in UTC, as SAML has them. `undefined` for anything else, a day that there is not included.
 * @see https://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf section 1.3.3
 */
export function readInstant(text: string): EpochMillis | undefined {
  const [, seconds] = INSTANT.exec(text) ?? []
  if (seconds === undefined) return undefined
  const instant = Date.parse(text)
  // What Date makes of the 30th of February is another day.
  if (Number.isNaN(instant) || new Date(instant).toISOString().slice(0, seconds.length) !== seconds) return undefined
  return epochMillis(instant)
}
