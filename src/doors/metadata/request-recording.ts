import type { RecordedRequest } from '../../domain/instances/index.ts'

/** What becomes of a request is known later. */
export type OpenRecord = { -readonly [Member in keyof RecordedRequest]: RecordedRequest[Member] }

/** Records kept, of all machines together. */
const MOST = 10_000
const LONGEST_TEXT = 512

/** The last requests of machines: the oldest go when there are too many. */
export class RequestRecording {
  #records: OpenRecord[] = []
  readonly #listeners = new Set<(record: RecordedRequest) => void>()

  /** Keeps a record, and gives it back to be finished. */
  begin({ path, userAgent, ...rest }: RecordedRequest): OpenRecord {
    const record = { ...rest, path: shortened(path), userAgent: userAgent && shortened(userAgent) }
    this.#records.push(record)
    // Not one by one: every removal at the front would move all that follow.
    if (this.#records.length > MOST + MOST / 10) this.#records = this.#records.slice(-MOST)
    return record
  }

  /** Notes what became of a request, and tells whoever listens. */
  finish(record: OpenRecord, answer: RecordedRequest['answer']): void {
    record.answer = answer
    for (const listener of this.#listeners) listener(record)
  }

  /** Tells of every request from now on, once it is answered. Gives back what ends that. */
  listen(listener: (record: RecordedRequest) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Of one machine or of all, oldest first. */
  list(machine?: string): readonly RecordedRequest[] {
    const kept = this.#records.slice(-MOST)
    return machine === undefined ? kept : kept.filter((record) => record.machine === machine)
  }

  /** Forgets what was recorded, of one machine or of all. */
  clear(machine?: string): void {
    this.#records = machine === undefined ? [] : this.#records.filter((record) => record.machine !== machine)
  }
}

/** A copy: a slice would keep the whole of what it was cut from. */
function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : Buffer.from(text.slice(0, LONGEST_TEXT), 'utf16le').toString('utf16le')
}
