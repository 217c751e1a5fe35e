import { oneLine } from './ask.ts'
import { memberAt } from './json-members.ts'

/** The lines that a member lists, each in one line whatever it holds; none where there is no such list. */
export function linesAt(value: unknown, name: string): readonly string[] {
  const lines = memberAt(value, name)
  return Array.isArray(lines) ? lines.map((line) => oneLine(String(line))) : []
}
