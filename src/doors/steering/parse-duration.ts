const DURATION = /^P(?=.)(?:([0-9]{1,6})D)?(?:T(?=.)(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})S)?)?$/

/**
 * Reads an ISO 8601 duration of whole days, hours, minutes and seconds: `PT1H`, `P1DT30M`. In milliseconds; `undefined`
 * for everything else, signs, fractions, weeks, months and years included.
 */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text)
  if (match === null) return undefined
  const [days, hours, minutes, seconds] = match.slice(1).map((digits) => Number(digits ?? 0))
  return ((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000
}
