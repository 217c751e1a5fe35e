import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

const TASKSET = '/usr/bin/taskset'
/** Whether processes can be kept on a core each. */
export const CAN_PIN: boolean = existsSync(TASKSET) && availableParallelism() > 1

/** A process of the benchmark that answers questions, one after another. */
export class Child implements Disposable {
  readonly #process: ChildProcess
  /** Resolves when the process is gone. */
  readonly #ended: Promise<readonly [Error]>

  /**
   * Starts a module of this folder.
   * @param core - the core to keep it on, where that can be done; left out: any
   * @param flags - for Node, such as `--expose-gc`
   */
  constructor(name: string, core?: 0 | 1, flags: readonly string[] = []) {
    const module = fileURLToPath(new URL(`${name}.ts`, import.meta.url))
    const pinned = { execPath: TASKSET, execArgv: ['-c', String(core), process.execPath, ...flags] }
    this.#process = fork(module, CAN_PIN && core !== undefined ? pinned : { execArgv: [...flags] })
    this.#ended = once(this.#process, 'exit').then(([code]) => [new Error(`${name} ended with code ${code}`)])
  }

  /** Asks, and waits for the answer. @throws {Error} when the process ends instead */
  async ask<Question extends object, Answer>(question: Question): Promise<Answer> {
    const answered = once(this.#process, 'message')
    this.#process.send(question)
    const [answer] = await Promise.race([answered, this.#ended])
    if (answer instanceof Error) throw answer
    return answer
  }

  [Symbol.dispose](): void {
    if (this.#process.connected) this.#process.disconnect()
  }
}

/** Makes this process answer the questions of whoever started it, and end with it. */
export function answerQuestions<Question, Answer>(answer: (question: Question) => Promise<Answer> | Answer): void {
  process.on('message', async (question: Question) => process.send?.(await answer(question)))
  process.on('disconnect', () => process.exit())
}
