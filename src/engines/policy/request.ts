/**
 * The condition keys of one request. A `ReadonlyMap` with lower-case keys is one.
 * A text is a single value; a list is a multivalued key and may be empty.
 */
export interface RequestContext {
  /** @param key - in lower case @returns `undefined` when the request carries no such key */
  get(key: string): string | readonly string[] | undefined
}

/** Whoever asks, as `Principal` elements see them. `id` is the unique id of the user or role, when known. */
export type RequestPrincipal =
  | { readonly kind: 'root'; readonly arn: string; readonly account: string }
  | { readonly kind: 'user'; readonly arn: string; readonly account: string; readonly id?: string }
  | {
      readonly kind: 'assumedRole'
      /** The session's ARN. */
      readonly arn: string
      /** The role's ARN, path included. */
      readonly roleArn: string
      readonly account: string
      readonly id?: string
    }
  | {
      readonly kind: 'federatedUser'
      /** The session's ARN. */
      readonly arn: string
      /** The ARN of the user who asked for the session. */
      readonly userArn: string
      readonly account: string
      readonly id?: string
    }
  | { readonly kind: 'service'; readonly service: string }
  | { readonly kind: 'webIdentity' | 'saml'; readonly provider: string }
  | { readonly kind: 'anonymous' }

/** One question: may this principal do this to that? `resource` is `*` for an action without resource types. */
export interface AccessRequest {
  readonly principal: RequestPrincipal
  readonly action: string
  readonly resource: string
  /** The account that owns the resource: it decides whether the question crosses accounts. */
  readonly resourceAccount: string
  readonly context: RequestContext
}
