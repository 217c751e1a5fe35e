import type { JsonMember, JsonNode, PolicyDocument } from '../policy-document.ts'
import type { TextPosition } from './finding.ts'

/** Where an element, or its name, stands. */
export interface Place {
  readonly path: readonly (string | number)[]
  readonly start: number
  readonly end: number
  /** The element; `undefined` where the place is a member's name. */
  readonly node: JsonNode | undefined
}

/** Finds the element or the name that begins at `offset`. Takes steps in the depth and the logarithm of the width. */
export function locate({ text, root }: PolicyDocument, offset: number): Place {
  const path: (string | number)[] = []
  let node: JsonNode = root
  let end = endBefore(text, text.length)
  while (node.offset < offset && (node.type === 'object' || node.type === 'array')) {
    const children: readonly { readonly offset: number }[] = node.type === 'object' ? node.members : node.items
    const index = lastUpTo(children.length, (at) => children[at]?.offset ?? 0, offset)
    // What follows a child is its next sibling, or the bracket that closes its parent.
    end = endBefore(text, children[index + 1]?.offset ?? end - 1)
    if (node.type === 'array') {
      const item: JsonNode | undefined = node.items[index]
      if (item === undefined) break
      path.push(index)
      node = item
    } else {
      const member: JsonMember | undefined = node.members[index]
      if (member === undefined) break
      path.push(member.name)
      if (offset < member.value.offset) {
        return { path, start: member.offset, end: endBefore(text, member.value.offset), node: undefined }
      }
      node = member.value
    }
  }
  return { path, start: node.offset, end, node }
}

/** The end of the token that comes before `at`, with nothing but separators between. */
function endBefore(text: string, at: number): number {
  let end = at
  while (end > 0 && ' \t\r\n,:'.includes(text.charAt(end - 1))) end--
  return end
}

/** The last of `count` ascending numbers that is not above `limit`; 0 when all are. */
function lastUpTo(count: number, numberAt: (index: number) => number, limit: number): number {
  let low = 0
  let high = count - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (numberAt(middle) <= limit) low = middle
    else high = middle - 1
  }
  return low
}

/** Turns offsets into lines and columns; the text is walked once. */
export function positionsIn(text: string): (offset: number) => TextPosition {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    const line = lastUpTo(starts.length, (index) => starts[index] ?? 0, offset)
    return { line: line + 1, column: offset - (starts[line] ?? 0), offset }
  }
}
