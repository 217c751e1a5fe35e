import { type EpochMillis, epochMillis } from '../../model/index.ts'
import { type DestroyedKey, KEY_PURPOSES, type Key, type KeyPurpose, type KeySources, newKey } from './key.ts'
import { inOrder, type KeyLife, type KeySchedule, livesOf } from './key-life.ts'
import { KeyRingError, type ManagedKeyRing } from './key-ring.ts'
import type { KeyStore } from './key-store.ts'

/** What a ring consults besides where its keys are kept. */
export interface KeyRingParts extends KeySources {
  readonly schedule: KeySchedule
  /** Ids of the `at-rest` keys that stored data is sealed under. */
  inUse(): Promise<readonly string[]>
}

/** The keys at an instant, and until when that holds. */
interface Moment {
  readonly until: number
  readonly active: ReadonlyMap<KeyPurpose, Sealer>
  readonly opening: ReadonlyMap<KeyPurpose, ReadonlyMap<string, Key>>
}

interface Sealer {
  readonly key: Key
  seals: number
}

/** Other nodes may be as fast, but not time and again. */
const ATTEMPTS = 10

/** The ring of a running node: follows the clock, and the store it shares with other nodes. */
export class LiveKeyRing implements ManagedKeyRing {
  readonly #store: KeyStore
  readonly #parts: KeyRingParts
  readonly #keys = new Map<string, Key | DestroyedKey>()
  readonly #sealers = new Map<string, Sealer>()
  #moment: Moment | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #problem: string | undefined

  /** @param keys - what the store holds */
  constructor(store: KeyStore, keys: Iterable<Key | DestroyedKey>, parts: KeyRingParts) {
    this.#store = store
    this.#parts = parts
    this.#learn(keys)
  }

  get problem(): string | undefined {
    return this.#problem
  }

  active(purpose: KeyPurpose): Key {
    const sealer = this.#now().active.get(purpose)
    if (sealer === undefined) throw new KeyRingError(`The key ring holds no active key for ${purpose}.`)
    sealer.seals += 1
    return sealer.key
  }

  find(purpose: KeyPurpose, id: string): Key | undefined {
    return this.#now().opening.get(purpose)?.get(id)
  }

  all(purpose: KeyPurpose): readonly Key[] {
    return [...(this.#now().opening.get(purpose)?.values() ?? [])]
  }

  list(): readonly KeyLife[] {
    return KEY_PURPOSES.flatMap((purpose) => this.#livesOf(purpose))
  }

  upkeep(): Promise<void> {
    return this.#inTurn(async () => {
      const problems = new Set<string>()
      const attempt = async (step: () => Promise<readonly string[]>): Promise<void> => {
        try {
          for (const problem of await step()) problems.add(problem)
        } catch (error) {
          problems.add(error instanceof Error ? error.message : String(error))
        }
      }
      await attempt(() => this.#refresh())
      for (const purpose of KEY_PURPOSES) await attempt(() => this.#keepUp(purpose))
      this.#problem = problems.size === 0 ? undefined : [...problems].join(' ')
      if (this.#problem !== undefined) throw new KeyRingError(this.#problem)
    })
  }

  rotate(purpose: KeyPurpose): Promise<void> {
    return this.#inTurn(async () => {
      await this.#refresh()
      if (!this.#hasSuccessor(purpose)) await this.#add(purpose, this.#parts.schedule.pendingMs)
    })
  }

  supersede(purpose: KeyPurpose, id: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#refresh()
      for (let attempt = 0; this.#stateOf(purpose, id) === 'active'; attempt++) {
        if (attempt === ATTEMPTS)
          throw new KeyRingError(`The key ${id} could not be replaced: other nodes rotate, too.`)
        await this.#add(purpose, 0)
      }
    })
  }

  destroy(purpose: KeyPurpose, id: string): Promise<void> {
    return this.#inTurn(async () => {
      const key = this.#keys.get(nameOf(purpose, id))
      if (key === undefined || !('material' in key)) return
      if (this.#stateOf(purpose, id) === 'active') throw new KeyRingError(`The key ${id} is active: replace it first.`)
      if (await this.#isNeeded(key)) {
        throw new KeyRingError(`Stored secrets are still sealed under the key ${id}: without it they would be lost.`)
      }
      await this.#destroy(key)
    })
  }

  async #destroy({ material: _, ...facts }: Key): Promise<void> {
    const destroyed = { ...facts, destroyedAt: this.#parts.clock.now() }
    await this.#store.destroy(destroyed)
    this.#learn([destroyed])
  }

