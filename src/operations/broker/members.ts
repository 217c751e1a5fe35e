import { ValidationError } from '../../model/index.ts'

/**
 * The members of what came through the operator's door. One that is not asked for is refused: a wish that is
 * misspelled must not be left out in silence.
 * @param names - those there may be
 * @param says - what to send, for whoever sent something else
 * @throws {@link ValidationError}
 */
export function membersOf(value: unknown, names: readonly string[], says: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    if (Object.keys(value).every((name) => names.includes(name))) return { ...value }
  }
  throw new ValidationError(says)
}
