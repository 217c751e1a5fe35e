const REFERENCES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** A text as it is written between tags. */
export function asText(text: string): string {
  return text.replace(/[&<>]/g, (character) => REFERENCES[character] ?? '')
}

/** A text as it is written in an attribute, between double quotes; white space stays what it is. */
export function asAttribute(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => REFERENCES[character] ?? '')
    .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A text between tags in a canonical form. @see https://www.w3.org/TR/2001/REC-xml-c14n-20010315#ProcessingModel */
export function asCanonicalText(text: string): string {
  return asText(text).replaceAll('\r', '&#xD;')
}

/** The value of an attribute in a canonical form. */
export function asCanonicalAttribute(text: string): string {
  return text
    .replace(/[&<"]/g, (character) => REFERENCES[character] ?? '')
    .replace(/[\t\n\r]/g, (character) => `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`)
}
