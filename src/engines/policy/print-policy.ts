import type { JsonNode, PolicyDocument } from './policy-document.ts'

/** AWS takes no other characters in a policy's text; what is beyond is written as an escape. */
const BEYOND = /[^\x20-\xff]/g

/**
 * The canonical text of a document: compact JSON on one line, everything in its order, numbers as they were written, in
 * characters that AWS takes. Parsed again it is the same document, but for positions.
 */
export function printPolicy({ root }: PolicyDocument): string {
  return printNode(root)
}

/** The canonical text of one part of a document. No deeper than the parser takes. */
export function printNode(node: JsonNode): string {
  switch (node.type) {
    case 'object':
      return `{${node.members.map(({ name, value }) => `${quote(name)}:${printNode(value)}`).join()}}`
    case 'array':
      return `[${node.items.map(printNode).join()}]`
    case 'string':
      return quote(node.value)
    case 'number':
      return node.text
    case 'boolean':
      return String(node.value)
    case 'null':
      return 'null'
  }
}

function quote(text: string): string {
  return JSON.stringify(text).replace(BEYOND, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
