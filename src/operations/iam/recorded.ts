import { epochMillis, isoSeconds, Secret } from '../../model/index.ts'

/**
 * What the audit trail keeps of a request or an answer, as CloudTrail names it: members begin in lower case, secrets and
 * what is absent are left out.
 * @param named - what CloudTrail calls the member `name`
 */
export function recorded(structure: object, named = 'name'): Readonly<Record<string, unknown>> {
  const members: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(structure)) {
    const kept = recordedValue(value)
    const called = name === 'name' ? named : name
    if (kept !== undefined) members[called.charAt(0).toLowerCase() + called.slice(1)] = kept
  }
  return members
}

function recordedValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Secret) return undefined
  if (value instanceof Date) return isoSeconds(epochMillis(value.getTime()))
  if (value instanceof Map) return Object.fromEntries(value)
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(recordedValue)
  return recorded(value)
}
