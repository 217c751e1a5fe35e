import type { EpochMillis } from '../../model/index.ts'
import type { UsageKind, UsageStamp } from '../../platform/storage/index.ts'

/** What is used as a whole, and not by its actions. */
export type UsedKind = Exclude<UsageKind, 'action'>

const MOST = 20_000
const KINDS: readonly UsedKind[] = ['access-key', 'role', 'password']

interface Note {
  usedAt: EpochMillis
  region: string | undefined
  action: string
}

/** What was used and is not written yet: at most 20,000 things of each kind. Noting it again makes nothing new. */
export class NotedUsage {
  readonly #used: Readonly<Record<UsedKind, Map<string, Note>>> = {
    'access-key': new Map(),
    role: new Map(),
    password: new Map(),
  }
  /** By principal, then by action: a key of both would have to be put together for every request. */
  readonly #actions = new Map<string, Map<string, Note>>()
  #actionCount = 0
  /** Uses that there was no room for. */
  missed = 0

  /** @param action - `service:Name` */
  note(kind: UsedKind, key: string, action: string, region: string | undefined, usedAt: EpochMillis): void {
    const notes = this.#used[kind]
    const note = notes.get(key)
    if (note !== undefined) {
      note.usedAt = usedAt
      note.region = region
      note.action = action
    } else if (notes.size < MOST) notes.set(key, { usedAt, region, action })
    else this.missed++
  }

  /** Notes that a principal asked for an action. */
  noteAction(id: string, action: string, region: string | undefined, usedAt: EpochMillis): void {
    const note = this.#actions.get(id)?.get(action)
    if (note !== undefined) {
      note.usedAt = usedAt
      note.region = region
    } else if (this.#actionCount < MOST) {
      this.#actionCount++
      const notes = this.#actions.get(id) ?? new Map<string, Note>()
      notes.set(action, { usedAt, region, action })
      this.#actions.set(id, notes)
    } else this.missed++
  }

  find(kind: UsedKind, key: string): UsageStamp | undefined {
    const note = this.#used[kind].get(key)
    return note && stampOf(kind, key, note)
  }

  actionsOf(id: string): readonly UsageStamp[] {
    const notes = this.#actions.get(id)?.values() ?? []
    return Array.from(notes, (note) => stampOf('action', actionKey(id, note.action), note))
  }

  all(): readonly UsageStamp[] {
    const stamps: UsageStamp[] = []
    for (const kind of KINDS) for (const [key, note] of this.#used[kind]) stamps.push(stampOf(kind, key, note))
    for (const id of this.#actions.keys()) stamps.push(...this.actionsOf(id))
    return stamps
  }

  /** Adds what was noted before all that is noted here. */
  addOlder(older: NotedUsage): void {
    for (const kind of KINDS) {
      for (const [key, { action, region, usedAt }] of older.#used[kind]) {
        if (!this.#used[kind].has(key)) this.note(kind, key, action, region, usedAt)
      }
    }
    for (const [id, notes] of older.#actions) {
      for (const { action, region, usedAt } of notes.values()) {
        if (!this.#actions.get(id)?.has(action)) this.noteAction(id, action, region, usedAt)
      }
    }
    this.missed += older.missed
  }
}

/** The key of a principal's action in the store. */
export function actionKey(id: string, action: string): string {
  return `${id}/${action}`
}

function stampOf(kind: UsageKind, key: string, { usedAt, region, action }: Note): UsageStamp {
  return { kind, key, usedAt, region, service: action.slice(0, action.indexOf(':')) }
}
