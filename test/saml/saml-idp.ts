import { constants, createHash, type KeyObject, sign } from 'node:crypto'
import { type Child, el, type Node, written } from './canonical-xml.ts'
import type { Signer } from './certificates.ts'

/** The name that the identity provider of tests has. */
export const ENTITY_ID = 'https://idp.example.com/saml'
/** Where AWS takes responses. */
export const ACS = 'https://signin.aws.amazon.com/saml'
/** What AWS calls itself. */
export const AUDIENCE = 'urn:amazon:webservices'
/** How AWS's attributes begin. */
export const ATTRIBUTES = 'https://aws.amazon.com/SAML/Attributes'

const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256'
const HASHES: Readonly<Record<string, string>> = {
  'http://www.w3.org/2000/09/xmldsig#sha1': 'sha1',
  [SHA256]: 'sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
  'http://www.w3.org/2001/04/xmldsig-more#sha384': 'sha384',
}

/** How something is signed; all of it as most providers do, unless told. */
export interface Signing {
  readonly method?: string
  readonly digest?: string
  readonly canonical?: string
  readonly transforms?: readonly Node[]
  /** Whether the certificate stands in the signature. It does unless told. */
  readonly keyInfo?: boolean | Node
  readonly uri?: string
  /** How often the reference stands there. */
  readonly references?: number
  readonly more?: readonly Child[]
}

/** An enveloped signature of an element, to be put into it. The element is signed as it is without. */
export function signatureOf(node: Node, { privateKey, certificate }: Signer, signing: Signing = {}): Node {
  const { method = RSA_SHA256, digest = SHA256, canonical = EXCLUSIVE, uri, keyInfo = true, references = 1 } = signing
  const { transforms = [transform(ENVELOPED), transform(canonical)], more = [] } = signing
  const reference = el(
    'ds:Reference',
    { URI: uri ?? `#${node.attributes['ID'] ?? ''}` },
    el('ds:Transforms', {}, ...transforms),
    el('ds:DigestMethod', { Algorithm: digest }),
    el(
      'ds:DigestValue',
      {},
      createHash(HASHES[digest] ?? 'sha256')
        .update(written(node))
        .digest('base64'),
    ),
  )
  const info = el(
    'ds:SignedInfo',
    {},
    el('ds:CanonicalizationMethod', { Algorithm: canonical }),
    el('ds:SignatureMethod', { Algorithm: method }),
    ...Array.from({ length: references }, () => reference),
  )
  const info509 = el('ds:KeyInfo', {}, el('ds:X509Data', {}, el('ds:X509Certificate', {}, certificate)))
  const shown = typeof keyInfo === 'object' ? keyInfo : keyInfo ? info509 : undefined
  return el(
    'ds:Signature',
    {},
    info,
    el('ds:SignatureValue', {}, signed(written(info), privateKey, method)),
    shown,
    ...more,
  )
}

/** The transform of that algorithm. */
export function transform(algorithm: string, ...inner: readonly Child[]): Node {
  return el('ds:Transform', { Algorithm: algorithm }, ...inner)
}

function signed(text: string, privateKey: KeyObject, method: string): string {
  const bytes = Buffer.from(text)
  if (method.endsWith('sha256-rsa-MGF1')) {
    const key = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
    return sign('sha256', bytes, key).toString('base64')
  }
  const hash = /rsa-(sha\d+)$/.exec(method)?.[1] ?? 'sha256'
  return sign(hash, bytes, privateKey).toString('base64')
}

/** An element with a signature of it behind its issuer. */
export function withSignature(node: Node, signer: Signer, signing?: Signing): Node {
  const [issuer, ...rest] = node.children
  return { ...node, children: [issuer, signatureOf(node, signer, signing), ...rest] }
}

/** What of an assertion is otherwise than usual; `null` leaves it out. */
export interface AssertionParts {
  readonly id?: string
  readonly version?: string
  readonly issueInstant?: string | null
  readonly issuer?: string
  readonly nameId?: Child | null
  readonly nameIdFormat?: string | null
  /** What stands in the subject before its confirmation. */
  readonly subject?: readonly Child[]
  readonly confirmations?: readonly Child[]
  readonly method?: string
  readonly recipient?: string | null
  readonly confirmedUntil?: string | null
  readonly confirmation?: Readonly<Record<string, string | undefined>>
  readonly notBefore?: string | null
  readonly notOnOrAfter?: string | null
  readonly audiences?: readonly (readonly string[])[]
  readonly conditions?: readonly Child[] | null
  readonly sessionNotOnOrAfter?: string
  /** Beside the usual ones, or in their place; `null` leaves one out. */
  readonly attributes?: Readonly<Record<string, string | readonly string[] | null>>
  readonly roles?: readonly string[]
  readonly more?: readonly Child[]
}

/** An instant, so many seconds from now. */
export function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString()
}

let made = 0
/** An id that no other thing has. */
export function freshId(): string {
  return `_${Date.now().toString(36)}${process.pid}${++made}`
}

