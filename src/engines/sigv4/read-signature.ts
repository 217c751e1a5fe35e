import {
  type EpochMillis,
  epochMillis,
  IncompleteSignature,
  MissingAuthenticationToken,
  SignatureDoesNotMatch,
} from '../../model/index.ts'
import type { SigningOccasion } from './canonical-request.ts'
import { type CanonicalHeaders, canonicalHeaders } from './headers.ts'
import { readAuthorization } from './read-authorization.ts'
import { readPresigned } from './read-presigned.ts'
import type { SignatureParts } from './signature-parts.ts'
import type { SignedRequest } from './signed-request.ts'
import { type CredentialScope, TERMINATOR } from './signing-key.ts'
import { signatureFields } from './target.ts'
import { formatTimestamp, parseTimestamp } from './timestamp.ts'

/** What a client presented, read and in date, but not proven. */
export interface PresentedSignature extends SigningOccasion {
  /** `header`: an `Authorization` header; `query`: a presigned URL. */
  readonly carrier: 'header' | 'query'
  readonly accessKeyId: string
  /** As listed, `host` among them; not compared yet with the headers that came. */
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** Two different ones are joined by `,`, which no token contains. */
  readonly sessionToken: string | undefined
}

/** What a signature has to fit. */
interface SignatureTerms {
  readonly now: EpochMillis
  /** The signing name that the credential scope has to have. */
  readonly service: string
  /** Whether a region may stand in a credential scope here. */
  isRegion(region: string): boolean
}

/** The headers that say something about a signature. */
const CARRIERS: ReadonlySet<string> = new Set(['authorization', 'x-amz-date', 'date', 'x-amz-security-token'])
const SKEW_MINUTES = 15
const SKEW_MS = SKEW_MINUTES * 60_000

/**
 * Reads the signature of a request and refuses what AWS refuses before it asks whose key it is: presence, shape, date
 * and scope. The order of the checks shows on the wire. Nothing is proven yet: see {@link signatureMatches}.
 * @throws {@link MissingAuthenticationToken} without a signature, or with another algorithm in the query
 * @throws {@link IncompleteSignature} when a part is missing or unreadable
 * @throws {@link SignatureDoesNotMatch} with two signatures, `host` unsigned, more than 15 minutes off, or wrong scope
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 */
export function readSignature(request: SignedRequest, terms: SignatureTerms): PresentedSignature {
  const parts = readParts(canonicalHeaders(request.rawHeaders, CARRIERS), signatureFields(request.target))
  const signedHeaders = parts.signedHeaders.split(';')
  if (!signedHeaders.includes('host')) {
    throw new SignatureDoesNotMatch(`'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.`)
  }
  checkDate(parts.date, terms.now)
  const [accessKeyId = '', date = '', region = '', service = '', terminator = ''] = credentialElements(parts.credential)
  checkScope({ date, region, service }, terminator, parts.date, terms)
  const { carrier, signature, sessionToken } = parts
  return { carrier, accessKeyId, date, timestamp: parts.date, region, service, signedHeaders, signature, sessionToken }
}

function readParts(headers: CanonicalHeaders, fields: ReadonlyMap<string, string>): SignatureParts {
  const authorization = headers.get('authorization')
  const algorithm = fields.get('X-Amz-Algorithm')
  if (authorization === undefined) {
    if (algorithm === undefined) throw new MissingAuthenticationToken()
    return readPresigned(algorithm, fields)
  }
  // AWS gives no message here.
  if (algorithm !== undefined) throw new SignatureDoesNotMatch('', { detail: 'signed in the header and in the query' })
  return readAuthorization(authorization, headers)
}

function checkDate(timestamp: string, now: EpochMillis): void {
  const signedAt = parseTimestamp(timestamp)
  if (signedAt === undefined) {
    throw new IncompleteSignature(
      `Date must be in ISO-8601 'basic format'. Got '${timestamp}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    )
  }
  // Times on the wire are whole seconds, and so is the comparison.
  const second = Math.floor(now / 1000) * 1000
  if (signedAt < second - SKEW_MS) {
    const earliest = formatTimestamp(epochMillis(second - SKEW_MS))
    throw new SignatureDoesNotMatch(
      `Signature expired: ${timestamp} is now earlier than ${earliest} (${formatTimestamp(now)} - ${SKEW_MINUTES} min.)`,
    )
  }
  if (signedAt > second + SKEW_MS) {
    const latest = formatTimestamp(epochMillis(second + SKEW_MS))
    throw new SignatureDoesNotMatch(
      `Signature not yet current: ${timestamp} is still later than ${latest} (${formatTimestamp(now)} + ${SKEW_MINUTES} min.)`,
    )
  }
}

function credentialElements(credential: string): readonly string[] {
  const elements = credential.split('/')
  if (elements.length !== 5) {
    throw new IncompleteSignature(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    )
  }
  return elements
}

function checkScope(scope: CredentialScope, terminator: string, timestamp: string, terms: SignatureTerms): void {
  let message = ''
  if (!terms.isRegion(scope.region)) message += 'Credential should be scoped to a valid region. '
  if (scope.service !== terms.service) message += `Credential should be scoped to correct service: '${terms.service}'. `
  if (terminator !== TERMINATOR) {
    message += `Credential should be scoped with a valid terminator: '${TERMINATOR}', not '${terminator}'. `
  }
  const date = timestamp.slice(0, 8)
  if (scope.date !== date) {
    message += `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${date}', from '${timestamp}'.`
  }
  if (message !== '') throw new SignatureDoesNotMatch(message)
}
