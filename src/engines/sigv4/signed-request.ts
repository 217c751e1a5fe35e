/** A request as it came off the wire: what a signature covers. Texts hold one character per byte, as Node gives them. */
export interface SignedRequest {
  readonly method: string
  /** Node's `req.url`, unparsed: path and query exactly as they were sent. */
  readonly target: string
  /** Node's `req.rawHeaders`: name, value, name, value; repeated headers all kept, in wire order. */
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
}
