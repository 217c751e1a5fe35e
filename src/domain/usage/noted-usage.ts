import type { EpochMillis } from '../../model/index.ts'
import type { UsageKind, UsageStamp } from '../../platform/storage/index.ts'

const MOST = 20_000

interface Note {
  usedAt: EpochMillis
  region: string | undefined
  action: string
}

/** What was used and is not written yet: at most 20,000 things of each kind. */
export class NotedUsage {
  readonly #notes: Readonly<Record<UsageKind, Map<string, Note>>> = {
    'access-key': new Map(),
    role: new Map(),
    password: new Map(),
    action: new Map(),
  }
  /** Uses that there was no room for. */
  missed = 0

  /** @param action - `service:Name` */
  note(kind: UsageKind, key: string, action: string, region: string | undefined, usedAt: EpochMillis): void {
    const notes = this.#notes[kind]
    const note = notes.get(key)
    if (note !== undefined) {
      note.usedAt = usedAt
      note.region = region
      note.action = action
    } else if (notes.size < MOST) notes.set(key, { usedAt, region, action })
    else this.missed++
  }

  find(kind: UsageKind, key: string): UsageStamp | undefined {
    const note = this.#notes[kind].get(key)
    return note && stampOf(kind, key, note)
  }

  startingWith(kind: UsageKind, prefix: string): readonly UsageStamp[] {
    const found: UsageStamp[] = []
    for (const [key, note] of this.#notes[kind]) if (key.startsWith(prefix)) found.push(stampOf(kind, key, note))
    return found
  }

  all(): readonly UsageStamp[] {
    const stamps: UsageStamp[] = []
    for (const kind of KINDS) for (const [key, note] of this.#notes[kind]) stamps.push(stampOf(kind, key, note))
    return stamps
  }

  /** Adds what was noted before all that is noted here. */
  addOlder(older: NotedUsage): void {
    for (const kind of KINDS) {
      for (const [key, { action, region, usedAt }] of older.#notes[kind]) {
        if (!this.#notes[kind].has(key)) this.note(kind, key, action, region, usedAt)
      }
    }
    this.missed += older.missed
  }
}

const KINDS: readonly UsageKind[] = ['access-key', 'role', 'password', 'action']

function stampOf(kind: UsageKind, key: string, { usedAt, region, action }: Note): UsageStamp {
  return { kind, key, usedAt, region, service: action.slice(0, action.indexOf(':')) }
}
