import { type EpochMillis, epochMillis, type Session, ValidationError } from '../../model/index.ts'
import type { DirectoryChange, DirectoryStore } from '../../platform/storage/index.ts'
import { bodyOf, put, type RevocationBody } from './records.ts'

/** No temporary credential lives longer than a day and a half. */
const LONGEST_LIFE_MS = 36 * 3_600_000
const MOST = 10_000
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
    const covered = (target: string) => issuedAt <= (issuedBy.get(target) ?? Number.NEGATIVE_INFINITY)
    if (covered(`session/${id}`) || covered(`session/${accessKeyId}`)) return true
    if (holder.kind === 'root' && covered(`root/${account}`)) return true
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
   * @throws {@link ValidationError} when there is no room for more
   */
  async plan(target: string, now: EpochMillis): Promise<readonly DirectoryChange[]> {
    const changes: DirectoryChange[] = []
    const known = await this.#list()
    for (const body of known) {
      if (body.forgetAt <= now) {
        changes.push({ remove: { kind: 'revocation', key: body.target, account: NO_ACCOUNT } })
      }
    }
    if (known.length - changes.length >= MOST) {
      throw new ValidationError(
        `${MOST} sessions are revoked one by one already: revoke by role, principal or provider instead.`,
      )
    }
    const body = { target, issuedBy: now, forgetAt: epochMillis(now + LONGEST_LIFE_MS) }
    changes.push(put('revocation', target, NO_ACCOUNT, body))
    return changes
  }

  async #load(): Promise<ReadonlyMap<string, EpochMillis>> {
    const changesBefore = this.#changes
    const issuedBy = new Map<string, EpochMillis>()
    for (const body of await this.#list()) issuedBy.set(body.target, body.issuedBy)
    // What was revoked while it was read may not be in it.
    if (changesBefore === this.#changes) this.#issuedBy = issuedBy
    return issuedBy
  }

  async #list(): Promise<readonly RevocationBody[]> {
    // One more than fits, where two nodes revoked at once.
    const records = await this.#store.list('revocation', { limit: 2 * MOST })
    return records.map((record) => bodyOf({ ...record, kind: 'revocation' as const }))
  }
}
