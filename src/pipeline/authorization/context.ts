import type { RequestContext } from '../../engines/policy/index.ts'
import { foldCase, type Tag } from '../../model/index.ts'
import type { ContextValue } from './access.ts'
import { type ContextSources, KEYS, TAG_KEYS } from './context-keys.ts'

/** The condition keys of one request, each read only when a policy asks for it. */
export class AccessContext implements RequestContext {
  readonly #sources: ContextSources

  constructor(sources: ContextSources) {
    this.#sources = sources
  }

  /** The value of a key; `undefined` when it is absent. @param key - in lower case */
  get(key: string): ContextValue | undefined {
    const source = KEYS.get(key)
    if (source !== undefined) return source(this.#sources)
    for (const [prefix, tags] of TAG_KEYS) {
      if (key.startsWith(prefix)) return tagValue(tags(this.#sources), key.slice(prefix.length))
    }
    const { access, caller } = this.#sources
    return access.context?.get(key) ?? carried(caller.session?.terms.carriedKeys, key)
  }
}

/** The value of the tag with that key, whatever the case of its letters. @param key - in lower case */
export function tagValue(tags: readonly Tag[], key: string): string | undefined {
  for (const tag of tags) if (foldCase(tag.key) === key) return tag.value
  return undefined
}

/** Only what the session was given: a policy may name anything, also what every object has. */
function carried(keys: Readonly<Record<string, ContextValue>> | undefined, key: string): ContextValue | undefined {
  return keys !== undefined && Object.hasOwn(keys, key) ? keys[key] : undefined
}
