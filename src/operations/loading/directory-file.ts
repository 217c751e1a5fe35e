import { type Document, isNode, isScalar, LineCounter, parseDocument, type Scalar, visit, type YAMLError } from 'yaml'
import { checkDirectory, DirectoryFileError, type DirectorySource, sentence } from './directory-source.ts'
import { offsetsInYaml } from './offsets-in-yaml.ts'
import { readReferencedFiles } from './referenced-files.ts'

/** No object of a directory has nearly as many. */
const MAX_PROPERTIES = 1000

/**
 * Reads the text of a directory file: YAML in CloudFormation's property names.
 * @param name - what to call the file in errors
 * @throws {@link DirectoryFileError} with every mistake of syntax and shape
 */
export function readDirectoryFile(text: string, name: string): DirectorySource {
  const lines = new LineCounter()
  // The parser would compare each property with every other of its mapping: a hostile file takes it minutes.
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false }
  const document = bounded(name, () => parseDocument(text, options))
  // Warnings too: a tag that nobody resolves, such as !Sub, would be taken for the plain text behind it.
  const syntax = [...document.errors, ...document.warnings].map((error) => ({
    offset: error.pos[0],
    message: syntaxMessage(error),
  }))
  const errors = syntax.length > 0 ? syntax : bounded(name, () => nodeErrors(document))
  if (errors.length > 0) {
    throw new DirectoryFileError(errors.map(({ offset, message }) => `${place(offset)}: ${message}`))
  }
  const value: unknown = bounded(name, () => document.toJS({ maxAliasCount: 100 }))
  const offsetOf = offsetsInYaml(text, document)
  const unread = readReferencedFiles(value, name)
  if (unread.length > 0) {
    throw new DirectoryFileError(unread.map((mistake) => `${place(offsetOf(mistake))}: ${sentence(mistake)}`))
  }
  return checkDirectory(value, (mistake) => `${place(offsetOf(mistake))}: ${sentence(mistake)}`)

  function place(offset: number): string {
    const { line, col } = lines.linePos(offset)
    return `${name}:${line}:${col}`
  }
}

/**
 * What YAML takes and a directory does not: properties that stand twice, of which the last would silently win, mappings
 * that are no object of a directory, and values that would silently change.
 */
function nodeErrors(document: Document): readonly { offset: number; message: string }[] {
  const errors: { offset: number; message: string }[] = []
  visit(document, {
    Scalar(_, scalar) {
      if (keepsItsText(scalar)) return
      errors.push({ offset: scalar.range?.[0] ?? 0, message: 'would not be kept as it is written: put it in quotes' })
    },
    Map(_, map) {
      if (map.items.length > MAX_PROPERTIES) {
        errors.push({ offset: map.range?.[0] ?? 0, message: `more than ${MAX_PROPERTIES} properties stand here` })
        return visit.SKIP
      }
      const names = new Set<string>()
      for (const { key } of map.items) {
        const name = isScalar(key) ? String(key.value) : undefined
        const offset = (isNode(key) ? key : map).range?.[0] ?? 0
        if (name === undefined) errors.push({ offset, message: 'the name of a property is a text' })
        else if (names.has(name)) errors.push({ offset, message: 'this property stands here twice' })
        else names.add(name)
      }
      return undefined
    },
  })
  return errors
}

/** False for a number, date or truth value that prints otherwise: an account id loses its zero, 0x10 becomes 16. */
function keepsItsText({ value, source }: Scalar): boolean {
  // A symbol is the key that merges mappings.
  return value === null || typeof value === 'string' || typeof value === 'symbol' || String(value) === source
}

/** The parser's sentence without the text that it quotes after it: that may be a secret. */
function syntaxMessage({ message }: Pick<YAMLError, 'message'>): string {
  return message.replace(/[:;] .*$/s, '').replaceAll(/\S{16,}/g, '...')
}

/** Runs a step of the parser, which throws at nesting that the stack cannot hold and at aliases that lead nowhere or too far. */
function bounded<Result>(name: string, step: () => Result): Result {
  try {
    return step()
  } catch (cause) {
    throw new DirectoryFileError([`${name}: ${cause instanceof Error ? syntaxMessage(cause) : cause}`])
  }
}
