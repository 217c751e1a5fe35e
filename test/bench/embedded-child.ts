// Brokers inside a program: each started, asked for nothing, and stopped.
import { fileURLToPath } from 'node:url'
import { startBroker } from '../../src/index.ts'
import { startTestBroker } from '../../src/testing/index.ts'
import { answerQuestions } from './child.ts'
import { DIRECTORY } from './directory.ts'

/** What is to be started over and over. */
export interface EmbeddedQuestion {
  readonly kind: 'startBroker' | 'startTestBroker'
  /** Its directory is a file in YAML, and not an object. */
  readonly inYaml: boolean
}

const FILE = fileURLToPath(new URL('../../examples/testing/instances.yaml', import.meta.url))

const STARTS = 6

/** Milliseconds of every start; the first of a process compiles its code, too. */
answerQuestions(async ({ kind, inYaml }: EmbeddedQuestion): Promise<readonly number[]> => {
  const start = kind === 'startBroker' ? startBroker : startTestBroker
  const milliseconds: number[] = []
  for (let count = 0; count < STARTS; count++) {
    const startedAt = performance.now()
    await using _ = await start({ directory: inYaml ? FILE : DIRECTORY })
    milliseconds.push(performance.now() - startedAt)
  }
  return milliseconds
})
