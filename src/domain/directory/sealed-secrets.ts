import type { KeyRing } from '../../platform/keyring/index.ts'
import type { Random } from '../../platform/random.ts'
import {
  type DirectoryChange,
  type DirectoryRecord,
  type DirectoryStore,
  StoreConflict,
} from '../../platform/storage/index.ts'
import { openAccessKeySecret, sealAccessKeySecret } from './access-key-secret.ts'
import { bodyOf, put } from './records.ts'

/** Few enough that sealing them anew does not hold up the event loop. */
const PAGE = 500
/** A record that changes while it is sealed anew is read again; it is under the active key then, unless a clock is wrong. */
const ATTEMPTS = 10

type AccessKeyRecord = DirectoryRecord & { readonly kind: 'access-key' }

/** Keeps the secrets in records under the active `at-rest` key, so that the others can be destroyed. */
export class SealedSecrets {
  readonly #store: DirectoryStore
  readonly #keyring: KeyRing
  readonly #random: Random

  constructor(store: DirectoryStore, keyring: KeyRing, random: Random) {
    this.#store = store
    this.#keyring = keyring
    this.#random = random
  }

  /** The same changes with their secrets under the key that is active now: it may have changed since they were planned. */
  upToDate(changes: readonly DirectoryChange[]): readonly DirectoryChange[] {
    if (!changes.some((change) => 'put' in change && this.#isStale(change.put))) return changes
    return changes.map((change) =>
      'put' in change && this.#isStale(change.put) ? { ...change, ...this.#resealed(change.put) } : change,
    )
  }

  /**
   * Seals whatever is stored under another key anew; gives how many secrets that were.
   * @throws Error naming secrets that do not open; all others were sealed anew
   */
  async resealAll(): Promise<number> {
    // What was sealed before the key changed and is on its way to the disk is there after this.
    await this.#store.commit([])
    const broken: string[] = []
    let count = 0
    let conflicts = 0
    for (let after: string | undefined; ; ) {
      const page = await this.#store.list('access-key', after === undefined ? { limit: PAGE } : { after, limit: PAGE })
      const changes = this.#resealing(page, broken)
      try {
        await this.#store.commit(changes)
      } catch (error) {
        if (!(error instanceof StoreConflict) || ++conflicts === ATTEMPTS) throw error
        continue
      }
      count += changes.length
      after = page.at(-1)?.key
      if (page.length < PAGE) break
    }
    if (broken.length === 0) return count
    throw new Error(
      `The stored secrets of these access keys do not open, so they cannot be sealed anew: ${broken.join(', ')}. Replace or remove these keys, or restore the data from a backup.`,
    )
  }

  /** The changes that seal the records of a page anew, each only if nobody changes it meanwhile. */
  #resealing(page: readonly DirectoryRecord[], broken: string[]): readonly DirectoryChange[] {
    const changes: DirectoryChange[] = []
    for (const record of page) {
      if (!this.#isStale(record)) continue
      try {
        changes.push({ ...this.#resealed(record), expect: { body: record.body } })
      } catch {
        // What it says tells nothing more; the key's id is what an operator can act on.
        if (!broken.includes(record.key)) broken.push(record.key)
      }
    }
    return changes
  }

  #isStale(record: DirectoryRecord): record is AccessKeyRecord {
    const { kind, sealedUnder } = record
    return kind === 'access-key' && sealedUnder !== undefined && sealedUnder !== this.#keyring.active('at-rest').id
  }

  #resealed(record: AccessKeyRecord): { readonly put: DirectoryRecord } {
    const body = bodyOf(record)
    const secret = openAccessKeySecret(record.key, body.sealedSecret, this.#keyring)
    const { sealed, keyId } = sealAccessKeySecret(record.key, secret, this.#keyring, this.#random)
    return put('access-key', record.key, record.account, { ...body, sealedSecret: sealed }, keyId)
  }
}
