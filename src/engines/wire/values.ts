import { MalformedInput, type TextShape, Violation, violationOf } from '../../model/index.ts'
import type { Parser } from './params.ts'

/** A text type of AWS's model. */
interface TextType extends Omit<TextShape, 'matches'> {
  /** Whether `pattern` is about characters and not about halves of them: it uses `\p{...}`. */
  readonly unicode?: boolean
}

/** A parser for a text: it gives the text back, or what AWS says is wrong with it. The whole text has to match. */
export function text({ unicode = false, ...shape }: TextType): Parser<string> {
  const { pattern } = shape
  const checked: TextShape =
    pattern === undefined ? shape : { ...shape, matches: new RegExp(`^(?:${pattern})$`, unicode ? 'u' : '') }
  return (value) => violationOf(value, checked) ?? value
}

/** A parser for one of the values that AWS's model lists, in its order. */
export function oneOf<const Value extends string>(values: readonly Value[]): Parser<Value> {
  const none = new Violation([`Member must satisfy enum value set: [${values.join(', ')}]`])
  return (value) => values.find((each) => each === value) ?? none
}

/** Parses a truth value. How AWS answers others is not documented: as it answers texts where a number belongs. */
export const boolean: Parser<boolean> = (value) => {
  if (value !== 'true' && value !== 'false') throw new MalformedInput('')
  return value === 'true'
}
