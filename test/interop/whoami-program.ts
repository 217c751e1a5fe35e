import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'

/** A program of clients/: it asks who it is as often as it is told, and refreshes its credentials when told. */
export class WhoamiProgram implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #reader: Interface
  #errors = ''

  constructor(command: readonly string[], env: Readonly<Record<string, string>>) {
    const [program = '', ...args] = command
    const child = spawn(program, args, { env, stdio: 'pipe' })
    this.#child = child
    this.#reader = createInterface({ input: child.stdout })
    this.#lines = this.#reader[Symbol.asyncIterator]()
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text
    })
  }

  /** What it says: `ok ARN ACCESSKEYID` or `error CODE`. */
  async call(): Promise<readonly string[]> {
    this.#child.stdin?.write('call\n')
    const { value, done } = await this.#lines.next()
    if (done) throw new Error(`the client ended: ${this.#errors}`)
    return String(value).split(' ')
  }

  /** Lets it know that so much time is past. */
  later(seconds: number): void {
    this.#child.stdin?.write(`later ${seconds}\n`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end()
    this.#reader.close()
    this.#child.kill()
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit')
  }
}
