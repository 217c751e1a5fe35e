/**
 * As much of samlify as is used. Its own declarations bring those of a browser's document with them, which change what
 * the rest of the program is checked against.
 * @module
 */

/** The certificates of an identity provider, in the form that samlify asks for them. */
export interface Metadata {
  readonly xmlString: string
}

interface Samlify {
  IdentityProvider(settings: {
    readonly entityID: string
    /** A certificate in base64. */
    readonly signingCert: string
    readonly singleSignOnService: readonly { readonly Binding: string; readonly Location: string }[]
  }): { readonly entityMeta: Metadata }
  readonly SamlLib: {
    /** Whether one of the signatures of a message holds, and the assertion from the octets that it is of. @throws Error */
    verifySignature(xml: string, options: { readonly metadata: Metadata }): readonly [boolean, string | null]
  }
  readonly Constants: { readonly namespace: { readonly binding: { readonly post: string } } }
}

declare const samlify: Samlify
export default samlify
