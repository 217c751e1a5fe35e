import { systemClock } from '../platform/clock.ts'
import { type Answer, ask, oneLine } from './ask.ts'
import { CliError } from './cli-error.ts'
import { type Finding, fine, problem } from './finding.ts'
import { textAt } from './json-members.ts'

/** How far clocks may be apart. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html */
const SKEW_MS = 15 * 60_000
/** No action of STS: it answers so to anybody, and has nothing to prove, permit or record. */
const NO_ACTION = 'Action=AreYouThere&Version=2011-06-15'

/** Whether the broker says that it is ready, and why not. */
export async function checkAdmin(admin: URL): Promise<Finding> {
  const answer = await tryAsk(() => ask(new URL('/readyz', admin)))
  if (typeof answer === 'string')
    return problem('admin', answer, 'start the broker, or name it: --ready-file or --admin')
  const warning = textAt(answer.json, 'warning')
  if (answer.status === 200 && warning !== undefined) {
    return problem(
      'admin',
      `${admin.origin} is ready, but: ${oneLine(warning)}`,
      'mend that while its keys still serve',
    )
  }
  if (answer.status === 200) return fine('admin', `ready at ${admin.origin}`)
  const reason = textAt(answer.json, 'reason') ?? `answers ${answer.status}`
  return problem('admin', `${admin.origin} is not ready: ${reason}`, 'look into the log of the broker')
}

/** Whether the API speaks STS, and how far its clock is from this machine's. */
export async function checkApi(api: URL): Promise<readonly Finding[]> {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' }
  const before = systemClock.now()
  const answer = await tryAsk(() => ask(api, { method: 'POST', headers, body: NO_ACTION }))
  if (typeof answer === 'string') return [problem('API', answer, 'start the broker, or name its API: --endpoint')]
  const clock = checkClock(answer.date, (before + systemClock.now()) / 2)
  if (textAt(answer.json, 'Error', 'Code') === 'InvalidAction') {
    return [fine('API', `answers at ${api.origin}`), clock]
  }
  return [problem('API', `${api.origin} answers, but not as STS`, 'name the API with --endpoint'), clock]
}

function checkClock(date: string | undefined, now: number): Finding {
  const apart = Math.abs(now - Date.parse(date ?? ''))
  const found = `${Math.round(apart / 1000)} seconds between this machine and the API`
  if (apart <= SKEW_MS) return fine('clock', found)
  if (Number.isNaN(apart)) return problem('clock', 'the API does not tell its time', 'name the API with --endpoint')
  return problem('clock', found, 'set the clocks: a signature that is 15 minutes off is refused')
}

/** The answer, or why there is none. */
async function tryAsk(asking: () => Promise<Answer>): Promise<Answer | string> {
  try {
    return await asking()
  } catch (error) {
    if (error instanceof CliError) return error.message
    throw error
  }
}
