import { type EpochMillis, epochMillis } from '../../model/index.ts'
import type { KeyRing } from '../../platform/keyring/index.ts'
import type { Random } from '../../platform/random.ts'
import type { BrowserStates } from '../../platform/storage/index.ts'
import { type BrowserState, type BrowserStateKind, LONGEST_MS } from './browser-state.ts'
import { digestOf } from './digest.ts'
import { openState, sealState } from './sealed-state.ts'

const HANDLE_BYTES = 32
const HANDLE = /^[\w-]{43}$/

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
   * @throws StoreUnavailable also when as many of the kind are kept as may be
   */
  async keep<Kind extends BrowserStateKind>(
    kind: Kind,
    state: BrowserState[Kind],
    now: EpochMillis,
    until: EpochMillis = epochMillis(Number.POSITIVE_INFINITY),
  ): Promise<string> {
    const handle = this.#parts.random.bytes(HANDLE_BYTES).toString('base64url')
    await this.keepUnder(handle, kind, state, now, until)
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
    until: EpochMillis = epochMillis(Number.POSITIVE_INFINITY),
  ): Promise<void> {
    const { states, keyring, random } = this.#parts
    const key = digestOf(handle)
    const sealed = sealState(JSON.stringify(state), { kind, key }, keyring, random)
    await states.put(kind, key, sealed, epochMillis(Math.min(until, now + LONGEST_MS[kind])), now)
  }

  /** What a handle stands for; `undefined` whatever the reason it stands for nothing of that kind, or no longer. */
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

  /** A new text that nobody can guess, such as forms carry: 256 random bits. */
  newSecret(): string {
    return this.#parts.random.bytes(HANDLE_BYTES).toString('base64url')
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
