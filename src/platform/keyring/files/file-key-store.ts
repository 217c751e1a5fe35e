import type { Stats } from 'node:fs'
import { link, open, readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../clock.ts'
import { createPrivateFile, syncFolder, writePrivateFile } from '../../private-file.ts'
import { type DestroyedKey, KEY_PURPOSES, type Key, type KeyFacts, KeyRingError, type KeyStore } from '../index.ts'
import { parseKeyFile, renderKeyFile } from './key-file.ts'

type Named = Pick<KeyFacts, 'purpose' | 'generation'>

/** Longer than writing a file takes: what is older was left behind by a node that crashed. */
const OLD_DRAFT_MS = 60_000

/**
 * Keys in a folder, one file for each: `session-seal.2.json` is the second key made for its purpose. A file is written
 * once, and once more when its key is destroyed. Whatever group or others can read, or is another user's, is not read.
 */
export class FileKeyStore implements KeyStore {
  readonly #folder: string
  /** Files of destroyed keys: nothing about them changes any more. */
  readonly #destroyed = new Map<string, DestroyedKey>()

  constructor(folder: string) {
    this.#folder = folder
  }

  async read(): Promise<{ readonly keys: readonly (Key | DestroyedKey)[]; readonly problems: readonly string[] }> {
    const keys: (Key | DestroyedKey)[] = []
    const problems: string[] = []
    for (const named of await this.#files()) {
      const path = this.#pathOf(named)
      try {
        const key = this.#destroyed.get(path) ?? parseKeyFile(path, named, await readPrivate(path))
        if (keys.some(({ id }) => id === key.id)) {
          throw new KeyRingError(
            `${path} holds a key whose id another file has, so only one of them could open: delete the copy.`,
          )
        }
        if (!('material' in key)) this.#destroyed.set(path, key)
        keys.push(key)
      } catch (error) {
        problems.push(error instanceof KeyRingError ? error.message : `${path} cannot be read: ${String(error)}`)
      }
    }
    return { keys, problems }
  }

  async add(key: Key): Promise<void> {
    await this.#written(() => this.#create(key))
  }

  async destroy(key: DestroyedKey): Promise<void> {
    await this.#written(() => writePrivateFile(this.#pathOf(key), renderKeyFile(key)))
  }

  /** Removes what a node that crashed was writing: it may hold the material of a key that is destroyed by now. */
  async removeOldDrafts(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (!DRAFTS.some((draft) => draft.test(name))) continue
      const path = join(this.#folder, name)
      // Another node may be writing it right now, or have removed it.
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
      if (systemClock.now() - mtimeMs > OLD_DRAFT_MS) await unlink(path).catch(() => undefined)
    }
  }

  async #files(): Promise<readonly Named[]> {
    const files: Named[] = []
    for (const name of await readdir(this.#folder)) {
      const [, prefix, digits] = /^([a-z0-9-]+)\.([1-9][0-9]{0,8})\.json$/.exec(name) ?? []
      const purpose = KEY_PURPOSES.find((known) => known === prefix)
      if (purpose !== undefined) files.push({ purpose, generation: Number(digits) })
    }
    return files.sort((a, b) => a.generation - b.generation)
  }

  /** Writes the whole file or none, durably; a file of that generation that another node wrote first stays. */
  async #create(key: Key): Promise<void> {
    const draft = join(this.#folder, `.${key.purpose}.${key.id}.tmp`)
    await createPrivateFile(draft, renderKeyFile(key))
    try {
      // Unlike a rename, a link never replaces what is there.
      await link(draft, this.#pathOf(key))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    } finally {
      await unlink(draft)
    }
    await syncFolder(this.#folder)
  }

  async #written(write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (cause) {
      const why = String(cause)
      throw new KeyRingError(
        `The key ring in ${this.#folder} cannot be written, so no key can take another's place: ${why}`,
        {
          cause,
        },
      )
    }
  }

  #pathOf({ purpose, generation }: Named): string {
    return join(this.#folder, `${purpose}.${generation}.json`)
  }
}

/** The names under which key files, and what is left of them, are written before they get their own. */
const DRAFTS: readonly RegExp[] = [/^\.[a-z0-9-]+\.[\w-]+\.tmp$/, /^[a-z0-9-]+\.[0-9]+\.json\.[0-9a-f]+\.tmp$/]

/** Whoever owns a key or its folder can choose the key: ourselves may, and root, who can do everything anyway. */
export function refuseForeign(path: string, { uid }: Stats): void {
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
