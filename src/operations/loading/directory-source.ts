import { isNode, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import type { DesiredDirectory, DesiredPath, Mistake } from '../../domain/directory/index.ts'
import { directorySchema } from './directory-schema.ts'

/** A directory cannot be loaded. The message has a line for each mistake: file, line, column, what is wrong. */
export class DirectoryFileError extends Error {
  override readonly name = 'DirectoryFileError'
}

/** A directory that was read: what it wants, and how to say where in it something is wrong. */
export interface DirectorySource {
  readonly desired: DesiredDirectory
  /** One line for a mistake, its place first. */
  describe(mistake: Mistake): string
}

/**
 * Reads the text of a directory file: YAML in CloudFormation's property names.
 * @param name - what to call the file in errors
 * @throws {@link DirectoryFileError} with every mistake of syntax and shape
 */
export function readDirectoryFile(text: string, name: string): DirectorySource {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) {
    throw new DirectoryFileError(document.errors.map(({ pos, message }) => `${place(pos[0])}: ${message}`).join('\n'))
  }
  return check(document.toJS({ maxAliasCount: 100 }), ({ path, message }) => {
    return `${place(offsetOf(path))}: ${pathText(path)}: ${message}`
  })

  function place(offset: number): string {
    const { line, col } = lines.linePos(offset)
    return `${name}:${line}:${col}`
  }

  /** Where a path stands in the text; where it leads to nothing, the nearest thing above it. */
  function offsetOf(path: DesiredPath): number {
    for (let length = path.length; length >= 0; length--) {
      const node = document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return node.range[0]
    }
    return 0
  }
}

/**
 * Takes a directory that is written as an object, in the same shape as a file.
 * @throws {@link DirectoryFileError} with every mistake of shape
 */
export function readDirectoryObject(value: unknown): DirectorySource {
  return check(value, ({ path, message }) => `directory: ${pathText(path)}: ${message}`)
}

function check(value: unknown, describe: (mistake: Mistake) => string): DirectorySource {
  const parsed = directorySchema.safeParse(value)
  if (parsed.success) return { desired: parsed.data, describe }
  throw new DirectoryFileError(parsed.error.issues.flatMap(mistakesOf).map(describe).join('\n'))
}

/** An unknown property is reported at itself rather than at the object around it. */
function mistakesOf(issue: z.core.$ZodIssue): readonly Mistake[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol')
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
  return issue.keys.map((key) => ({ path: [...path, key], message: 'there is no such property here' }))
}

/** `Accounts[0].Users[1].UserName`, as people write it. */
function pathText(path: DesiredPath): string {
  let text = ''
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : `${text === '' ? '' : '.'}${step}`
  return text === '' ? 'the directory' : text
}
