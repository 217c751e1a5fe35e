import { roleArn } from '../cast.ts'
import type { Params } from '../wire-client.ts'
import { answered, type Refusal } from './refusal.ts'

const NAME_PATTERN = '[\\w+=,.@-]*'
const NOT_A_JWT = 'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)'
const CLAIMS = { iss: 'https://idp.example.com', sub: 'alice', aud: 'client', iat: 1, exp: 1 }

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
/** A token that nobody signed; it is refused before that is seen. */
const tokenOf = (claims: object): string => `${part({ alg: 'RS256', kid: 'one' })}.${part(claims)}.c2lnbmVk`

/** A token shown for the role `Open`, by nobody, who signs nothing. */
function refused(rule: string, params: Params, says: Pick<Refusal, 'status' | 'code' | 'message'>): Refusal {
  const all = { Action: 'AssumeRoleWithWebIdentity', WebIdentityToken: tokenOf(CLAIMS), ...params }
  return { rule, ask: { by: 'nobody', params: all }, ...says }
}

function violation(what: string, clause: string): Pick<Refusal, 'status' | 'code' | 'message'> {
  const message = `1 validation error detected: Value ${what} failed to satisfy constraint: Member must ${clause}`
  return answered(400, 'ValidationError', message)
}

const noProvider = (issuer: string) =>
  answered(400, 'InvalidIdentityToken', `No OpenIDConnect provider found in your account for ${issuer}`)

/** What is refused of a token before anything of it is proven. */
export const WEB_IDENTITY_REFUSALS: readonly Refusal[] = [
  refused(
    'there has to be a token',
    { WebIdentityToken: undefined },
    violation("null at 'webIdentityToken'", 'not be null'),
  ),
  refused(
    'a token of 3 characters is too short, and is not repeated',
    { WebIdentityToken: 'abc' },
    violation("at 'webIdentityToken'", 'have length greater than or equal to 4'),
  ),
  refused(
    'a token of 20,001 characters is too long, and is not repeated',
    { WebIdentityToken: 'x'.repeat(20_001) },
    violation("at 'webIdentityToken'", 'have length less than or equal to 20000'),
  ),
  refused(
    'a session has a name that may stand in an ARN',
    { RoleSessionName: 'a b' },
    violation("'a b' at 'roleSessionName'", `satisfy regular expression pattern: ${NAME_PATTERN}`),
  ),
  refused(
    'credentials live for a quarter of an hour at least',
    { DurationSeconds: '899' },
    violation("'899' at 'durationSeconds'", 'have value greater than or equal to 900'),
  ),
  refused(
    'credentials live for half a day at most',
    { DurationSeconds: '43201' },
    violation("'43201' at 'durationSeconds'", 'have value less than or equal to 43200'),
  ),
  refused(
    'a role is asked for by its ARN',
    { RoleArn: 'the-role-that-is-called-Open' },
    answered(400, 'ValidationError', 'Request ARN is invalid'),
  ),
  refused(
    'what is no JWT proves nobody',
    { WebIdentityToken: 'token' },
    answered(400, 'InvalidIdentityToken', NOT_A_JWT),
  ),
  refused(
    'a claim that has to be there is named',
    { WebIdentityToken: tokenOf({ ...CLAIMS, sub: undefined }) },
    answered(400, 'InvalidIdentityToken', 'Missing a required claim: sub'),
  ),
  refused('an issuer that the account does not know proves nobody', {}, noProvider(CLAIMS.iss)),
  refused(
    'whether there is such a role is not told to a token that proves nobody',
    { RoleArn: roleArn('Absent') },
    noProvider(CLAIMS.iss),
  ),
  refused(
    'an account that there is not knows no issuer',
    { RoleArn: 'arn:aws:iam::999999999999:role/Open' },
    noProvider(CLAIMS.iss),
  ),
  refused(
    'a provider of another protocol is unknown',
    { ProviderId: 'graph.facebook.com' },
    answered(
      403,
      'AccessDenied',
      'Unrecognized OAuth provider. Do not include a provider parameter when submitting OpenIDConnect ID tokens',
    ),
  ),
]
