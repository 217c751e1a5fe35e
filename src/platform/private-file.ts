import { appendFile, open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemRandom } from './random.ts'

/**
 * Writes a file that only its owner may read, whole or not at all: a reader never sees half of it, and once it is
 * written it outlives a crash. A link or a stranger's file under that name is replaced, never written through.
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  // A name that nobody can guess and plant a file or a link under.
  const draft = `${path}.${systemRandom.bytes(12).toString('hex')}.tmp`
  await createPrivateFile(draft, text)
  try {
    await rename(draft, path)
  } catch (error) {
    await unlink(draft)
    throw error
  }
  await syncFolder(dirname(path))
}

/**
 * Makes a file that only its owner may read, with all of `text` on the disk, or none.
 * @throws Error with code `EEXIST` when anything has that name already, be it a link that leads nowhere
 */
export async function createPrivateFile(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } catch (error) {
    await unlink(path)
    throw error
  }
}

/** Adds to the end of a file. Where it is missing, it is made so that only its owner may read it. */
export async function appendPrivateFile(path: string, text: string): Promise<void> {
  await appendFile(path, text, { mode: 0o600 })
}

/** Waits until the names in a folder are on the disk. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path)
  await folder.sync()
}

/** Reads a file; `undefined` when there is none. */
export async function readFileIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
