/** The member that `path` leads to in a JSON value; `undefined` where there is none. */
export function memberAt(value: unknown, ...path: readonly string[]): unknown {
  let member = value
  for (const name of path) {
    if (typeof member !== 'object' || member === null || !Object.hasOwn(member, name)) return undefined
    member = Reflect.get(member, name)
  }
  return member
}

/** The text that `path` leads to; `undefined` where there is none, or something else. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const member = memberAt(value, ...path)
  return typeof member === 'string' ? member : undefined
}

/** A JSON text's value; `undefined` when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
