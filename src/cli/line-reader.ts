import type { CliContext } from './cli-context.ts'
import { CliError } from './cli-error.ts'

const MAX_LENGTH = 4096

/** Reads what is typed, line by line. */
export class LineReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #text = ''

  constructor(stdin: CliContext['stdin']) {
    this.#chunks = stdin[Symbol.asyncIterator]()
  }

  /** The next line without its break; `undefined` at the end. @throws {@link CliError} when it is too long */
  async next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n')
      if (end >= 0) {
        const line = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 1)
        return line.replace(/\r$/, '')
      }
      if (this.#text.length > MAX_LENGTH) throw new CliError('what was typed is too long')
      const { done, value } = await this.#chunks.next()
      if (done) return undefined
      this.#text += Buffer.from(value).toString('utf8')
    }
  }

  /** Lets go of the input: as long as it is read, the process lives. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
