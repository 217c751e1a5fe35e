import { setImmediate as nextTurn } from 'node:timers/promises'
import { ServiceUnavailable } from '../../model/index.ts'
import { appendPrivateFile } from '../../platform/private-file.ts'
import type { Random } from '../../platform/random.ts'
import type {
  AuditEntry,
  AuditFilter,
  AuditLog,
  AuditPage,
  AuditQuery,
  AuditTail,
} from '../../platform/storage/index.ts'
import type { Logger, Metrics } from '../../platform/telemetry/index.ts'
import type { AuditEvent } from './audit-event.ts'
import { cloudTrailRecords } from './cloudtrail-record.ts'
import { FairPlaces } from './fair-places.ts'
import { ThrottledRequests } from './throttled-requests.ts'
import { WriteBehind } from './write-behind.ts'

/** What an audit trail is made of. */
export interface AuditTrailParts {
  readonly log: AuditLog
  /** A file that gets a copy of every record, a line each; what counts is the log. */
  readonly jsonLines?: string | undefined
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'auditDropped'>
}

/** Between two pauses: others are answered in the meantime. */
const EXPLAINED_AT_ONCE = 25
/**
 * Of the records of one write, shared fairly: to explain costs as much as to refuse, or more, and a flood must not double
 * its cost.
 */
const MOST_EXPLAINED = 100

/** A record that nobody waits for, and what its explanation is made from. */
interface Noted {
  readonly entry: AuditEntry
  readonly explain: AuditEvent['explain']
}

/** Records what proven callers did and tried. A grant is recorded before it is answered. */
export class AuditTrail {
  readonly #log: AuditLog
  readonly #logger: Logger
  readonly #newId: () => string
  readonly #noted: WriteBehind<Noted>
  readonly #lines: WriteBehind<string> | undefined
  readonly #throttled = new ThrottledRequests((event) => this.#note(event))

  constructor({ log, jsonLines, random, logger, metrics }: AuditTrailParts) {
    this.#log = log
    this.#logger = logger
    this.#newId = () => random.uuid()
    this.#noted = new WriteBehind({ sink: 'database', write: (noted) => this.#write(noted), logger, metrics })
    if (jsonLines !== undefined) {
      // Opened anew each time, so that whoever rotates the file only has to move it.
      const write = (lines: readonly string[]) => appendPrivateFile(jsonLines, `${lines.join('\n')}\n`)
      this.#lines = new WriteBehind({ sink: 'json-lines', write, logger, metrics })
    }
  }

  /**
   * Records that something was granted: credentials, or a change. Resolves once the record is durable, and with it that
   * of another account it concerns.
   * @throws {@link ServiceUnavailable} when it cannot be kept: then nothing may be granted either
   */
  async granted(event: AuditEvent): Promise<void> {
    const entries = cloudTrailRecords(event, this.#newId)
    try {
      await this.#append(entries)
    } catch (error) {
      this.#logger.error('audit.append-failed', { eventId: entries[0]?.eventId, error })
      throw new ServiceUnavailable('the audit log takes no records', { cause: error })
    }
  }

  /**
   * Notes what granted nothing: a refusal, or a mere question. Kept within a tenth of a second, unless the node dies; of
   * throttled requests one a second is, with how many they were.
   */
  noted(event: AuditEvent): void {
    if (!this.#throttled.count(event)) this.#note(event)
  }

  /** Finds records, newest first; {@link AuditLog.find} says how far one call looks. */
  async find(query: AuditQuery): Promise<AuditPage> {
    return await this.#log.find(query)
  }

  /** The number of the newest record. */
  async last(): Promise<number> {
    return await this.#log.last()
  }

  /** Finds what was recorded after the record of that number, oldest first. */
  async follow(query: AuditFilter & { readonly after: number; readonly limit: number }): Promise<AuditTail> {
    return await this.#log.follow(query)
  }

  /** Writes out what is noted. Whoever asks for that can do so often: throttled requests go on being counted. */
  async flush(): Promise<void> {
    await this.#noted.flush()
    await this.#lines?.flush()
  }

  /** Writes out everything: nothing is noted any more. */
  async stop(): Promise<void> {
    this.#throttled.tell()
    await this.flush()
  }

  #note(event: AuditEvent): void {
    const { explain } = event
    for (const entry of cloudTrailRecords(event, this.#newId)) this.#noted.add({ entry, explain }, entry.account)
  }

  async #write(noted: readonly Noted[]): Promise<void> {
    const entries: AuditEntry[] = []
    const places = new FairPlaces(MOST_EXPLAINED)
    let explained = 0
    for (const { entry, explain } of noted) {
      if (explain === undefined || !places.take(entry.account)) {
        entries.push(entry)
        continue
      }
      entries.push({ ...entry, explanation: this.#explained(explain) })
      if (++explained % EXPLAINED_AT_ONCE === 0) await nextTurn()
    }
    await this.#append(entries)
  }

  /** A record is kept even where its explanation cannot be made. */
  #explained(explain: () => string): string | undefined {
    try {
      return explain()
    } catch (error) {
      this.#logger.error('audit.explanation-failed', { error })
      return undefined
    }
  }

  async #append(entries: readonly AuditEntry[]): Promise<void> {
    await this.#log.append(entries)
    if (this.#lines !== undefined) for (const { body, account } of entries) this.#lines.add(body, account)
  }
}
