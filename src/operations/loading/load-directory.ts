import { readFile } from 'node:fs/promises'
import { type DesiredDirectory, DirectoryMistakes, type Mistake } from '../../domain/directory/index.ts'
import type { DirectoryInput } from './directory-schema.ts'
import { DirectoryFileError, type DirectorySource, readDirectoryObject } from './directory-source.ts'

/**
 * Hands directories that were read to whoever applies them: all of them together. A principal in one may be named by
 * another.
 * @param apply - gets what they want and, in the same order, what is written; rejects with `DirectoryMistakes` for what breaks a rule of the directory
 * @returns what `apply` does
 * @throws {@link DirectoryFileError} with the place of each such mistake
 */
export async function loadDirectory<Applied>(
  sources: readonly DirectorySource[],
  apply: (desired: DesiredDirectory, written: DirectoryInput) => Promise<Applied>,
): Promise<Applied> {
  const { desired, written } = joined(sources)
  try {
    return await apply(desired, written)
  } catch (error) {
    if (!(error instanceof DirectoryMistakes)) throw error
    throw new DirectoryFileError(error.mistakes.map((mistake) => describe(mistake, sources)))
  }
}

/** One directory of all sources. Accounts add up; the organization stands in one of them. */
function joined(sources: readonly DirectorySource[]): Pick<DirectorySource, 'desired' | 'written'> {
  const [first, second] = sources.filter(({ desired }) => desired.Organization !== undefined)
  if (second !== undefined) {
    throw new DirectoryFileError([
      second.describe({ path: ['Organization'], message: 'another directory has one already' }),
    ])
  }
  return {
    desired: {
      Organization: first?.desired.Organization,
      Accounts: sources.flatMap(({ desired }) => desired.Accounts),
    },
    written: {
      Organization: first?.written.Organization,
      Accounts: sources.flatMap(({ written }) => written.Accounts),
    },
  }
}

/**
 * Reads directories.
 * @param inputs - paths of directory files, or directories written as objects
 * @throws {@link DirectoryFileError} with every mistake of syntax and shape in all of them
 */
export async function readDirectories(
  inputs: readonly (string | DirectoryInput)[],
): Promise<readonly DirectorySource[]> {
  const sources: DirectorySource[] = []
  const mistakes: string[] = []
  for (const input of inputs) {
    try {
      sources.push(await readSource(input))
    } catch (error) {
      if (!(error instanceof DirectoryFileError)) throw error
      for (const mistake of error.mistakes) mistakes.push(mistake)
    }
  }
  if (mistakes.length > 0) throw new DirectoryFileError(mistakes)
  return sources
}

async function readSource(input: string | DirectoryInput): Promise<DirectorySource> {
  if (typeof input !== 'string') return readDirectoryObject(input)
  const text = await readText(input)
  // Loaded when there is a file: most starts have none, and the parser takes its time.
  const { readDirectoryFile } = await import('./directory-file.ts')
  return readDirectoryFile(text, input)
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : error
    throw new DirectoryFileError([`${file} cannot be read (${reason})`])
  }
}

/** Finds the source that an account came from: their lists were joined in order. */
function describe(mistake: Mistake, sources: readonly DirectorySource[]): string {
  const [list = '', position = 0, ...rest] = mistake.path
  if (list === 'Organization') {
    const source = sources.find(({ desired }) => desired.Organization !== undefined)
    return source?.describe(mistake) ?? mistake.message
  }
  let index = Number(position)
  for (const source of sources) {
    const count = source.desired.Accounts.length
    if (index < count) return source.describe({ ...mistake, path: [list, index, ...rest] })
    index -= count
  }
  return mistake.message
}
