import type { z } from 'zod'
import { type DesiredDirectory, type DesiredPath, listMistakes, type Mistake } from '../../domain/directory/index.ts'
import { type DirectoryInput, directorySchema } from './directory-schema.ts'

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
  /** The same as it was written: what is read again somewhere else, and comes to the same there. */
  readonly written: DirectoryInput
  /** One line for a mistake, its place first. */
  describe(mistake: Mistake): string
}

/**
 * Takes a directory that is written as an object, in the same shape as a file.
 * @throws {@link DirectoryFileError} with every mistake of shape
 */
export function readDirectoryObject(value: unknown): DirectorySource {
  return checkDirectory(value, (mistake) => `directory: ${sentence(mistake)}`)
}

/**
 * Checks the shape of a directory that was read from anywhere.
 * @param describe - one line for a mistake, its place first
 * @throws {@link DirectoryFileError} with every mistake of shape
 */
export function checkDirectory(value: unknown, describe: (mistake: Mistake) => string): DirectorySource {
  const parsed = parse(value, describe)
  // Now it is known to have that shape.
  if (parsed.success) return { desired: parsed.data, written: value as DirectoryInput, describe }
  throw new DirectoryFileError(parsed.error.issues.flatMap(mistakesOf).map(describe))
}

/** Units hold units: of more than the stack can hold nobody says which one is wrong. */
function parse(value: unknown, describe: (mistake: Mistake) => string): ReturnType<typeof directorySchema.safeParse> {
  try {
    return directorySchema.safeParse(value)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new DirectoryFileError([describe({ path: [], message: 'is nested too deeply' })])
  }
}

/** An unknown property is reported at itself rather than at the object around it. */
function mistakesOf(issue: z.core.$ZodIssue): readonly Mistake[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol')
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
  return issue.keys.map((key) => ({ path: [...path, key], message: 'there is no such property here' }))
}

/** A mistake without the file it stands in: its path, and what is wrong. */
export function sentence({ path, within, message }: Mistake): string {
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