  /** Makes what is due, destroys what is over. */
  async #keepUp(purpose: KeyPurpose): Promise<readonly string[]> {
    const { clock, schedule } = this.#parts
    const active = this.#livesOf(purpose).find(({ state }) => state === 'active')
    if (active === undefined) await this.#add(purpose, 0)
    else if (!this.#hasSuccessor(purpose) && this.#isDue(active)) await this.#add(purpose, schedule.pendingMs)
    for (const { key, state, destroyedAt } of this.#livesOf(purpose)) {
      if (!('material' in key) || state === 'active' || state === 'pending' || destroyedAt > clock.now()) continue
      if (!(await this.#isNeeded(key))) await this.#destroy(key)
    }
    return []
  }

  async #isNeeded({ purpose, id }: Key): Promise<boolean> {
    return purpose === 'at-rest' && (await this.#parts.inUse()).includes(id)
  }

  #isDue({ key, retiresAt }: KeyLife): boolean {
    const { clock, schedule } = this.#parts
    const now = clock.now()
    // A key from a day that is far ahead was made while a clock was wrong: it would seal until then.
    if (key.activeFrom > now + schedule.pendingMs) return true
    const seals = this.#sealers.get(nameOf(key.purpose, key.id))?.seals ?? 0
    return now >= retiresAt - schedule.pendingMs || seals >= schedule.mostSeals
  }

  /** Whether a key will take over as soon as a new one could. */
  #hasSuccessor(purpose: KeyPurpose): boolean {
    const latest = this.#parts.clock.now() + this.#parts.schedule.pendingMs
    return this.#livesOf(purpose).some(({ key, state }) => state === 'pending' && key.activeFrom <= latest)
  }

  async #add(purpose: KeyPurpose, inMs: number): Promise<void> {
    const generation = 1 + Math.max(0, ...this.#keysOf(purpose).map((key) => key.generation))
    const activeFrom = epochMillis(this.#parts.clock.now() + inMs)
    await this.#store.add(newKey(purpose, this.#parts, { generation, activeFrom }))
    // What is kept counts: another node may have been faster.
    const problems = await this.#refresh()
    if (!this.#keysOf(purpose).some((key) => key.generation === generation)) throw new KeyRingError(problems.join(' '))
  }

  /** Learns what the store holds now; gives what keeps it from learning all. */
  async #refresh(): Promise<readonly string[]> {
    const { keys, problems } = await this.#store.read()
    this.#learn(keys)
    if (problems.length > 0) return problems
    const kept = new Set(keys.map(({ purpose, id }) => nameOf(purpose, id)))
    const gone = [...this.#keys.values()].filter((key) => 'material' in key && !kept.has(nameOf(key.purpose, key.id)))
    return gone.map(
      ({ purpose, generation }) =>
        `The key ${purpose}.${generation} is no longer kept and would be lost at the next start: restore its file from a backup.`,
    )
  }

  #learn(keys: Iterable<Key | DestroyedKey>): void {
    for (const key of keys) {
      const name = nameOf(key.purpose, key.id)
      const known = this.#keys.get(name)
      // A key stays the same object, by which others remember it; and what is destroyed stays so, whatever a backup brings.
      if (known === undefined || ('material' in known && !('material' in key))) this.#keys.set(name, key)
    }
    this.#moment = undefined
  }

  #stateOf(purpose: KeyPurpose, id: string): KeyLife['state'] | undefined {
    return this.#livesOf(purpose).find(({ key }) => key.id === id)?.state
  }

  #livesOf(purpose: KeyPurpose): readonly KeyLife[] {
    return livesOf(this.#keysOf(purpose), this.#parts.clock.now(), this.#parts.schedule)
  }

  #keysOf(purpose: KeyPurpose): readonly (Key | DestroyedKey)[] {
    return [...this.#keys.values()].filter((key) => key.purpose === purpose).sort(inOrder)
  }

  #now(): Moment {
    const now = this.#parts.clock.now()
    if (this.#moment === undefined || now >= this.#moment.until) this.#moment = this.#momentAt(now)
    return this.#moment
  }

  #momentAt(now: EpochMillis): Moment {
    const active = new Map<KeyPurpose, Sealer>()
    const opening = new Map<KeyPurpose, ReadonlyMap<string, Key>>()
    let until = Number.POSITIVE_INFINITY
    for (const purpose of KEY_PURPOSES) {
      const opens = new Map<string, Key>()
      for (const { key, state, destroyedAt } of livesOf(this.#keysOf(purpose), now, this.#parts.schedule)) {
        if (!('material' in key) || state === 'destroyed') continue
        opens.set(key.id, key)
        if (state === 'active') active.set(purpose, this.#sealerOf(key))
        for (const change of [key.activeFrom, destroyedAt]) if (change > now) until = Math.min(until, change)
      }
      opening.set(purpose, opens)
    }
    return { until, active, opening }
  }

  #sealerOf(key: Key): Sealer {
    const name = nameOf(key.purpose, key.id)
    const sealer = this.#sealers.get(name) ?? { key, seals: 0 }
    this.#sealers.set(name, sealer)
    return sealer
  }

  #inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(task, task)
    this.#turn = result.catch(() => undefined)
    return result
  }
}

function nameOf(purpose: KeyPurpose, id: string): string {
  return `${purpose}.${id}`
}
