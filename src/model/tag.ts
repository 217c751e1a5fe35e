/** A key and a value on a principal or a session. Keys compare without case; the first casing is kept. */
export interface Tag {
  readonly key: string
  readonly value: string
}
