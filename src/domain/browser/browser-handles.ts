import { type EpochMillis, epochMillis } from '../../model/index.ts'
import type { KeyRing } from '../../platform/keyring/index.ts'
import type { Random } from '../../platform/random.ts'
import type { BrowserShare, BrowserStates } from '../../platform/storage/index.ts'
import {
  type BrowserState,
  type BrowserStateKind,
  type BrowserTicket,
  type BrowserTicketKind,
  LONGEST_MS,
} from './browser-state.ts'
import { digestOf } from './digest.ts'
import { openState, sealState } from './sealed-state.ts'

const HANDLE_BYTES = 32
const HANDLE = /^[\w-]{43}$/
/** What is sealed for a browser to bring back is kept under no key. */
const NOWHERE = ''
/** In characters: a role's ARN and what else there is. */
const LONGEST_TICKET = 4096
const FOREVER = epochMillis(Number.POSITIVE_INFINITY)

/** What handles are made of, and where that which they stand for is kept. */
export interface BrowserHandleParts {
  readonly states: BrowserStates
  readonly keyring: KeyRing
  readonly random: Random
}

/**
 * Handles that browsers hold for what is kept here: 256 random bits each. Whoever reads the store learns neither a handle
 * nor what it stands for, and whoever writes to it cannot make one of another: each state is sealed for its own place.
 */
export class BrowserHandles {
  readonly #parts: BrowserHandleParts

  constructor(parts: BrowserHandleParts) {
    this.#parts = parts
  }

  /**
   * Keeps a state and gives its handle.
   * @param until - it is forgotten then, and no later than its kind allows; left out, as late as that
   * @param share - what it counts for: when its holder has so many, what ends first makes way
   * @throws StoreUnavailable also when as many of the kind are kept as may be
   */
  async keep<Kind extends BrowserStateKind>(
    kind: Kind,
    state: BrowserState[Kind],
    now: EpochMillis,
    until = FOREVER,
    share?: BrowserShare,
  ): Promise<string> {
    const handle = this.newSecret()
    await this.#keep(handle, kind, state, now, until, share)
    return handle
  }

  /**
   * The same under a handle that is there: one state of each kind, the last that was kept. So nobody who is signed in keeps
   * more than others.
   * @throws StoreUnavailable as {@link keep}
   */
  async keepUnder<Kind extends BrowserStateKind>(
    handle: string,
    kind: Kind,
    state: BrowserState[Kind],
    now: EpochMillis,
    until = FOREVER,
  ): Promise<void> {
    await this.#keep(handle, kind, state, now, until)
  }

  /**
   * What a handle stands for; `undefined` whatever the reason it stands for nothing of that kind, or no longer.
   * @throws StoreUnavailable
   */
  async find<Kind extends BrowserStateKind>(
    kind: Kind,
    handle: string,
    now: EpochMillis,
  ): Promise<BrowserState[Kind] | undefined> {
    if (!HANDLE.test(handle)) return undefined
    const key = digestOf(handle)
    return this.#opened(kind, key, await this.#parts.states.find(kind, key, now))
  }

  /** The same, once: of many who take it at once, on whatever nodes, one gets it. */
  async take<Kind extends BrowserStateKind>(
    kind: Kind,
    handle: string,
    now: EpochMillis,
  ): Promise<BrowserState[Kind] | undefined> {
    if (!HANDLE.test(handle)) return undefined
    const key = digestOf(handle)
    return this.#opened(kind, key, await this.#parts.states.take(kind, key, now))
  }

  /** Forgets what a handle stands for, if anything. */
  async end(kind: BrowserStateKind, handle: string): Promise<void> {
    if (HANDLE.test(handle)) await this.#parts.states.remove(kind, digestOf(handle))
  }

  /**
   * Seals a state for a browser to bring back: letters, digits, `-`, `_` and one `.`. Nothing is kept.
   * @param until - it counts no longer, and no longer than its kind allows
   */
  seal<Kind extends BrowserTicketKind>(
    kind: Kind,
    state: BrowserTicket[Kind],
    now: EpochMillis,
    until = FOREVER,
  ): string {
    const { keyring, random } = this.#parts
    const endsAt = Math.min(until, now + LONGEST_MS[kind])
    return sealState(JSON.stringify({ endsAt, state }), { kind, key: NOWHERE }, keyring, random)
  }

  /** What a ticket says; `undefined` whatever the reason it is none of that kind, or no longer. It may have been used. */
  read<Kind extends BrowserTicketKind>(kind: Kind, ticket: string, now: EpochMillis): BrowserTicket[Kind] | undefined {
    return this.#ticket(kind, ticket, now)?.state
  }

  /**
   * What a ticket says that was not used yet.
   * @throws StoreUnavailable
   */
  async unused<Kind extends BrowserTicketKind>(
    kind: Kind,
    ticket: string,
    now: EpochMillis,
  ): Promise<BrowserTicket[Kind] | undefined> {
    const state = this.read(kind, ticket, now)
    if (state === undefined) return undefined
    const used = await this.#parts.states.find(kind, digestOf(ticket), now)
    return used === undefined ? state : undefined
  }

  /**
   * Uses a ticket: of many who use it at once, on whatever nodes, one does. Until it would count no longer, that is kept: so
   * call it for who has proven something.
   * @returns false also when it is none
   * @throws StoreUnavailable also when as many of the kind were used as may be
   */
  async use(kind: BrowserTicketKind, ticket: string, now: EpochMillis, share?: BrowserShare): Promise<boolean> {
    const opened = this.#ticket(kind, ticket, now)
    if (opened === undefined) return false
    const { states } = this.#parts
    return await states.claim(kind, digestOf(ticket), opened.endsAt, now, hidden(share))
  }

  /** A new text that nobody can guess, such as forms carry: 256 random bits. */
  newSecret(): string {
    return this.#parts.random.bytes(HANDLE_BYTES).toString('base64url')
  }

  async #keep<Kind extends BrowserStateKind>(
    handle: string,
    kind: Kind,
    state: BrowserState[Kind],
    now: EpochMillis,
    until: EpochMillis,
    share?: BrowserShare,
  ): Promise<void> {
    const { states, keyring, random } = this.#parts
    const key = digestOf(handle)
    const sealed = sealState(JSON.stringify(state), { kind, key }, keyring, random)
    const endsAt = epochMillis(Math.min(until, now + LONGEST_MS[kind]))
    await states.put(kind, key, sealed, endsAt, now, hidden(share))
  }

  #ticket<Kind extends BrowserTicketKind>(
    kind: Kind,
    ticket: string,
    now: EpochMillis,
  ): { readonly endsAt: EpochMillis; readonly state: BrowserTicket[Kind] } | undefined {
    if (ticket.length > LONGEST_TICKET) return undefined
    const text = openState(ticket, { kind, key: NOWHERE }, this.#parts.keyring)
    if (text === undefined) return undefined
    const opened = JSON.parse(text)
    return opened.endsAt > now ? opened : undefined
  }

  #opened<Kind extends BrowserStateKind>(
    kind: Kind,
    key: string,
    sealed: string | undefined,
  ): BrowserState[Kind] | undefined {
    const text = sealed === undefined ? undefined : openState(sealed, { kind, key }, this.#parts.keyring)
    // From under our own seal, so its shape is the one that was written.
    return text === undefined ? undefined : JSON.parse(text)
  }
}

/** Who reads the store does not learn who is signed in. */
function hidden(share: BrowserShare | undefined): BrowserShare | undefined {
  return share && { holder: digestOf(share.holder), most: share.most }
}
