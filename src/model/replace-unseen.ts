const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]+/gu

/**
 * A text in which every run of characters that are not seen is replaced: controls, what turns the direction of writing,
 * what has no width, ends of lines and of paragraphs. What is left is one line, and says what it seems to say.
 */
export function replaceUnseen(text: string, replaced: (characters: string) => string): string {
  return text.replaceAll(UNSEEN, replaced)
}
