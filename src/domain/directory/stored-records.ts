import { type AccountId, ServiceUnavailable } from '../../model/index.ts'
import type { ChangeLog, DirectoryRecord, DirectoryStore, RecordKind } from '../../platform/storage/index.ts'
import { pagesOf } from './pages-of.ts'
import { bodyOf, type RecordBodies } from './records.ts'

/** Where records are read as they are stored: the store itself, or a change in the making. */
export interface Records {
  /** @returns `undefined` when there is none */
  stored<Kind extends RecordKind>(kind: Kind, key: string): Promise<RecordBodies[Kind] | undefined>
}

/** Which part of a list: at most `limit`, those whose key comes after `after`. */
export interface PageOptions {
  readonly after?: string | undefined
  readonly limit: number
}

const READ_ATTEMPTS = 20

/** The records of a directory, read from the store itself: for changing and listing them, not for deciding requests. */
export class StoredRecords implements Records {
  readonly #store: DirectoryStore
  readonly #changes: Pick<ChangeLog, 'last'>

  constructor({
    directory,
    changes,
  }: { readonly directory: DirectoryStore; readonly changes: Pick<ChangeLog, 'last'> }) {
    this.#store = directory
    this.#changes = changes
  }

  /**
   * What a read of several records gives of one state of the directory, its faults included: it is done again when
   * anybody changed anything in the meantime, on whatever node.
   * @throws {@link ServiceUnavailable} when that happens again and again
   */
  async onOneState<Output>(read: () => Promise<Output>): Promise<Output> {
    for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      const before = await this.#changes.last()
      // What is missed may be what another state has.
      const [reading] = await Promise.allSettled([read()])
      if ((await this.#changes.last()) !== before) continue
      if (reading.status === 'fulfilled') return reading.value
      throw reading.reason
    }
    throw new ServiceUnavailable('the directory changes faster than it can be read')
  }

  /** A record as it is stored, read from the store itself: for planning changes, not for deciding requests. */
  async stored<Kind extends RecordKind>(kind: Kind, key: string): Promise<RecordBodies[Kind] | undefined> {
    const record = await this.#store.find(kind, key)
    return record && bodyOf({ ...record, kind })
  }

  /** Records of one kind in an account as they are stored, in the order of their keys: a page of them. */
  async page<Kind extends RecordKind>(
    kind: Kind,
    account: AccountId,
    { after, limit }: PageOptions,
  ): Promise<readonly RecordBodies[Kind][]> {
    const options = { account, limit, ...(after !== undefined && { after }) }
    return (await this.#store.list(kind, options)).map((record) => bodyOf({ ...record, kind }))
  }

  /** Records of one kind that refer to a thing, as `reference` names it, in the order of their keys: a page of them. */
  async referring<Kind extends RecordKind>(
    kind: Kind,
    target: string,
    { after, limit }: PageOptions,
  ): Promise<readonly RecordBodies[Kind][]> {
    const options = { limit, ...(after !== undefined && { after }) }
    return (await this.#store.referring(kind, target, options)).map((record) => bodyOf({ ...record, kind }))
  }

  /** How many records of one kind refer to a thing. */
  countReferring(kind: RecordKind, target: string): Promise<number> {
    return this.#store.countReferring(kind, target)
  }

  /** How many records of whatever kind refer to each of some things; those that none refers to are left out. */
  countReferrers(targets: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#store.countReferrers(targets)
  }

  /** How many records of one kind an account has. */
  count(kind: RecordKind, account: AccountId): Promise<number> {
    return this.#store.count(kind, account)
  }

  /** Every record of one kind as it is stored, of one account or of all, read from the store itself. */
  async *every<Kind extends RecordKind>(
    kind: Kind,
    account?: string,
  ): AsyncGenerator<DirectoryRecord & { readonly kind: Kind }> {
    for await (const page of pagesOf(this.#store, kind, account)) {
      for (const record of page) yield { ...record, kind }
    }
  }

  /** What every record of one kind says, of all accounts. */
  async bodies<Kind extends RecordKind>(kind: Kind): Promise<readonly RecordBodies[Kind][]> {
    const bodies: RecordBodies[Kind][] = []
    for await (const record of this.every(kind)) bodies.push(bodyOf(record))
    return bodies
  }
}
