import { type Document, isNode, isScalar, LineCounter, parseDocument, type Scalar, visit, type YAMLError } from 'yaml'
import type { z } from 'zod'
import { type DesiredDirectory, type DesiredPath, listMistakes, type Mistake } from '../../domain/directory/index.ts'
import { directorySchema } from './directory-schema.ts'
import { offsetsInYaml } from './offsets-in-yaml.ts'

/**
 * A directory cannot be loaded. The message has a line for each mistake: file, line, column, what is wrong; of more
 * than a hundred it lists the first and counts the rest. No value of an access key is repeated in it.
 */
export class DirectoryFileError extends Error {
  override readonly name = 'DirectoryFileError'
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    super(listMistakes(mistakes))
    this.mistakes = mistakes
  }
}

/** A directory that was read: what it wants, and how to say where in it something is wrong. */
export interface DirectorySource {
  readonly desired: DesiredDirectory
  /** One line for a mistake, its place first. */
  describe(mistake: Mistake): string
}

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
  return check(value, (mistake) => `${place(offsetOf(mistake))}: ${sentence(mistake)}`)

  function place(offset: number): string {
    const { line, col } = lines.linePos(offset)
    return `${name}:${line}:${col}`
  }
}

/**
 * Takes a directory that is written as an object, in the same shape as a file.
 * @throws {@link DirectoryFileError} with every mistake of shape
 */
export function readDirectoryObject(value: unknown): DirectorySource {
  return check(value, (mistake) => `directory: ${sentence(mistake)}`)
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

function check(value: unknown, describe: (mistake: Mistake) => string): DirectorySource {
  const parsed = directorySchema.safeParse(value)
  if (parsed.success) return { desired: parsed.data, describe }
  throw new DirectoryFileError(parsed.error.issues.flatMap(mistakesOf).map(describe))
}

/** An unknown property is reported at itself rather than at the object around it. */
function mistakesOf(issue: z.core.$ZodIssue): readonly Mistake[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol')
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
  return issue.keys.map((key) => ({ path: [...path, key], message: 'there is no such property here' }))
}

function sentence({ path, within, message }: Mistake): string {
  return `${pathText([...path, ...(within?.path ?? [])])}: ${message}`
}

/** `Accounts[0].Users[1].UserName`, as people write it. */
function pathText(path: DesiredPath): string {
  let text = ''
  for (const step of path) {
    // No property of an access key is as long as a secret, which may stand where its name belongs.
    const name = path.includes('AccessKeys') && String(step).length > 15 ? '...' : step
    text += typeof step === 'number' ? `[${step}]` : `${text === '' ? '' : '.'}${name}`
  }
  return text === '' ? 'the directory' : text
}
