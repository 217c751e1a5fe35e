/** An element as a test wants it: text or children, white space between children dropped. */
export interface XmlElement {
  readonly name: string
  readonly text: string
  readonly children: readonly XmlElement[]
}

const TOKEN = /<(\/?)([A-Za-z]+)(?: xmlns="[^"<]*")?(\/?)>|([^<]+)/y
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#xD': '\r' }
const LEGAL = /^[\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u

interface Open {
  readonly name: string
  readonly children: XmlElement[]
  text: string
}

/** Reads the little XML that answers are made of, and throws at anything else: characters XML forbids, stray markup. */
export function readXml(xml: string): XmlElement {
  if (!LEGAL.test(xml)) throw new Error('a character that XML forbids')
  const root: Open = { name: '', children: [], text: '' }
  const stack: Open[] = [root]
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < xml.length) {
    const at = TOKEN.lastIndex
    const token = TOKEN.exec(xml)
    const open = stack.at(-1)
    if (token === null || open === undefined) throw new Error(`no XML at ${at}`)
    const [, closing, name = '', empty, text] = token
    if (text !== undefined) open.text += text
    else if (empty) open.children.push({ name, text: '', children: [] })
    else if (!closing) stack.push({ name, children: [], text: '' })
    else close(stack, name)
  }
  const [only] = root.children
  if (stack.length !== 1 || only === undefined || root.children.length !== 1) throw new Error('not one root element')
  return only
}

function close(stack: Open[], name: string): void {
  const done = stack.pop()
  const parent = stack.at(-1)
  if (done?.name !== name || parent === undefined) throw new Error(`</${name}> closes nothing`)
  const leaf = done.children.length === 0
  parent.children.push({ name, text: leaf ? decode(done.text) : '', children: done.children })
}

function decode(text: string): string {
  return text.replaceAll(/&([^;]*);?/g, (_, entity: string) => {
    const character = ENTITIES[entity]
    if (character === undefined) throw new Error(`unknown entity ${entity}`)
    return character
  })
}
