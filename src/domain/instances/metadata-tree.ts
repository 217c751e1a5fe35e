import type { EpochMillis, Instance } from '../../model/index.ts'
import { categoriesOf } from './categories.ts'
import { identityDocument } from './identity-document.ts'
import { noticesAt } from './notices.ts'
import type { LifecycleState } from './steering.ts'

/** The signatures of the identity document, in the order in which they are listed; the document stands among them. */
export const SIGNATURES = ['rsa2048', 'pkcs7', 'signature', 'dsa2048'] as const

/** How an identity document is signed. */
export type SignatureName = (typeof SIGNATURES)[number]

/** What stands at a path: bytes, or what is made when somebody asks. */
export type MetadataNode =
  | { readonly kind: 'text'; readonly body: Buffer; readonly isListing?: true }
  | { readonly kind: 'bytes'; readonly body: Buffer }
  | { readonly kind: 'signature'; readonly name: SignatureName }
  | { readonly kind: 'credentials'; readonly roleName: string; readonly namesAccount?: true }

/** What an instance answers, by path below the version, without slashes at its ends; good until an instant. */
export interface MetadataTree {
  /** At the empty path: what `GET /latest` lists. */
  readonly nodes: ReadonlyMap<string, MetadataNode>
  readonly until: EpochMillis
}

const IDENTITY = 'dynamic/instance-identity'
/** The order in which AWS documents them. */
const IDENTITY_ORDER = ['rsa2048', 'pkcs7', 'document', 'signature', 'dsa2048']

/**
 * Everything that an instance answers at an instant. Listings are made of what is there, so none names what is missing.
 * @param more - leaves that follow from other things than the instance
 * @param lifecycle - as `noticesAt` takes it
 */
export function metadataTree(
  instance: Instance,
  partition: string,
  now: EpochMillis,
  more: Iterable<readonly [path: string, node: MetadataNode]> = [],
  lifecycle: readonly LifecycleState[] = [],
): MetadataTree {
  const nodes = new Map<string, MetadataNode>()
  for (const [path, body] of categoriesOf(instance, partition)) {
    if (body !== undefined) nodes.set(`meta-data/${path}`, text(body))
  }
  const notices = noticesAt(instance, now, lifecycle)
  for (const [path, body] of notices.leaves) nodes.set(`meta-data/${path}`, text(body))
  for (const [path, node] of more) nodes.set(path, node)
  nodes.set('dynamic/fws/instance-monitoring', text(instance.detailedMonitoring ? 'enabled' : 'disabled'))
  nodes.set(`${IDENTITY}/document`, text(identityDocument(instance)))
  for (const name of SIGNATURES) nodes.set(`${IDENTITY}/${name}`, { kind: 'signature', name })
  // What is empty is none.
  if (instance.userData) {
    nodes.set('user-data', { kind: 'bytes', body: Buffer.from(instance.userData, 'base64') })
  }
  override(nodes, instance)
  addListings(nodes, instance)
  return { nodes, until: notices.until }
}

/** A body of text. */
export function text(body: string): MetadataNode & { readonly kind: 'text' } {
  return { kind: 'text', body: Buffer.from(body) }
}

function override(nodes: Map<string, MetadataNode>, { overrides }: Instance): void {
  for (const { path, value } of overrides) {
    if (value !== undefined) {
      nodes.set(path, path === 'user-data' ? { kind: 'bytes', body: Buffer.from(value) } : text(value))
      continue
    }
    // A whole directory can be taken away.
    for (const other of nodes.keys()) if (other === path || other.startsWith(`${path}/`)) nodes.delete(other)
  }
}

/** Gives every directory its listing: names in order, directories with a slash, no newline at the end. */
function addListings(nodes: Map<string, MetadataNode>, instance: Instance): void {
  const directories = new Map<string, Map<string, string>>()
  for (const path of nodes.keys()) {
    let slash = ''
    for (let below = path; ; slash = '/') {
      const end = below.lastIndexOf('/')
      const directory = end < 0 ? '' : below.slice(0, end)
      const names = directories.get(directory) ?? new Map<string, string>()
      directories.set(directory, names)
      const name = below.slice(end + 1)
      if (!names.has(name)) names.set(name, slash)
      if (directory === '') break
      below = directory
    }
  }
  for (const [path, names] of directories) {
    if (!nodes.has(path)) nodes.set(path, { ...text(listing(path, names, instance)), isListing: true })
  }
}

function listing(path: string, names: ReadonlyMap<string, string>, { keyPair }: Instance): string {
  // At the top names have no slash.
  if (path === '') return [...names.keys()].sort().join('\n')
  if (path === IDENTITY) {
    const others = [...names.keys()].filter((name) => !IDENTITY_ORDER.includes(name)).sort()
    return [...IDENTITY_ORDER.filter((name) => names.has(name)), ...others].join('\n')
  }
  if (path === 'meta-data/public-keys' && keyPair !== undefined) return `0=${keyPair.name}`
  return [...names.keys()]
    .sort()
    .map((name) => `${name}${names.get(name)}`)
    .join('\n')
}
