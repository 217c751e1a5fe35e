import type { InstanceTokens } from '../../domain/instances/index.ts'
import { type EpochMillis, epochMillis, type Instance } from '../../model/index.ts'

/** Session tokens that a test can void: all that an instance has issued, as another start of it would. */
export class SteeredTokens implements Pick<InstanceTokens, 'issue' | 'expiryOf'> {
  readonly #tokens: InstanceTokens
  /** How often each instance's were. Never forgotten: tokens must not come back. */
  readonly #times = new Map<string, number>()

  constructor(tokens: InstanceTokens) {
    this.#tokens = tokens
  }

  issue(instance: Instance, expiresAt: EpochMillis): string {
    return this.#tokens.issue(this.#restarted(instance), expiresAt)
  }

  expiryOf(text: string, instance: Instance): EpochMillis | undefined {
    return this.#tokens.expiryOf(text, this.#restarted(instance))
  }

  /** Those that were issued until now are none any more. */
  voidAll(id: string): void {
    this.#times.set(id, (this.#times.get(id) ?? 0) + 1)
  }

  #restarted(instance: Instance): Instance {
    const times = this.#times.get(instance.id)
    return times === undefined ? instance : { ...instance, startedAt: epochMillis(instance.startedAt + times) }
  }
}
