import type { Stats } from 'node:fs'
import { chmod, link, mkdir, open, readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { createPrivateFile, syncFolder } from '../../private-file.ts'
import {
  KEY_PURPOSES,
  type Key,
  type KeyPurpose,
  type KeyRing,
  KeyRingError,
  type KeySources,
  keyRingOf,
  newKey,
  requireKeys,
} from '../index.ts'
import { parseKeyFile, renderKeyFile } from './key-file.ts'

/** A key file in the folder: `session-seal.2.json` is the second key made for its purpose. */
interface KeyFile {
  readonly path: string
  readonly purpose: KeyPurpose
  readonly generation: number
}

/**
 * Opens the key ring in `folder`, one file for each key, and makes what is missing: the folder and, for every purpose
 * without an active key, a key. Nodes that open one folder at the same time agree on its keys. Other files are left alone.
 * @param inUse - ids of the `at-rest` keys that stored data needs
 * @throws {@link KeyRingError} when one of those is missing, the folder or a key is another user's, when group or others can read a key or write
 * the folder, or a key file is malformed
 */
export async function openFileKeyRing(
  folder: string,
  sources: KeySources,
  inUse: readonly string[] = [],
): Promise<KeyRing> {
  try {
    return await openFolder(folder, sources, inUse)
  } catch (cause) {
    if (cause instanceof KeyRingError) throw cause
    throw new KeyRingError(`The key ring in ${folder} cannot be opened: ${String(cause)}`, { cause })
  }
}

async function openFolder(folder: string, sources: KeySources, inUse: readonly string[]): Promise<KeyRing> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  refuseForeign(folder, await stat(folder))
  const files = await findKeyFiles(folder)
  // Whatever mode a checkout or a umask gave it: the folder becomes private before its first key.
  if (files.length === 0) await chmod(folder, 0o700)
  if (((await stat(folder)).mode & 0o022) !== 0) {
    throw new KeyRingError(`${folder} can be written by others, who could plant a key there: chmod go-w ${folder}`)
  }
  const keys = await readKeys(files)
  // Before any key is made: a wrong folder must not be filled with keys that stand in the way of the right ones.
  requireKeys(keyRingOf(keys), 'at-rest', inUse)
  const missing = KEY_PURPOSES.filter(
    (purpose) => !keys.some((key) => key.purpose === purpose && key.state === 'active'),
  )
  if (missing.length === 0) return keyRingOf(keys)
  for (const purpose of missing) {
    const newest = files.findLast((file) => file.purpose === purpose)
    await createKeyFile(folder, (newest?.generation ?? 0) + 1, newKey(purpose, sources))
  }
  // Read again: where another node was faster, its key is the one; a stranger's is refused like any other file of theirs.
  return keyRingOf(await readKeys(await findKeyFiles(folder)))
}

/** The key files of `folder`; those of one purpose in the order in which they were made. */
async function findKeyFiles(folder: string): Promise<readonly KeyFile[]> {
  const files: KeyFile[] = []
  for (const name of await readdir(folder)) {
    const [, prefix, digits] = /^([a-z-]+)\.([1-9][0-9]{0,8})\.json$/.exec(name) ?? []
    const purpose = KEY_PURPOSES.find((known) => known === prefix)
    if (purpose !== undefined) files.push({ path: join(folder, name), purpose, generation: Number(digits) })
  }
  return files.sort((a, b) => a.generation - b.generation)
}

async function readKeys(files: readonly KeyFile[]): Promise<readonly Key[]> {
  const keys: Key[] = []
  for (const { path, purpose } of files) {
    const key = parseKeyFile(path, purpose, await readPrivate(path))
    if (key === undefined) continue
    if (keys.some(({ id }) => id === key.id)) {
      throw new KeyRingError(
        `${path} holds a key whose id another file has, so only one of them could open: delete the copy.`,
      )
    }
    keys.push(key)
  }
  return keys
}

/** Whoever owns a key or its folder can choose the key: ourselves may, and root, who can do everything anyway. */
function refuseForeign(path: string, { uid }: Stats): void {
  const self = process.geteuid?.()
  if (self === undefined || uid === self || uid === 0) return
  throw new KeyRingError(
    `${path} belongs to another user (uid ${uid}), who could forge credentials with it: name a folder of your own with --keys, or chown ${self} ${path}`,
  )
}

async function readPrivate(path: string): Promise<string> {
  await using file = await open(path)
  const stats = await file.stat()
  refuseForeign(path, stats)
  if ((stats.mode & 0o077) !== 0) {
    throw new KeyRingError(`${path} can be read by others, who could forge credentials with it: chmod 600 ${path}`)
  }
  return await file.readFile('utf8')
}

/** Writes the whole file or none, durably; a file of that generation that another node wrote first stays. */
async function createKeyFile(folder: string, generation: number, key: Key): Promise<void> {
  const draft = join(folder, `.${key.purpose}.${key.id}.tmp`)
  await createPrivateFile(draft, renderKeyFile(key))
  try {
    // Unlike a rename, a link never replaces what is there.
    await link(draft, join(folder, `${key.purpose}.${generation}.json`))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await unlink(draft)
  }
  await syncFolder(folder)
}
