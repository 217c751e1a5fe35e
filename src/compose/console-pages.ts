import type { ConsoleBroker } from '../doors/console/index.ts'
import type { ApiOptions } from '../doors/http/index.ts'
import type { BoundedWork } from '../platform/bounded-work.ts'
import type { Logger } from '../platform/telemetry/index.ts'

interface ConsolePagesParts {
  readonly broker: ConsoleBroker
  readonly work: BoundedWork
  readonly logger: Logger
}

/** The pages of a node. What renders them is loaded when the first is asked for. */
export function consolePages({ broker, work, logger }: ConsolePagesParts): NonNullable<ApiOptions['pages']> {
  const load = async () => {
    const { allPages, consoleDoor } = await import('../doors/console/index.ts')
    return consoleDoor({ broker, pages: allPages(broker), work, logger })
  }
  let door: ReturnType<typeof load> | undefined
  return {
    door: () => {
      door ??= load()
      return door
    },
  }
}
