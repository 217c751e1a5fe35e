import type { Directory } from '../domain/directory/index.ts'
import { machineOfPod, machineOfTask } from '../model/index.ts'
import type { Logger } from '../platform/telemetry/index.ts'

/** The tasks and service accounts of the directory, by the names under which they are steered. For development alone. */
export class KnownContainers {
  readonly #directory: Directory
  readonly #logger: Logger
  #known: readonly { readonly id: string; readonly account: string }[] = []
  #reading = Promise.resolve()

  constructor({ directory, logger }: { directory: Directory; logger: Logger }) {
    this.#directory = directory
    this.#logger = logger
  }

  /** Reads what there is, and follows the directory from then on. */
  async start(): Promise<void> {
    for (const kind of ['task', 'pod-identity-association'] as const) {
      this.#directory.watch(kind, () => {
        this.#reading = this.#reading.then(() => this.#read())
      })
    }
    await this.#read()
  }

  list(): readonly { readonly id: string; readonly account: string }[] {
    return this.#known
  }

  /** Resolves when everything that this node has seen of them is known. */
  async settled(): Promise<void> {
    await this.#reading
  }

  async #read(): Promise<void> {
    try {
      const tasks = await this.#directory.tasks()
      const associations = await this.#directory.records.bodies('pod-identity-association')
      const pods = new Map(associations.map((each) => [machineOfPod(each), each.account]))
      this.#known = [
        ...tasks.map(({ id, account }) => ({ id: machineOfTask(id), account })),
        ...[...pods].map(([id, account]) => ({ id, account })),
      ]
    } catch (error) {
      this.#logger.error('containers.failed', { error })
    }
  }
}
