import {
  type EpochMillis,
  Fault,
  InvalidIdentityToken,
  type ProofCheck,
  quoted,
  replaceUnseen,
} from '../../../model/index.ts'
import { NotedChecks } from '../noted-checks.ts'
import { checkClaims, claimWords, formWords, issuerWords, type KeyFault } from './check-claims.ts'
import { issuerChanges, type KnownIssuers } from './issuer-pitfalls.ts'
import { memberOf } from './json-object.ts'
import { type Algorithm, isAlgorithm } from './key-set.ts'
import { type Jwt, readJwt } from './read-jwt.ts'
import { readClaims } from './token-claims.ts'
import type { ReadToken, TrustedIssuer, WebIdentity } from './trusted-issuer.ts'

/** What every check of a token came to. */
export interface Examination {
  readonly checks: readonly ProofCheck[]
  /** By the first check that does not hold: what the caller would be told. */
  readonly refusal: Fault | undefined
  /** What the token proves, where every check holds. */
  readonly proven: { readonly issuer: TrustedIssuer; readonly identity: WebIdentity } | undefined
}

/** Where the issuer of a token is looked for. */
export interface IssuerSearch {
  /** The provider that it is of, as for a request. */
  find(read: ReadToken): Promise<TrustedIssuer | undefined>
  /** What there is instead. */
  others(issuer: string): Promise<KnownIssuers>
}

/** What an examination takes. */
interface ExaminationParts {
  readonly search: IssuerSearch
  readonly roleArn: string
  /** Tokens of GetWebIdentityToken are taken, too. */
  readonly acceptsOutbound: boolean
  /** Finds the key and verifies the signature. @throws Fault */
  prove(jwt: Jwt, algorithm: Algorithm, issuer: TrustedIssuer): Promise<void>
  /** By which the tokens of an issuer are dated. */
  now(issuer: TrustedIssuer): EpochMillis
}

/** Makes every check of a token that can be made, whatever came of those before it. */
export async function examineToken(
  text: string,
  { search, roleArn, acceptsOutbound, prove, now }: ExaminationParts,
): Promise<Examination> {
  const noted = new NotedChecks()
  const jwt = noted.attempt('form', () => readJwt(text), {
    ok: () => formWords(text.length),
    no: ({ detail }) => `no JWT of a kind that is taken: ${detail}`,
    changes: () => formChanges(text),
  })
  const claims =
    jwt && noted.attempt('claims', () => readClaims(jwt), { ok: claimWords, changes: () => claimChanges(jwt) })
  if (jwt === undefined || claims === undefined) {
    noted.leave(
      'nothing can be said of it',
      ...(jwt === undefined ? ['claims' as const] : []),
      'issuer',
      ...AFTER_ISSUER,
    )
    return { checks: noted.checks, refusal: noted.refusal, proven: undefined }
  }
  const issuer = await search.find({ jwt, claims })
  if (issuer === undefined) {
    const known = await search.others(claims.issuer)
    noted.refuse('issuer', noProvider(claims.issuer), {
      no: () => `account ${known.account} has no provider for ${quoted(claims.issuer)}`,
      changes: () => issuerChanges(claims.issuer, known),
    })
    noted.leave('nobody is asked about a token of an unknown issuer', ...AFTER_ISSUER)
    return { checks: noted.checks, refusal: noted.refusal, proven: undefined }
  }
  noted.attempt('issuer', () => issuer, { ok: issuerWords })
  const { algorithm } = jwt
  const keyFault = isAlgorithm(algorithm) ? await faultOf(prove(jwt, algorithm, issuer)) : undefined
  const identity = checkClaims({ jwt, claims, issuer, roleArn, acceptsOutbound, now: now(issuer) }, keyFault, noted)
  return { checks: noted.checks, refusal: noted.refusal, proven: identity && { issuer, identity } }
}

/** AWS's answer where the account of the role has no provider for a token. Nobody has proven what the token says. */
export function noProvider(issuer: string): InvalidIdentityToken {
  const told = replaceUnseen(issuer.slice(0, LONGEST_TOLD), () => '\ufffd')
  return new InvalidIdentityToken(`No OpenIDConnect provider found in your account for ${told}`)
}

const LONGEST_TOLD = 510
const AFTER_ISSUER = ['purpose', 'audience', 'algorithm', 'key', 'signature', 'times', 'tags', 'roles'] as const

async function faultOf(proof: Promise<void>): Promise<KeyFault> {
  try {
    await proof
    return undefined
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}

function formChanges(text: string): readonly string[] {
  if (text !== text.trim())
    return ['Take the white space away: it is sent as it stands in the file, line break included.']
  if (/^bearer /i.test(text)) return ['Take the word Bearer away: the token alone is sent.']
  const parts = text.split('.', 6).length
  if (parts === 5) return ['Have the issuer sign the token without encrypting it: only it can read this one.']
  if (parts !== 3) return ['Send an ID token, or an access token that is a JWT: this one only its issuer can read.']
  return ['Send a signed JWT of OpenID Connect, exactly as the issuer gave it.']
}

function claimChanges({ claims }: Jwt): readonly string[] {
  if (memberOf(claims, 'aud') === undefined && memberOf(claims, 'client_id') !== undefined) {
    return ['Send the ID token: this is an access token with client_id and no aud, as Cognito writes it.']
  }
  return ['Have the issuer write iss, sub, aud, iat and exp: AWS takes no token without them.']
}
