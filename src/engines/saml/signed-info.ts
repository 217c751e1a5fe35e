import { attributeOf, childrenOf, NAMESPACES } from './elements.ts'
import { EXCLUSIVE } from './signature.ts'
import { asCanonicalAttribute, asCanonicalText } from './written.ts'
import { characters, type XmlElement } from './xml.ts'

/** What a signature proper is over, and what it is. */
export interface SignedInfo {
  /** The canonical form of `SignedInfo`. */
  readonly octets: string
  /** The URI of the algorithm. */
  readonly method: string
  readonly value: Buffer
}

/** The prefixes and what they stand for. */
type Namespaces = ReadonlyMap<string, string>

/**
 * What the signature proper is over: a thousand characters, however long what is signed may be. So a key can be told from
 * another before anything else of the document is looked at.
 * @param signature - whose structure was checked
 * @param around - the elements that it stands in, outermost first
 * @see https://www.w3.org/TR/xml-exc-c14n/
 * @see https://www.w3.org/TR/2001/REC-xml-c14n-20010315
 */
export function signedInfoOf(xml: string, signature: XmlElement, around: readonly XmlElement[]): SignedInfo {
  const info = part(signature, 'SignedInfo')
  const form = part(info, 'CanonicalizationMethod')
  const isExclusive = attributeOf(form, 'Algorithm') === EXCLUSIVE
  const [inclusive] = form.children
  const prefixes = inclusive && (attributeOf(inclusive, 'PrefixList') ?? '').split(' ')
  const inScope = [...around, signature].reduce(declaredIn, new Map())
  const written = new Writer(xml, isExclusive ? new Set(prefixes?.map(named)) : undefined)
  const octets = written.write(info, inScope, new Map())
  const method = attributeOf(part(info, 'SignatureMethod'), 'Algorithm') ?? ''
  return { octets, method, value: Buffer.from(part(signature, 'SignatureValue').text, 'base64') }
}

/** Writes elements that have no attributes with prefixes. */
class Writer {
  readonly #xml: string
  /** Prefixes that are declared though nothing uses them; `undefined`: all of them. */
  readonly #declares: ReadonlySet<string> | undefined

  constructor(xml: string, declares: ReadonlySet<string> | undefined) {
    this.#xml = xml
    this.#declares = declares
  }

  /** @param said - the namespaces that what was written around it declares */
  write(element: XmlElement, around: Namespaces, said: Namespaces): string {
    const { tag, attributes, children } = element
    const inScope = declaredIn(around, element)
    const says = this.#namespaces(prefixOf(tag), inScope, said)
    const declares = [...says].map(([prefix, namespace]) => declaration(prefix, namespace))
    const rest = attributes.map(({ name, value }) => ` ${name}="${asCanonicalAttribute(value)}"`)
    const saidInside = new Map([...said, ...says])
    let inside = ''
    let at = element.inner
    for (const child of children) {
      inside += this.#text(at, child.start) + this.write(child, inScope, saidInside)
      at = child.end
    }
    inside +=
      children.length === 0
        ? asCanonicalText(element.text)
        : this.#text(at, this.#xml.lastIndexOf('<', element.end - 1))
    return `<${tag}${declares.join('')}${rest.join('')}>${inside}</${tag}>`
  }

  /** What has to be declared at an element, in its order. */
  #namespaces(own: string, inScope: Namespaces, said: Namespaces): Namespaces {
    const says = new Map<string, string>()
    for (const prefix of [...new Set([own, ...inScope.keys()])].sort()) {
      const isWritten = prefix === own || this.#declares === undefined || this.#declares.has(prefix)
      const namespace = inScope.get(prefix) ?? ''
      if (isWritten && namespace !== (said.get(prefix) ?? '')) says.set(prefix, namespace)
    }
    return says
  }

  #text(start: number, end: number): string {
    return asCanonicalText(characters(this.#xml.slice(start, end)))
  }
}

function declaredIn(around: Namespaces, { declared }: XmlElement): Namespaces {
  return declared.size === 0 ? around : new Map([...around, ...declared])
}

function declaration(prefix: string, namespace: string): string {
  return ` xmlns${prefix === '' ? '' : `:${prefix}`}="${asCanonicalAttribute(namespace)}"`
}

function prefixOf(tag: string): string {
  const colon = tag.indexOf(':')
  return colon === -1 ? '' : tag.slice(0, colon)
}

/** A prefix as it stands in a list of them. */
function named(prefix: string): string {
  return prefix === '#default' ? '' : prefix
}

function part(parent: XmlElement, name: string): XmlElement {
  const [found] = childrenOf(parent, NAMESPACES.signature, name)
  if (found === undefined) throw new Error(`a signature without ${name} was checked`)
  return found
}
