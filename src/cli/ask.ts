import { replaceUnseen } from '../model/index.ts'
import { CliError } from './cli-error.ts'
import { memberAt, parseJson, textAt } from './json-members.ts'

const TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 1_048_576

/** What a listener answered. */
export interface Answer {
  readonly status: number
  /** The `Date` header. */
  readonly date: string | undefined
  /** `undefined` when the body is no JSON. */
  readonly json: unknown
}

/** A request, as `fetch` takes it. */
export interface Question {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** How long an answer is read; 1 MiB unless told. */
  readonly maxAnswerBytes?: number
  /** How long the answer may take; 10 seconds unless told. */
  readonly timeoutMs?: number
}

/**
 * Sends a request and reads the whole answer: within a time, up to a length, and following no redirect, which would
 * take credentials to somebody else.
 * @throws {@link CliError} when there is no answer
 */
export async function ask(
  url: URL,
  { maxAnswerBytes = MAX_ANSWER_BYTES, timeoutMs = TIMEOUT_MS, ...question }: Question = {},
): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(url, { ...question, redirect: 'manual', signal })
    const json = parseJson(await readBounded(response, maxAnswerBytes))
    return { status: response.status, date: response.headers.get('date') ?? undefined, json }
  } catch (cause) {
    throw new CliError(`${url.origin} ${reasonOf(cause, timeoutMs)}`, { cause })
  }
}

/** The error of an answer that refuses, in one line: code and message as AWS and the admin listener spell them. */
export function refusal({ status, json }: Answer, url: URL, exitStatus = 1): CliError {
  const code = textAt(json, 'Error', 'Code')
  if (code === undefined) return new CliError(`${url.origin} answered ${status} and nothing that Rolecall would say`)
  return new CliError(oneLine(`${code}: ${textAt(json, 'Error', 'Message') ?? ''}`), { status: exitStatus, code })
}

/** What a server says must not reach a terminal as anything but one line of text. */
export function oneLine(text: string): string {
  return replaceUnseen(text, () => ' ')
}

/** An address that can be asked. @throws {@link CliError} when the text is none; `name` says whose it is */
export function urlOf(text: string, name: string): URL {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url
  throw new CliError(`${name} has to be an address such as http://127.0.0.1:7600`)
}

async function readBounded({ body }: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > maxBytes) throw new Error('its answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return `did not answer within ${timeoutMs / 1000} seconds`
  }
  // fetch only says that it failed, and keeps the reason as the cause.
  const cause = memberAt(error, 'cause') ?? error
  const code = textAt(cause, 'code')
  if (code === 'ECONNREFUSED') return 'does not answer: is the broker running there? (rolecall serve)'
  return `cannot be reached (${code ?? (cause instanceof Error ? cause.message : String(cause))})`
}
