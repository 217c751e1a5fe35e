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
