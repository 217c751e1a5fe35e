import { createHash } from 'node:crypto'
import type { Assertion } from '../../../engines/saml/index.ts'
import { AccessDenied, type EpochMillis } from '../../../model/index.ts'
import { keysOfAttributes } from './attribute-keys.ts'
import { notSigned } from './judge-assertion.ts'
import { readSessionAttributes, type SessionAttributes } from './session-attributes.ts'
import type { TrustedProvider } from './trusted-provider.ts'

/** What a response proves. */
export interface SamlIdentity extends SessionAttributes {
  readonly assertionId: string
  /** Whether the assertion says that it may be exchanged once in all. */
  readonly isForOneUse: boolean
  /** The text of the NameID, and its format as AWS answers it. */
  readonly subject: string
  readonly subjectType: string
  readonly issuer: string
  /** Where it was to be shown: what AWS calls its audience. */
  readonly audience: string
  /** Tells subjects of different providers apart. */
  readonly nameQualifier: string
  /** Until when it can be exchanged. */
  readonly redeemableUntil: EpochMillis
  /** When the provider's own session ends; `undefined` when it does not say. */
  readonly sessionEndsAt: EpochMillis | undefined
  /** Condition keys by their names in lower case. */
  readonly keys: ReadonlyMap<string, string | readonly string[]>
}

const NAME_ID_FORMAT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:'
const UNSPECIFIED = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'
/** In characters: it stands in audit records and conditions. */
const LONGEST_NAME_ID = 1024
const LONGEST_ISSUER = 1024
// What a name may not have in it, wherever it is shown.
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u

/** Whom an assertion is about, and the format of that name as AWS answers it. @throws {@link AccessDenied} for nobody */
export function readSubject({ subject, issuer }: Assertion): {
  readonly subject: string
  readonly subjectType: string
} {
  const nameId = subject?.nameId ?? ''
  if (nameId.length > LONGEST_NAME_ID || CONTROLS.test(nameId)) throw notSigned('a NameID that names nobody')
  // As AWS documents it for an assertion that names nobody.
  if (nameId === '') throw new AccessDenied('Not authorized to perform sts:AssumeRoleWithSAML')
  const subjectType = shortFormat(subject?.format)
  if (subjectType.length > LONGEST_NAME_ID || issuer.length > LONGEST_ISSUER) throw notSigned('names that are too long')
  return { subject: nameId, subjectType }
}

/** What an assertion proves that was judged. @throws {@link AccessDenied}, `InvalidIdentityToken` */
export function identityOf(
  assertion: Assertion,
  { account, name, arn }: TrustedProvider,
): Omit<SamlIdentity, 'redeemableUntil'> {
  const { id: assertionId, issuer, confirmation, sessionEndsAt, attributes } = assertion
  const { isForOneUse } = assertion.conditions
  const named = readSubject(assertion)
  const nameQualifier = createHash('sha1').update(`${issuer}${account}/${name}`).digest('base64')
  const audience = confirmation.recipient
  const keys = new Map([
    ...keysOfAttributes(attributes),
    ['saml:aud', audience],
    ['saml:iss', issuer],
    ['saml:sub', named.subject],
    ['saml:sub_type', named.subjectType],
    ['saml:namequalifier', nameQualifier],
    ['saml:doc', `${account}/${name}`],
  ])
  const asked = readSessionAttributes(attributes, arn)
  return { assertionId, isForOneUse, ...named, issuer, audience, nameQualifier, sessionEndsAt, keys, ...asked }
}

function shortFormat(format: string = UNSPECIFIED): string {
  return format.startsWith(NAME_ID_FORMAT) ? format.slice(NAME_ID_FORMAT.length) : format
}
