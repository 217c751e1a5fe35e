/**
 * The path of a request's target, as the tree is asked for it: escapes decoded once, repeated slashes made one, none at
 * its ends, no query. `undefined` where that is no path.
 */
export function metadataPath(target: string): string | undefined {
  const query = target.indexOf('?')
  const raw = query < 0 ? target : target.slice(0, query)
  let path: string | undefined = raw.includes('%') ? decoded(raw) : raw
  if (path === undefined || path.charCodeAt(0) !== SLASH) return undefined
  if (path.includes('//')) path = path.replaceAll(/\/{2,}/g, '/')
  const end = path.length > 1 && path.endsWith('/') ? path.length - 1 : path.length
  return path.slice(1, end)
}

/** Whether a request's target is a path below the version, such as `meta-data/iam`, or something below that. */
export function asksFor(target: string, path: string): boolean {
  const whole = metadataPath(target)
  const below = whole?.slice(whole.indexOf('/') + 1)
  return below === path || below?.startsWith(`${path}/`) === true
}

const SLASH = '/'.charCodeAt(0)

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
