import { ServiceUnavailable } from '../../model/index.ts'
import type { Random } from '../../platform/random.ts'
import type { AuditEntry, AuditLog } from '../../platform/storage/index.ts'
import type { Logger } from '../../platform/telemetry/index.ts'
import type { AuditEvent } from './audit-event.ts'
import { cloudTrailRecord } from './cloudtrail-record.ts'

const FLUSH_MS = 100
const MAX_BUFFERED = 10_000

/** What an audit trail is made of. */
export interface AuditTrailParts {
  readonly log: AuditLog
  readonly random: Random
  readonly logger: Logger
}

/** Records what proven callers did and tried. A grant is recorded before it is answered. */
export class AuditTrail {
  readonly #log: AuditLog
  readonly #random: Random
  readonly #logger: Logger
  #buffer: AuditEntry[] = []
  #dropped = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined

  constructor({ log, random, logger }: AuditTrailParts) {
    this.#log = log
    this.#random = random
    this.#logger = logger
  }

  /**
   * Records that something was granted: credentials, or a change. Resolves once the record is durable.
   * @throws {@link ServiceUnavailable} when it cannot be kept: then nothing may be granted either
   */
  async granted(event: AuditEvent): Promise<void> {
    const entry = cloudTrailRecord(event, this.#random.uuid())
    try {
      await this.#log.append([entry])
    } catch (error) {
      this.#logger.error('audit.append-failed', { eventId: entry.eventId, error })
      throw new ServiceUnavailable('the audit log takes no records', { cause: error })
    }
  }

  /** Notes what granted nothing: a refusal, or a mere question. Kept within a tenth of a second, unless the node dies. */
  noted(event: AuditEvent): void {
    if (this.#buffer.length >= MAX_BUFFERED) {
      this.#dropped += 1
      return
    }
    this.#buffer.push(cloudTrailRecord(event, this.#random.uuid()))
    this.#timer ??= setTimeout(() => this.#flushLater(), FLUSH_MS).unref()
  }

  /** Writes out what is noted. One write at a time: behind a slow disk the rest waits in the buffer, which is bounded. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#buffer.length === 0) return
    this.#writing = this.#write(this.#buffer).finally(() => {
      this.#writing = undefined
    })
    this.#buffer = []
    await this.#writing
  }

  async #write(entries: readonly AuditEntry[]): Promise<void> {
    try {
      await this.#log.append(entries)
    } catch (error) {
      this.#dropped += entries.length
      this.#logger.error('audit.append-failed', { entries: entries.length, error })
    }
    if (this.#dropped > 0) this.#logger.error('audit.dropped', { entries: this.#dropped })
    this.#dropped = 0
  }

  #flushLater(): void {
    this.flush().catch((error: unknown) => this.#logger.error('audit.flush-failed', { error }))
  }
}
