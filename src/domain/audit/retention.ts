import { epochMillis } from '../../model/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { AuditLog } from '../../platform/storage/index.ts'
import type { Logger } from '../../platform/telemetry/index.ts'

const DAY_MS = 86_400_000
const BETWEEN_SWEEPS_MS = 3_600_000
/** Between two steps of one sweep: grants are written in the meantime. */
const BETWEEN_STEPS_MS = 20
/** The writer is held up for as long as this many take, which is a few milliseconds. */
const STEP = 200

/** What forgetting old records consults. */
export interface RetentionParts {
  readonly log: AuditLog
  readonly clock: Clock
  readonly logger: Logger
  /** As CloudTrail's event history has them: 90 days. */
  readonly days: number
}

/** Forgets what is older than the audit log is kept, every hour, in small steps between which others write. */
export class Retention {
  readonly #parts: RetentionParts
  #timer: NodeJS.Timeout | undefined
  #step: Promise<void> = Promise.resolve()
  #stopped = false

  /** Begins at once. */
  constructor(parts: RetentionParts) {
    this.#parts = parts
    this.#after(0)
  }

  /** Resolves once nothing more is forgotten. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#step
  }

  #after(ms: number): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#step = this.#forget()
    }, ms).unref()
  }

  async #forget(): Promise<void> {
    const { log, clock, days, logger } = this.#parts
    try {
      const forgotten = await log.forget(epochMillis(clock.now() - days * DAY_MS), STEP)
      this.#after(forgotten === STEP ? BETWEEN_STEPS_MS : BETWEEN_SWEEPS_MS)
    } catch (error) {
      logger.error('audit.retention-failed', { error })
      this.#after(BETWEEN_SWEEPS_MS)
    }
  }
}
