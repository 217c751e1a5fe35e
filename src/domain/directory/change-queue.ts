import { ConcurrentModification } from '../../model/index.ts'
import { type DirectoryChange, type DirectoryStore, StoreConflict } from '../../platform/storage/index.ts'
import type { ChangeFollower } from './change-follower.ts'
import type { SealedSecrets } from './sealed-secrets.ts'

const MOST_ATTEMPTS = 5

interface ChangeQueueParts {
  readonly store: DirectoryStore
  readonly follower: Pick<ChangeFollower, 'catchUp' | 'sequence'>
  readonly secrets: Pick<SealedSecrets, 'upToDate'>
}

/** Carries out changes of the directory, one after the other on this node, so that they do not overtake each other. */
export class ChangeQueue {
  readonly #parts: ChangeQueueParts
  #changing: Promise<unknown> = Promise.resolve()

  constructor(parts: ChangeQueueParts) {
    this.#parts = parts
  }

  /** As the directory's `change`. @throws {@link ConcurrentModification} */
  change<Planned extends { readonly changes: readonly DirectoryChange[] }>(
    plan: () => Promise<Planned>,
    first: (planned: Planned) => Promise<void>,
  ): Promise<Planned> {
    const changed = this.#changing.then(() => this.#change(plan, first))
    this.#changing = changed.catch(() => undefined)
    return changed
  }

  async #change<Planned extends { readonly changes: readonly DirectoryChange[] }>(
    plan: () => Promise<Planned>,
    first: (planned: Planned) => Promise<void>,
  ): Promise<Planned> {
    const { store, follower, secrets } = this.#parts
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      await follower.catchUp()
      const at = follower.sequence
      const planned = await plan()
      if (planned.changes.length === 0) return planned
      await first(planned)
      try {
        await store.commit(secrets.upToDate(planned.changes), at)
        await follower.catchUp()
        return planned
      } catch (error) {
        if (!(error instanceof StoreConflict)) throw error
      }
    }
    throw new ConcurrentModification()
  }
}
