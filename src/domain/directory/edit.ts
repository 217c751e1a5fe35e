import type { DirectoryChange, DirectoryStore, RecordKind, RecordName } from '../../platform/storage/index.ts'
import { bodyOf, put, type RecordBodies } from './records.ts'
import type { Records } from './stored-records.ts'

/**
 * A change in the making: reads records as they are stored, collects what is to become of them, and touches nothing.
 * What was put or removed reads as such; lists and counts are those of the store.
 */
export class Edit implements Records {
  readonly #store: DirectoryStore
  readonly #steps = new Map<string, DirectoryChange>()

  constructor(store: DirectoryStore) {
    this.#store = store
  }

  /** What is to be committed: one step for each record. */
  get changes(): readonly DirectoryChange[] {
    return [...this.#steps.values()]
  }

  /** A record as it would be. */
  async stored<Kind extends RecordKind>(kind: Kind, key: string): Promise<RecordBodies[Kind] | undefined> {
    const step = this.#steps.get(`${kind} ${key}`)
    if (step !== undefined) return 'put' in step ? bodyOf({ ...step.put, kind }) : undefined
    const record = await this.#store.find(kind, key)
    return record && bodyOf({ ...record, kind })
  }

  /** How many records of one kind an account has in the store. */
  count(kind: RecordKind, account: string): Promise<number> {
    return this.#store.count(kind, account)
  }

  /** How many records of one kind refer to a thing in the store. */
  countReferring(kind: RecordKind, target: string): Promise<number> {
    return this.#store.countReferring(kind, target)
  }

  /** How many records of whatever kind refer to each of some things in the store. */
  countReferrers(targets: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#store.countReferrers(targets)
  }

  /** Records of one kind that refer to a thing in the store, as they would be: at most `limit`. */
  async referring<Kind extends RecordKind>(
    kind: Kind,
    target: string,
    limit: number,
  ): Promise<readonly RecordBodies[Kind][]> {
    const bodies: RecordBodies[Kind][] = []
    for (const record of await this.#store.referring(kind, target, { limit })) {
      const step = this.#steps.get(`${kind} ${record.key}`)
      if (step === undefined) bodies.push(bodyOf({ ...record, kind }))
      else if ('put' in step) bodies.push(bodyOf({ ...step.put, kind }))
    }
    return bodies
  }

  /** Creates or replaces a record. @param sealedUnder - the key that a secret in the body is sealed under */
  put<Kind extends RecordKind>(
    kind: Kind,
    key: string,
    account: string,
    body: RecordBodies[Kind],
    sealedUnder?: string,
  ): void {
    this.#steps.set(`${kind} ${key}`, put(kind, key, account, body, sealedUnder))
  }

  /**
   * Replaces the body of a record that holds a sealed secret: under which key that is sealed stays as it is.
   * @throws Error when there is no such record
   */
  async replace<Kind extends RecordKind>(kind: Kind, key: string, body: RecordBodies[Kind]): Promise<void> {
    const record = await this.#store.find(kind, key)
    if (record === undefined) throw new Error(`there is no ${kind} to replace`)
    this.put(kind, key, record.account, body, record.sealedUnder)
  }

  remove(name: RecordName): void {
    this.#steps.set(`${name.kind} ${name.key}`, { remove: name })
  }
}
