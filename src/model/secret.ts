import { inspect } from 'node:util'

/** Text that must never be logged: printing, inspecting or serialising one by accident gives `[secret]`. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** Call only where the value enters a MAC or leaves for its owner. */
  reveal(): string {
    return this.#value
  }

  toJSON(): string {
    return '[secret]'
  }

  toString(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
