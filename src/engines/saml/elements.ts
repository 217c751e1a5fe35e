import type { XmlElement } from './xml.ts'

/** The namespaces that SAML documents are made of. */
export const NAMESPACES = {
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  encryption: 'http://www.w3.org/2001/04/xmlenc#',
  encryption11: 'http://www.w3.org/2009/xmlenc11#',
} as const

/** Whether an element is of that namespace and name. */
export function isNamed(element: XmlElement, namespace: string, name: string): boolean {
  return element.name === name && element.namespace === namespace
}

/** The children of that namespace and name. */
export function childrenOf(parent: XmlElement, namespace: string, name: string): readonly XmlElement[] {
  return parent.children.filter((child) => isNamed(child, namespace, name))
}

/** The value of an attribute without namespace. */
export function attributeOf({ attributes }: XmlElement, name: string): string | undefined {
  return attributes.find((each) => each.namespace === '' && each.name === name)?.value
}

/** Every element in an element, itself first. */
export function* everyElement(element: XmlElement): Generator<XmlElement> {
  yield element
  for (const child of element.children) yield* everyElement(child)
}

/** Whether two elements say the same: names, attributes, characters, and what is in them. */
export function isSame(one: XmlElement, other: XmlElement): boolean {
  if (one.name !== other.name || one.namespace !== other.namespace || one.text !== other.text) return false
  if (one.attributes.length !== other.attributes.length || one.children.length !== other.children.length) return false
  for (const { namespace, name, value } of one.attributes) {
    // In a canonical form they stand in another order.
    if (!other.attributes.some((each) => each.name === name && each.namespace === namespace && each.value === value)) {
      return false
    }
  }
  return one.children.every((child, index) => {
    const counterpart = other.children[index]
    return counterpart !== undefined && isSame(child, counterpart)
  })
}

/** An element without those of its children that `omits` says. */
export function without(element: XmlElement, omits: (child: XmlElement) => boolean): XmlElement {
  return { ...element, children: element.children.filter((child) => !omits(child)) }
}
