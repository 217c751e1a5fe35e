const MINUTE_S = 60
const HOUR_S = 3600
const DAY_S = 86_400

/** How far off something is, in words: `in 5 minutes`, `3 days ago`. */
export function distance(seconds: number): string {
  const size = Math.abs(seconds)
  const [unit, name] =
    size >= 2 * DAY_S
      ? [DAY_S, 'days']
      : size >= 2 * HOUR_S
        ? [HOUR_S, 'hours']
        : size >= 2 * MINUTE_S
          ? [MINUTE_S, 'minutes']
          : [1, 'seconds']
  const words = `${Math.floor(size / unit)} ${name}`
  return seconds > 0 ? `in ${words}` : `${words} ago`
}
