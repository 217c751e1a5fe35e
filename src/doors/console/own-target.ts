import type { OwnPath } from './reply.ts'

/** Pages that links from outside may lead to; their names are letters, digits and hyphens. */
const TARGET = /^\/console(?:\/[a-z0-9-]{1,64}){0,3}$/

/**
 * The page that a text from outside wants to lead to: a path below `/console`, with or without this site before it.
 * `undefined` for every other text.
 * @param origin - of this site
 */
export function ownTarget(text: string, origin: string): OwnPath | undefined {
  const path = text.startsWith(`${origin}/`) ? text.slice(origin.length) : text
  return isTarget(path) ? path : undefined
}

function isTarget(path: string): path is OwnPath {
  return TARGET.test(path)
}
