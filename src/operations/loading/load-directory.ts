import { readFile } from 'node:fs/promises'
import { type DesiredPath, DirectoryMistakes } from '../../domain/directory/index.ts'
import type { RequestFacts } from '../../model/index.ts'
import { AS_OPERATOR } from '../../pipeline/authentication/index.ts'
import { type BrokerParts, submit } from '../../pipeline/index.ts'
import { applyDirectory } from '../broker/index.ts'
import type { DirectoryInput } from './directory-schema.ts'
import { DirectoryFileError, type DirectorySource, readDirectoryFile, readDirectoryObject } from './directory-source.ts'

/**
 * Loads directories as the operator: all of them together, or nothing. A principal in one may be named by another.
 * @param inputs - paths of directory files, or directories written as objects
 * @throws {@link DirectoryFileError} with every mistake of all of them
 */
export async function loadDirectory(
  inputs: readonly (string | DirectoryInput)[],
  facts: RequestFacts,
  broker: BrokerParts,
): Promise<void> {
  const sources = await readSources(inputs)
  const desired = { Accounts: sources.flatMap((source) => source.desired.Accounts) }
  try {
    await submit(applyDirectory, { facts, prove: async () => AS_OPERATOR, input: () => desired }, broker)
  } catch (error) {
    if (!(error instanceof DirectoryMistakes)) throw error
    throw new DirectoryFileError(error.mistakes.map(({ path, message }) => describe(path, message, sources)))
  }
}

async function readSources(inputs: readonly (string | DirectoryInput)[]): Promise<readonly DirectorySource[]> {
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
  return readDirectoryFile(await readText(input), input)
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
function describe(path: DesiredPath, message: string, sources: readonly DirectorySource[]): string {
  const [list = '', joined = 0, ...rest] = path
  let index = Number(joined)
  for (const source of sources) {
    const count = source.desired.Accounts.length
    if (index < count) return source.describe({ path: [list, index, ...rest], message })
    index -= count
  }
  return message
}
