import type { Request } from 'express'
import {
  type Fault,
  Overloaded,
  type RequestFacts,
  ServiceUnavailable,
  SignInRefused,
  toFault,
} from '../../model/index.ts'
import type { BoundedWork } from '../../platform/bounded-work.ts'
import { StoreUnavailable } from '../../platform/storage/index.ts'
import type { Logger } from '../../platform/telemetry/index.ts'
import { TOKEN_FIELD } from './components/fields.ts'
import type { ConsoleBroker, ConsoleSession } from './console-broker.ts'
import { type Cookies, SESSION_COOKIE } from './cookies.ts'
import { Form } from './form.ts'
import type { Answering, CameBy, Page } from './page.ts'
import { ANOTHER_SITE, BAD_FORM, forFault, NOT_A_FORM, notAllowed, OLD_FORM, refusal } from './refusals.ts'
import { goTo, type Reply } from './reply.ts'
import { isSameText } from './same-text.ts'

const FORM_TYPE = /^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i

interface HandlerOptions {
  readonly broker: Pick<ConsoleBroker, 'origin' | 'sessionOf'>
  readonly cookies: Cookies
  readonly work: BoundedWork
  readonly logger: Logger
}

/** A reply, and for whom. */
interface Answered {
  readonly reply: Reply
  readonly session: ConsoleSession | undefined
}

/** Checks what holds for all pages and then asks one: method, form, origin, who is signed in, the token of their forms. */
export class PageHandler {
  readonly #page: Page
  readonly #options: HandlerOptions

  constructor(page: Page, options: HandlerOptions) {
    this.#page = page
    this.#options = options
  }

  /** Has an answer for whatever comes. Never rejects. */
  async answer(request: Request, body: Uint8Array, facts: RequestFacts): Promise<Answered> {
    let session: ConsoleSession | undefined
    try {
      return await this.#options.work.run('unsigned', async () => {
        session = await this.#sessionOf(request, facts)
        const reply = await this.#ask(request, body, facts, session)
        if (reply.because !== undefined) this.#log(reply.because, facts)
        return { reply, session }
      })
    } catch (error) {
      const fault = faultOf(error)
      this.#log(fault, facts)
      return { reply: forFault(fault, session !== undefined), session }
    }
  }

  /** An operator must act on failures of ours, not on a flood; the rest is somebody's mistake. */
  #log(fault: Fault, { requestId, sourceIp }: RequestFacts): void {
    const { code, detail, cause, httpStatus } = fault
    const { logger } = this.#options
    // Where the password was proven, it is told already.
    if (fault instanceof SignInRefused) return
    if (fault instanceof Overloaded) logger.warn('page.shed', { requestId, sourceIp })
    else if (httpStatus >= 500) logger.error('page.failed', { requestId, code, detail, error: cause })
    else logger.info('page.refused', { requestId, code, detail })
  }

  async #sessionOf(request: Request, facts: RequestFacts): Promise<ConsoleSession | undefined> {
    if (this.#page.for === 'strangers') return undefined
    const handle = this.#options.cookies.read(request.headers.cookie, SESSION_COOKIE)
    return handle === undefined ? undefined : await this.#options.broker.sessionOf(handle, facts)
  }

  async #ask(
    request: Request,
    body: Uint8Array,
    facts: RequestFacts,
    session: ConsoleSession | undefined,
  ): Promise<Reply> {
    const page = this.#page
    const isPost = request.method === 'POST'
    if (!(isPost ? page.post : isRead(request.method) && page.get)) return notAllowed(page)
    const query = Form.read(queryOf(request.url))
    if (query === undefined) return refusal(BAD_FORM)
    const form = isPost ? this.#formOf(request, body) : Form.EMPTY
    if (!(form instanceof Form)) return form
    const path: Record<string, string> = {}
    for (const [name, value] of Object.entries(request.params)) path[name] = String(value)
    const asked = { facts, path, query, form, cookies: this.#options.cookies }
    if (page.for === 'strangers') return ask(page, isPost, asked)
    const cookie = (name: string) => this.#options.cookies.read(request.headers.cookie, name)
    const cameBy = cameByOf(request)
    if (page.for === 'everybody') return ask(page, isPost, { ...asked, cookie, session, cameBy })
    if (session === undefined) return goTo('/signin')
    if (isPost && !isSameText(form.text(TOKEN_FIELD), session.formToken)) return refusal(OLD_FORM)
    return ask(page, isPost, { ...asked, cookie, session, cameBy })
  }

  /** What was posted, where it may come from there. */
  #formOf({ headers }: Request, body: Uint8Array): Form | Reply {
    // Browsers say where each form comes from; a form that nobody vouches for is not taken.
    if (this.#page.for !== 'strangers' && headers.origin !== this.#options.broker.origin) return refusal(ANOTHER_SITE)
    if (!FORM_TYPE.test(headers['content-type'] ?? '')) return refusal(NOT_A_FORM)
    return Form.read(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')) ?? refusal(BAD_FORM)
  }
}

/** A store that fails, or is full, is a failure that passes. */
function faultOf(error: unknown): Fault {
  if (!(error instanceof StoreUnavailable)) return toFault(error)
  return new ServiceUnavailable(error.message, { cause: error })
}

/** Asks a page that was found to answer the method. */
async function ask<Asked>(page: Answering<Asked>, isPost: boolean, visit: Asked): Promise<Reply> {
  return (await (isPost ? page.post?.(visit) : page.get?.(visit))) ?? notAllowed(page)
}

/**
 * A browser that says nothing of it is taken for a person's own.
 * @see https://www.w3.org/TR/fetch-metadata/
 */
function cameByOf({ method, headers }: Request): CameBy {
  const { 'sec-fetch-site': site = 'none', 'sec-fetch-dest': destination = 'document' } = headers
  const isAhead = headers['sec-purpose'] !== undefined || headers['purpose'] !== undefined
  if (method === 'HEAD' || isAhead || destination !== 'document') return 'program'
  return site === 'none' || site === 'same-origin' ? 'own' : 'another-site'
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

function queryOf(url: string): string {
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at + 1)
}
