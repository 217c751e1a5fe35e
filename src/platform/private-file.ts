import { chmod, readFile, rename, writeFile } from 'node:fs/promises'

/** Writes a file that only its owner may read, whole or not at all: a reader never sees half of it. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`
  await writeFile(draft, text, { mode: 0o600 })
  // A file that was there before keeps its mode through writeFile.
  await chmod(draft, 0o600)
  await rename(draft, path)
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
