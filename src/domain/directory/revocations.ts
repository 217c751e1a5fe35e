import { type EpochMillis, epochMillis, type Session, ValidationError } from '../../model/index.ts'
import type { DirectoryChange, DirectoryStore } from '../../platform/storage/index.ts'
import { pagesOf } from './pages-of.ts'
import { bodyOf, put, type RevocationBody } from './records.ts'

/** No temporary credential lives longer than a day and a half. */
const LONGEST_LIFE_MS = 36 * 3_600_000
/** Sessions that can be revoked one by one at a time; of the other targets there are not many. */
const MOST_SESSIONS = 10_000
/** Revocations are of no account: they end sessions of any. */
const NO_ACCOUNT = ''

/** The sessions that were ended early. All of them are in memory: there is no request that need not ask. */
export class Revocations {
  readonly #store: DirectoryStore
  #issuedBy: ReadonlyMap<string, EpochMillis> | undefined
  #changes = 0

  constructor(store: DirectoryStore) {
    this.#store = store
  }

  /** Whether a session is among them. Reads the store only when something was revoked since. */
  async cover(session: Session): Promise<boolean> {
    const issuedBy = this.#issuedBy ?? (await this.#load())
    if (issuedBy.size === 0) return false
    const { id, accessKeyId, account, holder, issuedAt, terms } = session
    // One session is meant whenever it was issued: clocks of two nodes, or of a test, need not agree.
    if (issuedBy.has(`session/${id}`) || issuedBy.has(`session/${accessKeyId}`)) return true
    const covered = (target: string) => issuedAt <= (issuedBy.get(target) ?? Number.NEGATIVE_INFINITY)
    const isRoots = holder.kind === 'root' || (holder.kind === 'federated-user' && holder.issuer === undefined)
    if (isRoots && covered(`root/${account}`)) return true
    const provider = terms.carriedKeys['aws:federatedprovider']
    return typeof provider === 'string' && covered(`provider/${provider}`)
  }

  /** Something was revoked: what is in memory is not all. */
  drop(): void {
    this.#changes += 1
    this.#issuedBy = undefined
  }

  /**
   * The changes that end what was issued for a target until now, and forget what has expired since.
   * @throws {@link ValidationError} when there is no room for another single session
   */
  async plan(target: string, now: EpochMillis): Promise<readonly DirectoryChange[]> {
    const changes: DirectoryChange[] = []
    let sessions = 0
    for await (const body of this.#every()) {
      if (body.forgetAt <= now) changes.push({ remove: { kind: 'revocation', key: body.target, account: NO_ACCOUNT } })
      else if (body.target.startsWith('session/') && body.target !== target) sessions++
    }
    if (target.startsWith('session/') && sessions >= MOST_SESSIONS) {
      throw new ValidationError(
        `${MOST_SESSIONS} sessions are revoked one by one already: revoke by role, principal or provider instead.`,
      )
    }
    const body = { target, issuedBy: endOfSecond(now), forgetAt: epochMillis(now + LONGEST_LIFE_MS) }
    changes.push(put('revocation', target, NO_ACCOUNT, body))
    return changes
  }

  async #load(): Promise<ReadonlyMap<string, EpochMillis>> {
    const changesBefore = this.#changes
    const issuedBy = new Map<string, EpochMillis>()
    for await (const body of this.#every()) issuedBy.set(body.target, body.issuedBy)
    // What was revoked while it was read may not be in it.
    if (changesBefore === this.#changes) this.#issuedBy = issuedBy
    return issuedBy
  }

  async *#every(): AsyncGenerator<RevocationBody> {
    for await (const page of pagesOf(this.#store, 'revocation')) {
      for (const record of page) yield bodyOf({ ...record, kind: 'revocation' as const })
    }
  }
}

/**
 * The end of the second that an instant lies in. AWS's policies count in whole seconds, so what is revoked is too; it
 * leaves room for clocks of nodes that do not quite agree.
 */
export function endOfSecond(now: EpochMillis): EpochMillis {
  return epochMillis(Math.floor(now / 1000) * 1000 + 1000)
}
