/** An element to be written. */
export interface Node {
  /** With its prefix. */
  readonly tag: string
  readonly attributes: Readonly<Record<string, string | undefined>>
  readonly children: readonly Child[]
}

/** What stands in an element: `raw` is written as it is. */
export type Child = Node | string | { readonly raw: string } | undefined

/** The prefixes that documents of tests are written with. */
export const PREFIXES: Readonly<Record<string, string>> = {
  samlp: 'urn:oasis:names:tc:SAML:2.0:protocol',
  saml: 'urn:oasis:names:tc:SAML:2.0:assertion',
  md: 'urn:oasis:names:tc:SAML:2.0:metadata',
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  xenc: 'http://www.w3.org/2001/04/xmlenc#',
  xenc11: 'http://www.w3.org/2009/xmlenc11#',
  ec: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  dsx: 'urn:example:other',
}

/** An element; what is `undefined` is left out. */
export function el(tag: string, attributes: Node['attributes'] = {}, ...children: readonly Child[]): Node {
  return { tag, attributes, children }
}

/**
 * Writes an element in its exclusive canonical form: what a signature of it is over. Written by ourselves, so that what
 * the libraries make of a document is compared with something that is not of them.
 * @see https://www.w3.org/TR/xml-exc-c14n/
 */
export function written(node: Node, declared: ReadonlySet<string> = new Set()): string {
  const { tag, attributes, children } = node
  const [prefix = ''] = tag.includes(':') ? tag.split(':') : []
  const scope = new Set(declared)
  const namespaces = []
  if (prefix !== '' && !scope.has(prefix)) {
    scope.add(prefix)
    namespaces.push(` xmlns:${prefix}="${PREFIXES[prefix] ?? prefix}"`)
  }
  const names = Object.keys(attributes).filter((name) => attributes[name] !== undefined)
  const told = names.sort().map((name) => ` ${name}="${escaped(attributes[name] ?? '').replaceAll('"', '&quot;')}"`)
  const inner = children.map((child) => {
    if (child === undefined) return ''
    if (typeof child === 'string') return escaped(child).replaceAll('>', '&gt;')
    return 'raw' in child ? child.raw : written(child, scope)
  })
  return `<${tag}${namespaces.join('')}${told.join('')}>${inner.join('')}</${tag}>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