/** An assertion that is right in everything but for what is said. Not signed. */
export function assertion(parts: AssertionParts = {}): Node {
  const { nameId = 'alice', nameIdFormat = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' } = parts
  const { recipient = ACS, confirmedUntil = inSeconds(300), method = 'urn:oasis:names:tc:SAML:2.0:cm:bearer' } = parts
  const { notBefore = inSeconds(-60), notOnOrAfter = inSeconds(300), audiences = [[AUDIENCE]] } = parts
  const { issueInstant = inSeconds(0), roles = [], sessionNotOnOrAfter } = parts
  const data = el('saml:SubjectConfirmationData', {
    NotOnOrAfter: confirmedUntil ?? undefined,
    Recipient: recipient ?? undefined,
    ...parts.confirmation,
  })
  const restrictions = audiences.map((each) =>
    el('saml:AudienceRestriction', {}, ...each.map((audience) => el('saml:Audience', {}, audience))),
  )
  const limits = { NotBefore: notBefore ?? undefined, NotOnOrAfter: notOnOrAfter ?? undefined }
  const conditions =
    parts.conditions === null ? undefined : el('saml:Conditions', limits, ...(parts.conditions ?? restrictions))
  const attributes = { [`${ATTRIBUTES}/Role`]: roles, [`${ATTRIBUTES}/RoleSessionName`]: 'alice', ...parts.attributes }
  return el(
    'saml:Assertion',
    { ID: parts.id ?? freshId(), IssueInstant: issueInstant ?? undefined, Version: parts.version ?? '2.0' },
    el('saml:Issuer', {}, parts.issuer ?? ENTITY_ID),
    el(
      'saml:Subject',
      {},
      nameId === null ? undefined : el('saml:NameID', { Format: nameIdFormat ?? undefined }, nameId),
      ...(parts.subject ?? []),
      ...(parts.confirmations ?? [el('saml:SubjectConfirmation', { Method: method }, data)]),
    ),
    conditions,
    el(
      'saml:AuthnStatement',
      { AuthnInstant: inSeconds(0), SessionNotOnOrAfter: sessionNotOnOrAfter },
      el(
        'saml:AuthnContext',
        {},
        el('saml:AuthnContextClassRef', {}, 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'),
      ),
    ),
    el('saml:AttributeStatement', {}, ...Object.entries(attributes).map(([name, values]) => attribute(name, values))),
    ...(parts.more ?? []),
  )
}

function attribute(Name: string, values: string | readonly string[] | null): Child {
  if (values === null) return undefined
  const all = typeof values === 'string' ? [values] : values
  return el('saml:Attribute', { Name }, ...all.map((value) => el('saml:AttributeValue', {}, value)))
}

/** What of a response is otherwise than usual; `null` leaves it out. */
export interface ResponseParts {
  readonly id?: string
  readonly version?: string
  readonly issuer?: string | null
  readonly destination?: string | null
  readonly inResponseTo?: string
  readonly status?: Child | null
  readonly more?: readonly Child[]
}

/** A response around something. Not signed. */
export function response(parts: ResponseParts, ...inner: readonly Child[]): Node {
  const { id = freshId(), version = '2.0', issuer = ENTITY_ID, destination = ACS, inResponseTo } = parts
  const { status = success() } = parts
  return el(
    'samlp:Response',
    {
      Destination: destination ?? undefined,
      ID: id,
      InResponseTo: inResponseTo,
      IssueInstant: inSeconds(0),
      Version: version,
    },
    issuer === null ? undefined : el('saml:Issuer', {}, issuer),
    ...(parts.more ?? []),
    status ?? undefined,
    ...inner,
  )
}

function success(): Node {
  return el('samlp:Status', {}, el('samlp:StatusCode', { Value: 'urn:oasis:names:tc:SAML:2.0:status:Success' }))
}

/** Metadata of an identity provider that signs with these. */
export function metadata(
  keys: readonly (Signer & { readonly use?: string | undefined })[],
  {
    entityID = ENTITY_ID,
    validUntil,
    more = [],
    services = [
      el('md:SingleSignOnService', {
        Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
        Location: 'https://idp.example.com/sso',
      }),
    ],
  }: { entityID?: string; validUntil?: string; more?: readonly Child[]; services?: readonly Child[] } = {},
): string {
  return written(
    el(
      'md:EntityDescriptor',
      { entityID, validUntil },
      ...more,
      el(
        'md:IDPSSODescriptor',
        { protocolSupportEnumeration: 'urn:oasis:names:tc:SAML:2.0:protocol' },
        ...keys.map(keyDescriptor),
        ...services,
      ),
    ),
  )
}

/** The descriptor of a key in metadata; `use` is left out where none is given. */
export function keyDescriptor({
  certificate,
  use,
}: {
  readonly certificate: string
  readonly use?: string | undefined
}): Node {
  const info = el('ds:KeyInfo', {}, el('ds:X509Data', {}, el('ds:X509Certificate', {}, certificate)))
  return el('md:KeyDescriptor', { use }, info)
}
