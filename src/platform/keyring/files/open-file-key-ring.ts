import { chmod, mkdir, stat } from 'node:fs/promises'
import {
  KEY_PURPOSES,
  KeyRingError,
  type KeyRingParts,
  LiveKeyRing,
  type ManagedKeyRing,
  newKey,
  requireKeys,
} from '../index.ts'
import { FileKeyStore, refuseForeign } from './file-key-store.ts'

/**
 * Opens the key ring in `folder`, one file for each key, and makes what is missing: the folder and, for every purpose
 * without an active key, a key. Nodes that open one folder at the same time agree on its keys. Other files are left alone,
 * but for drafts that a crash left behind.
 * @throws {@link KeyRingError} when stored data needs a key that is missing, the folder or a key is another user's, when
 * group or others can read a key or write the folder, or a key file is malformed
 */
export async function openFileKeyRing(folder: string, parts: KeyRingParts): Promise<ManagedKeyRing> {
  try {
    return await openFolder(folder, parts)
  } catch (cause) {
    if (cause instanceof KeyRingError) throw cause
    throw new KeyRingError(`The key ring in ${folder} cannot be opened: ${String(cause)}`, { cause })
  }
}

async function openFolder(folder: string, parts: KeyRingParts): Promise<ManagedKeyRing> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  refuseForeign(folder, await stat(folder))
  const store = new FileKeyStore(folder)
  const before = await store.read()
  // Whatever mode a checkout or a umask gave it: the folder becomes private before its first key.
  if (before.keys.length === 0 && before.problems.length === 0) await chmod(folder, 0o700)
  if (((await stat(folder)).mode & 0o022) !== 0) {
    throw new KeyRingError(`${folder} can be written by others, who could plant a key there: chmod go-w ${folder}`)
  }
  const ring = await ringOf(store, parts)
  // Before any key is made: a wrong folder must not be filled with keys that stand in the way of the right ones.
  requireKeys(ring, 'at-rest', await parts.inUse())
  await store.removeOldDrafts()
  const missing = KEY_PURPOSES.filter((purpose) => !hasActive(ring, purpose))
  if (missing.length === 0) return ring
  for (const purpose of missing) {
    const generations = ring.list().map(({ key }) => (key.purpose === purpose ? key.generation : 0))
    await store.add(newKey(purpose, parts, { generation: 1 + Math.max(0, ...generations) }))
  }
  // Read again: where another node was faster, its key is the one; a stranger's is refused like any other file of theirs.
  return await ringOf(store, parts)
}

async function ringOf(store: FileKeyStore, parts: KeyRingParts): Promise<ManagedKeyRing> {
  const { keys, problems } = await store.read()
  const [problem] = problems
  if (problem !== undefined) throw new KeyRingError(problem)
  return new LiveKeyRing(store, keys, parts)
}

function hasActive(ring: ManagedKeyRing, wanted: string): boolean {
  return ring.list().some(({ key, state }) => key.purpose === wanted && state === 'active')
}
