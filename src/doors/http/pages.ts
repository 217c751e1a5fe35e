import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ConsoleDoor } from '../console/index.ts'

/** The pages for people; they are made when the first of them is asked for, because most nodes never show one. */
export interface Pages {
  door(): Promise<ConsoleDoor>
}

/** What a page's path begins with. Everything else is AWS's, and nothing of AWS's is below these. */
const FIRST_PARTS: ReadonlySet<string> = new Set([
  'signin',
  'signout',
  'console',
  'saml',
  'login',
  'federation',
  'terminal',
  'static',
])

/** Whether a request is for a page, by its target: its path begins with the name of one. */
export function asksForPage(url: string): boolean {
  // What AWS's clients ask for is `/`, most of the time, or `/?...`.
  if (url.length < 2 || url.charCodeAt(1) === QUESTION_MARK) return false
  let end = 1
  while (end < url.length && !ENDS.includes(url.charCodeAt(end))) end++
  return url.charCodeAt(0) === SLASH && FIRST_PARTS.has(url.slice(1, end))
}

/** Resolves when the answer has left, or cannot. */
export async function answerPage(
  request: IncomingMessage,
  response: ServerResponse,
  pages: Pages,
  arrival: Parameters<ConsoleDoor>[2],
): Promise<void> {
  const left = new Promise<void>((resolve) => {
    response.once('close', resolve)
  })
  const door = await pages.door()
  door(request, response, arrival)
  await left
}

const SLASH = 0x2f
const QUESTION_MARK = 0x3f
const ENDS = [SLASH, QUESTION_MARK]
