import { LRUCache } from 'lru-cache'
import type { DirectoryRecord, DirectoryStore, RecordKind } from '../../platform/storage/index.ts'

/**
 * Compiled views of one kind of record, loaded on first use and dropped when the change log names them. Bounded: what is
 * not remembered is loaded again. That a record is absent is remembered apart, so that whoever asks for things that do
 * not exist neither costs more than one read each nor pushes out what others use; and as long, so that the time an
 * answer takes does not tell what there is.
 */
export class ViewCache<Kind extends RecordKind, View extends object> {
  readonly #store: DirectoryStore
  readonly #kind: Kind
  readonly #compile: (record: DirectoryRecord & { readonly kind: Kind }) => View
  readonly #views: LRUCache<string, View>
  readonly #capacity: number
  /** The one that was asked for last stands at the end. No cache of the library: that takes all its room at once. */
  readonly #absent = new Set<string>()
  #changes = 0

  constructor(
    store: DirectoryStore,
    kind: Kind,
    capacity: number,
    compile: (record: DirectoryRecord & { readonly kind: Kind }) => View,
  ) {
    this.#store = store
    this.#kind = kind
    this.#compile = compile
    this.#capacity = capacity
    this.#views = new LRUCache({ max: capacity })
  }

  /** The view of the record with that key, or `undefined` when there is none. */
  async find(key: string): Promise<View | undefined> {
    const view = this.#views.get(key)
    if (view !== undefined) return view
    if (this.#absent.has(key)) {
      this.#rememberAbsent(key)
      return undefined
    }
    return await this.#load(key)
  }

  /** Forgets what was known of a key: its record changed. */
  drop(key: string): void {
    this.#changes += 1
    this.#views.delete(key)
    this.#absent.delete(key)
  }

  async #load(key: string): Promise<View | undefined> {
    const changesBefore = this.#changes
    const record = await this.#store.find(this.#kind, key)
    const view = record && this.#compile({ ...record, kind: this.#kind })
    // A record that changed while it was read would be remembered as it was before.
    if (changesBefore === this.#changes) {
      if (view === undefined) this.#rememberAbsent(key)
      else this.#views.set(key, view)
    }
    return view
  }

  #rememberAbsent(key: string): void {
    this.#absent.delete(key)
    this.#absent.add(key)
    if (this.#absent.size <= this.#capacity) return
    for (const oldest of this.#absent) {
      this.#absent.delete(oldest)
      return
    }
  }
}
