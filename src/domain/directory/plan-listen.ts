import { isIP } from 'node:net'
import type { InstanceListen } from '../../model/index.ts'
import type { DesiredListen } from './desired-instances.ts'
import type { DesiredPath } from './mistakes.ts'
import type { Plan } from './plan.ts'

const LOCAL_HOST = '127.0.0.1'
/** Where EC2 itself answers. */
const LINK_LOCAL: ReadonlySet<string> = new Set(['169.254.169.254', 'fd00:ec2::254'])

/**
 * Plans where an instance's metadata is served. Only one instance can answer on an address, and only one on the metadata
 * listener itself.
 * @param held - as {@link heldPlaces} gives it
 */
export function planListen(
  plan: Plan,
  at: DesiredPath,
  desired: readonly DesiredListen[],
  held: ReadonlyMap<string, string>,
): readonly InstanceListen[] {
  const listen = desired.map(({ Address, Hops }, index) => {
    if (!Number.isInteger(Hops) || Hops < 1 || Hops > 64) plan.mistake([...at, index, 'Hops'], 'must be 1 to 64')
    const [host, port] = hostAndPort(Address)
    if (!isOwnAddress(host) || !(port <= 65_535)) {
      plan.mistake(
        desired.length === 1 ? at : [...at, index],
        `"${Address}" must be a port, or HOST:PORT with a loopback address, 169.254.169.254 or [fd00:ec2::254]`,
      )
    }
    return { host, port, hops: Hops }
  })
  const places = listen.length === 0 ? [''] : listen.filter(({ port }) => port !== 0).map(placeOf)
  for (const place of places) {
    const other = plan.claim('address', place) ? held.get(place) : 'another instance of this file'
    if (other === undefined) continue
    plan.mistake(
      // An instance without addresses has no such property to point at.
      listen.length === 0 ? at.slice(0, -1) : at,
      place === ''
        ? `${other} answers on the metadata listener already: give this one an address of its own with Listen`
        : `${other} listens on ${place} already`,
    )
  }
  return listen
}

/** The places of instances that the plan leaves as they are, each with whose it is: read once for the whole plan. */
export async function heldPlaces(plan: Plan): Promise<ReadonlyMap<string, string>> {
  const held = new Map<string, string>()
  for (const { id, account, listen } of await plan.parts.directory.instances()) {
    if (plan.isClaimed('instance', id) || !plan.keepsUnlisted(account)) continue
    for (const place of listen.length === 0 ? [''] : listen.map(placeOf)) held.set(place, `instance ${id}`)
  }
  return held
}

function placeOf({ host, port }: InstanceListen): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}

function hostAndPort(address: string): readonly [host: string, port: number] {
  if (/^[0-9]{1,5}$/.test(address)) return [LOCAL_HOST, Number(address)]
  const [, bracketed, plain = '', port] = /^(?:\[([^\]]*)\]|([^:[\]]+)):([0-9]{1,5})$/.exec(address) ?? []
  return [bracketed ?? plain, Number(port)]
}

function isOwnAddress(host: string): boolean {
  return LINK_LOCAL.has(host) || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
