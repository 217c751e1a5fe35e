import type { RecordedRequest } from '../domain/instances/index.ts'
import { asksFor } from '../doors/metadata/index.ts'
import type { MachineControls } from '../doors/steering/index.ts'

/** A path below the version with all that is below it, such as `api/token` or `meta-data/iam`; or what says which requests. */
export type RequestWanted = string | ((request: RecordedRequest) => boolean)

/** How long to wait. */
export interface WaitOptions {
  /** In milliseconds of real time; 5,000 when left out. */
  readonly timeout?: number | undefined
}

const PATIENCE_MS = 5000
const MOST_NAMED = 10

/**
 * The next request that is wanted, once it is answered.
 * @param machine - whose requests count; all of them when left out
 * @throws Error when none comes in time, with those that did come
 */
export function waitForRequest(
  wanted: RequestWanted,
  { onRequest }: Pick<MachineControls, 'onRequest'>,
  { timeout = PATIENCE_MS, machine }: WaitOptions & { readonly machine?: string } = {},
): Promise<RecordedRequest> {
  const isWanted = typeof wanted === 'string' ? ({ path }: RecordedRequest) => asksFor(path, wanted) : wanted
  const { promise, resolve, reject } = Promise.withResolvers<RecordedRequest>()
  const others: string[] = []
  let more = 0
  const end = onRequest((request) => {
    if (machine !== undefined && request.machine !== machine) return
    try {
      if (isWanted(request)) resolve(request)
    } catch (error) {
      // Of the test, not of the door that tells of the request.
      reject(error)
    }
    if (others.length < MOST_NAMED) others.push(`${request.method} ${request.path} (${request.answer})`)
    else more++
  })
  const timer = setTimeout(() => {
    const what = typeof wanted === 'string' ? ` for ${wanted}` : ' that is wanted'
    const came = others.length === 0 ? 'None came at all.' : `Others came: ${others.join(', ')}`
    reject(new Error(`No request${what} came in ${timeout} ms. ${came}${more > 0 ? `, and ${more} more` : ''}`))
  }, timeout)
  return promise.finally(() => {
    end()
    clearTimeout(timer)
  })
}
