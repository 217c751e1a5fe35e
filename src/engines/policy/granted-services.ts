import { foldCase } from '../../model/index.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import type { ActionPart, CompiledStatement } from './statement.ts'

/**
 * Which services a policy allows anything of, whatever its conditions and resources, by their prefixes in lower case.
 * What is denied elsewhere is not taken off.
 * @param known - the services that a pattern can mean; one that is named in full is granted whether or not it is known
 */
export function grantedServices(policy: CompiledPolicy, known: Iterable<string>): ReadonlySet<string> {
  const granted = new Set<string>()
  for (const statement of policy.statements) {
    if (statement.effect === 'Allow' && !statement.inert) addGranted(granted, statement, known)
  }
  return granted
}

function addGranted(granted: Set<string>, { action }: CompiledStatement, known: Iterable<string>): void {
  if (action.fixed === false) return
  const prefixes = action.sources.map(prefixOf)
  if (action.inverted) {
    const spared = wholeServices(action)
    for (const service of known) if (!spared.some((prefix) => means(prefix, service))) granted.add(service)
    return
  }
  for (const prefix of prefixes) {
    if (!/[*?]/.test(prefix)) granted.add(prefix)
    else for (const service of known) if (means(prefix, service)) granted.add(service)
  }
}

/** Of the services that `NotAction` names: those of which it leaves nothing. */
function wholeServices({ sources }: ActionPart): readonly string[] {
  return sources.filter((source) => /^[^:]*:\*+$|^\*+$/.test(source)).map(prefixOf)
}

function prefixOf(source: string): string {
  return foldCase(source.split(':', 1)[0] ?? '')
}

/** Whether a prefix with wildcards means a service: prefixes are short, and `*` takes as much as it can get. */
function means(prefix: string, service: string): boolean {
  let at = 0
  let star = -1
  let resume = 0
  let reached = 0
  while (at < service.length) {
    if (reached < prefix.length && (prefix[reached] === '?' || prefix[reached] === service[at])) {
      reached++
      at++
    } else if (prefix[reached] === '*') {
      star = reached++
      resume = at
    } else if (star >= 0) {
      reached = star + 1
      at = ++resume
    } else return false
  }
  while (prefix[reached] === '*') reached++
  return reached === prefix.length
}
