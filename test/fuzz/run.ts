import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { fuzz, type Outcome } from './fuzz.ts'
import { http } from './targets/http.ts'
import { TARGETS } from './targets/index.ts'

const USAGE = `Usage: npm run fuzz -- [options]
  --seconds N     how long, all targets together (default 30)
  --requests N    so many inputs to each target instead, however long that takes
  --target NAME   one of ${TARGETS.map(({ name }) => name).join(', ')} (default all; with --requests ${http.name})
  --seed N        the same one tries the same inputs (default by chance)
  --help          this text
`

const { seconds, seed, requests, target: wanted } = readOptions()
const targets = TARGETS.filter(({ name }) => wanted === 'all' || wanted === name)

const print = (line: string) => process.stdout.write(`${line}\n`)
print(`seed ${seed}`)
const outcomes: Outcome[] = []
for (const target of targets) {
  const milliseconds = requests > 0 ? 0 : (seconds * 1000) / targets.length
  const outcome = await fuzz(target, { seed, milliseconds, atLeast: requests })
  outcomes.push(outcome)
  print(lineOf(outcome))
  if (outcome.failure !== undefined) {
    const { seed: again, message, reproduction } = outcome.failure
    print(`\n${message}\n\n${reproduction}\n\nAgain: npm run fuzz -- --target ${target.name} --seed ${again}\n`)
  }
}
const failed = outcomes.filter(({ failure }) => failure !== undefined)
const tried = outcomes.reduce((sum, { iterations }) => sum + iterations, 0)
print(
  `${tried} inputs, ${failed.length === 0 ? 'no rule broken' : `broken: ${failed.map(({ name }) => name).join(', ')}`}`,
)
process.exitCode = failed.length === 0 ? 0 : 1

function lineOf({ name, iterations, milliseconds, slowestMs, note, failure }: Outcome): string {
  const perSecond = Math.round((iterations * 1000) / milliseconds)
  const columns = [
    name.padEnd(10),
    `${iterations} inputs`.padStart(15),
    `${perSecond}/s`.padStart(9),
    `slowest ${slowestMs.toFixed(1)} ms`.padStart(19),
    failure === undefined ? 'ok' : 'FAILED',
    note,
  ]
  return columns.join('  ').trimEnd()
}

/** What the command line asks for; ends the process where it asks for help, or for what there is not. */
function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        seconds: { type: 'string', default: '30' },
        seed: { type: 'string', default: String(randomInt(2 ** 31)) },
        target: { type: 'string' },
        requests: { type: 'string', default: '0' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) {
      process.stdout.write(USAGE)
      process.exit(0)
    }
    const [seconds, seed, requests] = [Number(values.seconds), Number(values.seed), Number(values.requests)]
    const { target = requests > 0 ? http.name : 'all' } = values
    if (!(seconds > 0)) throw new TypeError('--seconds takes a number above 0')
    if (!Number.isInteger(seed)) throw new TypeError('--seed takes a whole number')
    if (!(requests >= 0)) throw new TypeError('--requests takes a number')
    if (target !== 'all' && !TARGETS.some(({ name }) => name === target)) {
      throw new TypeError(`there is no target ${target}`)
    }
    return { seconds, seed, requests, target }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    process.stderr.write(`${error.message}\n\n${USAGE}`)
    process.exit(2)
  }
}
