// Brokers inside a program: each started, asked for nothing, and stopped.
import { startBroker } from '../../src/index.ts'
import { startTestBroker } from '../../src/testing/index.ts'
import { answerQuestions } from './child.ts'
import { DIRECTORY } from './directory.ts'

/** Milliseconds of every start; the first of all compiles its code, too. */
export interface EmbeddedTimes {
  readonly startBroker: readonly number[]
  readonly startTestBroker: readonly number[]
}

const STARTS = 12

answerQuestions(
  async (): Promise<EmbeddedTimes> => ({
    startBroker: await times(() => startBroker({ directory: DIRECTORY })),
    startTestBroker: await times(() => startTestBroker({ directory: DIRECTORY })),
  }),
)

async function times(start: () => Promise<AsyncDisposable>): Promise<readonly number[]> {
  const milliseconds: number[] = []
  for (let count = 0; count < STARTS; count++) {
    const startedAt = performance.now()
    await using _ = await start()
    milliseconds.push(performance.now() - startedAt)
  }
  return milliseconds
}
