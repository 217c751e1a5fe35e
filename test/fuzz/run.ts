// npm run fuzz -- [--seconds N] [--seed N] [--target NAME]: the time is for all targets together.
// npm run fuzz -- --requests N [--seed N]: so many mutated requests to the API listener, however long that takes.
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { fuzz, type Outcome } from './fuzz.ts'
import { http } from './targets/http.ts'
import { TARGETS } from './targets/index.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    target: { type: 'string', default: 'all' },
    requests: { type: 'string', default: '0' },
  },
})
const seconds = Number(values.seconds)
const seed = Number(values.seed)
const requests = Number(values.requests)
const wanted = requests > 0 ? http.name : values.target
const targets = TARGETS.filter(({ name }) => wanted === 'all' || wanted === name)
if (targets.length === 0 || !(seconds > 0) || !Number.isInteger(seed) || !(requests >= 0)) {
  process.stderr.write(
    `--seconds, --seed and --requests are numbers, --target is one of ${TARGETS.map(({ name }) => name).join(', ')}\n`,
  )
  process.exit(2)
}

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
