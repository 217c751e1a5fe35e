import type { KeyRing } from '../../platform/keyring/index.ts'
import type { Random } from '../../platform/random.ts'
import {
  type DirectoryChange,
  type DirectoryRecord,
  type DirectoryStore,
  type RecordKind,
  StoreConflict,
} from '../../platform/storage/index.ts'
import { bodyOf, put } from './records.ts'
import { samlKeyName, sealSamlKeys } from './saml-keys.ts'
import { openSecret, sealSecret } from './sealed-secret.ts'

/** Few enough that sealing them anew does not hold up the event loop. */
const PAGE = 500
/** A record that changes while it is sealed anew is read again; it is under the active key then, unless a clock is wrong. */
const ATTEMPTS = 10

/** What holds secrets. */
const SEALED_KINDS = ['access-key', 'mfa-device', 'saml-provider'] as const

type SealedRecord = DirectoryRecord & { readonly kind: (typeof SEALED_KINDS)[number] }

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
    for (const kind of SEALED_KINDS) count += await this.#resealKind(kind, broken)
    if (broken.length === 0) return count
    throw new Error(
      `The stored secrets of these access keys, MFA devices or SAML providers do not open, so they cannot be sealed anew: ${broken.join(', ')}. Replace or remove these, or restore the data from a backup.`,
    )
  }

  async #resealKind(kind: SealedRecord['kind'], broken: string[]): Promise<number> {
    let count = 0
    let conflicts = 0
    for (let after: string | undefined; ; ) {
      const page = await this.#store.list(kind, after === undefined ? { limit: PAGE } : { after, limit: PAGE })
      const changes = this.#resealing(page, broken)
      try {
        await this.#store.commit(changes)
      } catch (error) {
        if (!(error instanceof StoreConflict) || ++conflicts === ATTEMPTS) throw error
        continue
      }
      count += changes.length
      after = page.at(-1)?.key
      if (page.length < PAGE) return count
    }
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

  #isStale(record: DirectoryRecord): record is SealedRecord {
    const { kind, sealedUnder } = record
    return isSealed(kind) && sealedUnder !== undefined && sealedUnder !== this.#keyring.active('at-rest').id
  }

  #resealed(record: SealedRecord): { readonly put: DirectoryRecord } {
    const { kind, key, account } = record
    if (kind === 'access-key') {
      const body = bodyOf({ ...record, kind })
      const secret = openSecret(key, body.sealedSecret, this.#keyring)
      const { sealed, keyId } = sealSecret(key, secret, this.#keyring, this.#random)
      return put(kind, key, account, { ...body, sealedSecret: sealed }, keyId)
    }
    if (kind === 'mfa-device') {
      const body = bodyOf({ ...record, kind })
      const seed = openSecret(body.serialNumber, body.sealedSeed, this.#keyring)
      const { sealed, keyId } = sealSecret(body.serialNumber, seed, this.#keyring, this.#random)
      return put(kind, key, account, { ...body, sealedSeed: sealed }, keyId)
    }
    const body = bodyOf({ ...record, kind })
    const secrets = body.privateKeys.map((each) => ({
      ...each,
      secret: openSecret(samlKeyName(body.uniqueId, each.id), each.sealed, this.#keyring),
    }))
    const { privateKeys, keyId } = sealSamlKeys(body.uniqueId, secrets, this.#keyring, this.#random)
    return put(kind, key, account, { ...body, privateKeys }, keyId)
  }
}

function isSealed(kind: RecordKind): boolean {
  return SEALED_KINDS.some((each) => each === kind)
}
