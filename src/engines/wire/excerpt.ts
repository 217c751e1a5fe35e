/**
 * A caller's text as an answer repeats it: whole, or its first `most` code points and an ellipsis. AWS repeats whole
 * texts. Here a caller cannot make answers and records many times as long as his request; no such text is legal.
 */
export function excerpt(text: string, most: number): string {
  if (text.length <= most) return text
  let end = 0
  for (let count = 0; count < most && end < text.length; count++) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  return end < text.length ? `${text.slice(0, end)}...` : text
}
