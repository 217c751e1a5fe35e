/** An element of a document, as far as anything here depends on it. */
export interface XmlElement {
  /** Its namespace; empty for none. */
  readonly namespace: string
  /** Its name without prefix. */
  readonly name: string
  /** Without declarations of namespaces, in the order in which they stand. */
  readonly attributes: readonly XmlAttribute[]
  readonly children: readonly XmlElement[]
  /** The characters that stand in it directly, one after the other. */
  readonly text: string
  /** As it is written, with its prefix. */
  readonly tag: string
  /** The namespaces that are declared at it, by their prefixes. */
  readonly declared: ReadonlyMap<string, string>
  /** Where what is in it begins, in the text of the document. */
  readonly inner: number
  /** Where it stands in the text of the document: from its `<` to behind its last `>`. */
  readonly start: number
  readonly end: number
}

/** An attribute before its prefix was looked up. */
interface WrittenAttribute {
  readonly prefix: string
  readonly name: string
  readonly value: string
}

interface XmlAttribute {
  readonly namespace: string
  readonly name: string
  readonly value: string
}

/** How much of a document there may be. */
export interface XmlBounds {
  /** In UTF-16 units. */
  readonly length: number
  readonly elements: number
  /** Whether comments are passed over. Left out, they are refused: a comment in a name ends it for some readers. */
  readonly comments?: boolean
}

/** What was read is no XML of the kind that is taken; `message` says what it is instead. */
export class XmlRefused extends Error {
  override readonly name = 'XmlRefused'
}

const DEEPEST = 100
const NOTHING: ReadonlyMap<string, string> = new Map()
const MOST_ATTRIBUTES = 100
const XML = 'http://www.w3.org/XML/1998/namespace'
const XMLNS = 'http://www.w3.org/2000/xmlns/'

const DECLARATION =
  /<\?xml[ \t\r\n]+version=(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding=(?:"utf-8"|'utf-8'))?(?:[ \t\r\n]+standalone=(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/iy
const NAME = /(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)/y
const SPACE = /[ \t\r\n]*/y
const REFERENCE = /&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));/g
/** Whatever is no character of XML. @see https://www.w3.org/TR/xml/#charsets */
const NO_CHARACTER = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** An element whose end has not been read yet. */
type Open = { -readonly [Member in keyof XmlElement]: XmlElement[Member] } & { children: XmlElement[] }

/**
 * Reads a document: well-formed XML 1.0 with namespaces, and less than that. No document type, entities of its own,
 * processing instructions, comments or CDATA sections, no names beyond ASCII: nothing of it is needed to say anything in
 * SAML, and everything of it has made two readers of one document read different things. Takes time in proportion to the
 * length.
 * @throws {@link XmlRefused}
 * @see https://www.w3.org/TR/xml/
 * @see https://www.w3.org/TR/xml-names/
 */
export function readXml(text: string, bounds: XmlBounds): XmlElement {
  if (text.length > bounds.length) throw new XmlRefused(`longer than ${bounds.length} characters`)
  if (NO_CHARACTER.test(text)) throw new XmlRefused('characters that XML does not have')
  return new Reader(text, bounds).read()
}

class Reader {
  readonly #text: string
  readonly #bounds: XmlBounds
  readonly #open: Open[] = []
  /**
   * What each prefix stands for where the reader is, innermost last. So one is found in one step, however deep it is and
   * however many are declared around it.
   */
  readonly #namespaces = new Map<string, string[]>([['xml', [XML]]])
  #at = 0
  #elements = 0
  #root: XmlElement | undefined

  constructor(text: string, bounds: XmlBounds) {
    this.#text = text
    this.#bounds = bounds
  }

