import { Secret } from '../../model/index.ts'
import { isList, isMap, type ResultStructure, type ResultValue } from './result.ts'

/** ASCII without markup: most texts, found out in one cheap pass. */
const PLAIN = /^[\t\n !#-%'-;=?-~]*$/

/** By their code: markup, a carriage return that readers would turn into a line feed, and what XML 1.0 cannot say. */
const ESCAPES: (string | undefined)[] = Array(128).fill(undefined).fill('\uFFFD', 0, 32)
ESCAPES[0x09] = undefined
ESCAPES[0x0a] = undefined
ESCAPES[0x0d] = '&#xD;'
ESCAPES[0x22] = '&quot;'
ESCAPES[0x26] = '&amp;'
ESCAPES[0x3c] = '&lt;'
ESCAPES[0x3e] = '&gt;'

/** What XML 1.0 cannot say becomes U+FFFD. @see https://www.w3.org/TR/xml/#charsets */
function xmlText(text: string): string {
  if (PLAIN.test(text)) return text
  const characters = text.toWellFormed()
  let escaped = ''
  let done = 0
  for (let index = 0; index < characters.length; index++) {
    const code = characters.charCodeAt(index)
    const instead = code >= 0xfffe ? '\uFFFD' : ESCAPES[code]
    if (instead === undefined) continue
    escaped += characters.slice(done, index) + instead
    done = index + 1
  }
  return escaped + characters.slice(done)
}

/** The members of a structure, a line for each, two spaces deeper than `indent`; nothing where all are absent. */
export function xmlMembers(structure: ResultStructure, indent: string): string {
  let lines = ''
  for (const member of Object.keys(structure)) lines += xmlElement(member, structure[member], indent)
  return lines
}

/** One element with everything in it, on lines of its own; `name` has to be an XML name. */
export function xmlElement(name: string, value: ResultValue | undefined, indent: string): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return `${indent}<${name}>${xmlText(value)}</${name}>\n`
  if (typeof value === 'number' || typeof value === 'boolean') return `${indent}<${name}>${value}</${name}>\n`
  if (value instanceof Secret) return `${indent}<${name}>${xmlText(value.reveal())}</${name}>\n`
  if (value instanceof Date) return `${indent}<${name}>${value.toISOString().slice(0, 19)}Z</${name}>\n`
  const content = xmlContent(value, `${indent}  `)
  return content === '' ? `${indent}<${name}/>\n` : `${indent}<${name}>\n${content}${indent}</${name}>\n`
}

function xmlContent(
  value: readonly ResultValue[] | ReadonlyMap<string, ResultValue> | ResultStructure,
  indent: string,
): string {
  let lines = ''
  if (isList(value)) {
    for (const member of value) lines += xmlElement('member', member, indent)
    return lines
  }
  if (isMap(value)) {
    for (const [key, entry] of value) lines += xmlElement('entry', { key, value: entry }, indent)
    return lines
  }
  return xmlMembers(value, indent)
}
