/** What one check of `rolecall doctor` came to. */
export interface Finding {
  /** What was looked at. */
  readonly check: string
  readonly ok: boolean
  /** What is there, in a few words. */
  readonly found: string
  /** What to do about a problem. */
  readonly advice?: string
}

/** A check that found nothing wrong. */
export function fine(check: string, found: string): Finding {
  return { check, ok: true, found }
}

/** A check that found something wrong, and what to do about it. */
export function problem(check: string, found: string, advice: string): Finding {
  return { check, ok: false, found, advice }
}
