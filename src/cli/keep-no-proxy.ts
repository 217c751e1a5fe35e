import type { Environment } from './cli-context.ts'

/** Variables for a client, with the hosts added for which this environment takes no proxy already: they would be lost. */
export function keepNoProxy(variables: Readonly<Record<string, string>>, environment: Environment) {
  const { NO_PROXY: added } = variables
  const kept = environment['no_proxy'] || environment['NO_PROXY']
  if (added === undefined || !kept) return variables
  const hosts = new Set([...kept.split(','), ...added.split(',')].map((host) => host.trim()).filter(Boolean))
  // Clients know the star alone.
  const list = hosts.has('*') ? '*' : [...hosts].join(',')
  return { ...variables, NO_PROXY: list, no_proxy: list }
}
