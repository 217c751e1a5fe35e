/** The texts of a signature's parts, from either carrier. */
export interface SignatureParts {
  /** `header`: an `Authorization` header; `query`: a presigned URL. */
  readonly carrier: 'header' | 'query'
  /** `keyid/date/region/service/aws4_request`. */
  readonly credential: string
  /** Names joined by `;`. */
  readonly signedHeaders: string
  readonly signature: string
  readonly date: string
  readonly sessionToken: string | undefined
}