  read(): XmlElement {
    this.#match(DECLARATION)
    this.#aside()
    while (this.#root === undefined) this.#step()
    this.#aside()
    if (this.#at !== this.#text.length) throw new XmlRefused('something behind the end of the document')
    return this.#root
  }

  #step(): void {
    const text = this.#text
    const tagAt = text.indexOf('<', this.#at)
    if (tagAt === -1) throw new XmlRefused('an element that does not end')
    const inner = this.#open.at(-1)
    if (inner !== undefined) inner.text += characters(text.slice(this.#at, tagAt))
    else if (tagAt !== this.#at) throw new XmlRefused('characters outside of all elements')
    this.#at = tagAt + 1
    const next = text.charCodeAt(this.#at)
    if (next === 0x2f) this.#endTag()
    else if (next !== 0x21 && next !== 0x3f) this.#startTag(tagAt)
    else if (!this.#comment(tagAt)) throw new XmlRefused('a document type, comment, CDATA section or instruction')
  }

  /** Passes over what stands outside of all elements. */
  #aside(): void {
    do this.#match(SPACE)
    while (this.#comment(this.#at))
  }

  /** Passes over a comment, where there is one and there may be. */
  #comment(start: number): boolean {
    if (this.#bounds.comments !== true || !this.#text.startsWith('<!--', start)) return false
    const end = this.#text.indexOf('--', start + 4)
    if (end === -1 || this.#text.charAt(end + 2) !== '>') throw new XmlRefused('a comment that does not end')
    this.#at = end + 3
    return true
  }

  #startTag(start: number): void {
    if (++this.#elements > this.#bounds.elements) throw new XmlRefused(`more than ${this.#bounds.elements} elements`)
    if (this.#open.length >= DEEPEST) throw new XmlRefused(`elements more than ${DEEPEST} deep`)
    const [tag, prefix = '', name = ''] = this.#name()
    const written: WrittenAttribute[] = []
    let declared: Map<string, string> | undefined
    let spaced = this.#space()
    for (;;) {
      const next = this.#text.charCodeAt(this.#at)
      if (next === 0x2f || next === 0x3e) break
      if (!spaced) throw new XmlRefused('attributes without space between them')
      const attribute = this.#attribute()
      const declares = declaredBy(attribute)
      if (declares === undefined) written.push(attribute)
      else {
        declared ??= new Map()
        if (declared.has(declares)) throw new XmlRefused('a namespace declared twice')
        declared.set(declares, attribute.value)
      }
      if (written.length + (declared?.size ?? 0) > MOST_ATTRIBUTES) throw new XmlRefused('too many attributes')
      spaced = this.#space()
    }
    if (declared !== undefined) this.#declare(declared)
    const element: Open = {
      namespace: this.#namespaceOf(prefix),
      name,
      attributes: this.#attributesOf(written),
      children: [],
      text: '',
      tag,
      declared: declared ?? NOTHING,
      start,
      inner: 0,
      end: 0,
    }
    const isEmpty = this.#text.charCodeAt(this.#at) === 0x2f
    if (isEmpty) this.#at += 1
    this.#expect('>')
    element.inner = this.#at
    this.#open.push(element)
    if (isEmpty) this.#close()
  }

  #endTag(): void {
    this.#at += 1
    const [tag] = this.#name()
    this.#space()
    this.#expect('>')
    if (this.#open.at(-1)?.tag !== tag) throw new XmlRefused('an end that is not of the element that is open')
    this.#close()
  }

  #close(): void {
    const element = this.#open.pop()
    if (element === undefined) throw new XmlRefused('an end without a beginning')
    for (const prefix of element.declared.keys()) this.#namespaces.get(prefix)?.pop()
    element.end = this.#at
    const outer = this.#open.at(-1)
    if (outer === undefined) this.#root = element
    else outer.children.push(element)
  }

  #declare(declared: ReadonlyMap<string, string>): void {
    for (const [prefix, namespace] of declared) {
      const around = this.#namespaces.get(prefix)
      if (around === undefined) this.#namespaces.set(prefix, [namespace])
      else around.push(namespace)
    }
  }

  #namespaceOf(prefix: string): string {
    const namespace = this.#namespaces.get(prefix)?.at(-1)
    if (namespace !== undefined) return namespace
    if (prefix !== '') throw new XmlRefused('a prefix that is not declared')
    return ''
  }

  #attributesOf(written: readonly WrittenAttribute[]): readonly XmlAttribute[] {
    const seen = new Set<string>()
    return written.map(({ prefix, name, value }) => {
      // The default namespace is not one of attributes.
      const namespace = prefix === '' ? '' : this.#namespaceOf(prefix)
      const both = `${namespace} ${name}`
      if (seen.has(both)) throw new XmlRefused('an attribute that stands there twice')
      seen.add(both)
      return { namespace, name, value }
    })
  }

  #attribute(): WrittenAttribute {
    const [, prefix = '', name = ''] = this.#name()
    this.#space()
    this.#expect('=')
    this.#space()
    const quote = this.#text.charAt(this.#at)
    if (quote !== '"' && quote !== "'") throw new XmlRefused('an attribute without quotes')
    const end = this.#text.indexOf(quote, this.#at + 1)
    if (end === -1) throw new XmlRefused('an attribute that does not end')
    const value = this.#text.slice(this.#at + 1, end)
    if (value.includes('<')) throw new XmlRefused('a < in an attribute')
    this.#at = end + 1
    // What separates words in an attribute is a space, however it was written; what was written as a reference stays.
    return { prefix, name, value: expanded(value.replace(/\r\n|[\t\n\r]/g, ' ')) }
  }

  #name(): RegExpExecArray {
    const found = this.#match(NAME)
    // A name goes on behind what is taken of it, where it has a character beyond ASCII or a second colon.
    if (found === null || /[^\s/>=]/.test(this.#text.charAt(this.#at))) throw new XmlRefused('a name that is none')
    return found
  }

  /** Whether there was any. */
  #space(): boolean {
    const [space = ''] = this.#match(SPACE) ?? []
    return space !== ''
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found !== null) this.#at = pattern.lastIndex
    return found
  }

  #expect(character: string): void {
    if (this.#text.charAt(this.#at) !== character) throw new XmlRefused(`no ${character} where one belongs`)
    this.#at += 1
  }
}

/** The prefix that an attribute declares (empty for what has none); `undefined` for one that declares nothing. */
function declaredBy({ prefix, name, value }: WrittenAttribute): string | undefined {
  const isDefault = prefix === '' && name === 'xmlns'
  if (!isDefault && prefix !== 'xmlns') return undefined
  const declares = isDefault ? '' : name
  if (value === XML || value === XMLNS || declares === 'xml' || declares === 'xmlns') {
    throw new XmlRefused('a namespace declared that is declared already')
  }
  if (value === '' && !isDefault) throw new XmlRefused('a prefix declared as nothing')
  return declares
}

/** What a text between tags says. @throws {@link XmlRefused} */
export function characters(text: string): string {
  if (text === '') return ''
  if (text.includes(']]>')) throw new XmlRefused('the end of a CDATA section without one')
  return expanded(text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text)
}

function expanded(text: string): string {
  if (!text.includes('&')) return text
  if (text.replace(REFERENCE, '').includes('&')) throw new XmlRefused('an entity that XML itself does not have')
  return text.replace(REFERENCE, (_whole, name?: string, decimal?: string, hexadecimal?: string) => {
    if (name !== undefined) return NAMED[name] ?? ''
    const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal)
    const character = code <= 0x10ffff ? String.fromCodePoint(code) : '\0'
    if (NO_CHARACTER.test(character)) throw new XmlRefused('a reference to a character that XML does not have')
    return character
  })
}
