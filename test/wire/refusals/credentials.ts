import { INACTIVE_KEY } from '../cast.ts'
import type { Credentials } from '../wire-client.ts'
import { type Ask, answered, type Others, type Refusal } from './refusal.ts'

const SESSION = 'Courier:first'
const WHO_AM_I = { params: { Action: 'GetCallerIdentity' } }
const INVALID = answered(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.')
const NO_MATCH = answered(
  403,
  'SignatureDoesNotMatch',
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
)

type Forgery = (credentials: Credentials, others: Others) => Credentials

/** A request by a user with credentials that are not theirs. */
function key(rule: string, forge: Forgery, answer: typeof INVALID = INVALID): Refusal {
  return { rule, ask: { by: 'alice', ...WHO_AM_I, forge }, ...answer, permitted: { by: 'alice', ...WHO_AM_I } }
}

/** A request by a session whose credentials were changed. */
function session(rule: string, forge: Forgery, answer: typeof INVALID = INVALID): Refusal {
  return { rule, ask: { by: SESSION, ...WHO_AM_I, forge }, ...answer, permitted: { by: SESSION, ...WHO_AM_I } }
}

/** The same with another token, signed over as if it were the right one. */
function token(rule: string, change: (token: string) => string): Refusal {
  return session(rule, (credentials) => ({ ...credentials, sessionToken: change(credentials.sessionToken ?? '') }))
}

/** Changes one of the five segments of a token. */
function inSegment(index: number, change: (segment: string) => string): (token: string) => string {
  return (text) =>
    text
      .split('.')
      .map((each, position) => (position === index ? change(each) : each))
      .join('.')
}

/** Another letter at the front: other bytes. */
function bend(segment: string): string {
  return `${segment.startsWith('e') ? 'f' : 'e'}${segment.slice(1)}`
}

/** The same bytes in a text that base64url would not write: the spare bits of the last letter are set. */
function respell(segment: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return segment.slice(0, -1) + alphabet.charAt(alphabet.indexOf(segment.slice(-1)) ^ 1)
}

function withoutToken({ sessionToken: _, ...credentials }: Credentials): Credentials {
  return credentials
}

/** Keys and tokens that prove nobody. */
export const CREDENTIAL_REFUSALS: readonly Refusal[] = [
  key('an access key that nobody has proves nobody', (mine) => ({ ...mine, accessKeyId: 'AKIAIOSFODNN7EXAMPL0' })),
  key('an access key id has case', (mine) => ({ ...mine, accessKeyId: mine.accessKeyId.toLowerCase() })),
  key('an access key id is not cut short', (mine) => ({ ...mine, accessKeyId: mine.accessKeyId.slice(0, -1) })),
  key('an inactive access key proves nobody', () => INACTIVE_KEY),
  key('an inactive access key proves nobody, whatever the secret', () => ({
    ...INACTIVE_KEY,
    secretAccessKey: 'wrong',
  })),
  key('another secret does not sign', (mine) => ({ ...mine, secretAccessKey: 'a-guess' }), NO_MATCH),
  key('a secret has case', (mine) => ({ ...mine, secretAccessKey: mine.secretAccessKey.toLowerCase() }), NO_MATCH),
  key(
    'a secret does not begin with AWS4',
    (mine) => ({ ...mine, secretAccessKey: `AWS4${mine.secretAccessKey}` }),
    NO_MATCH,
  ),
  key(
    'the secret of a session does not sign for a user',
    (mine, { session: other }) => ({ ...mine, secretAccessKey: other.secretAccessKey }),
    NO_MATCH,
  ),
  key('a long-term key comes without session token', (mine, { session: other }) => ({
    ...mine,
    sessionToken: other.sessionToken ?? '',
  })),
  key('a long-term key comes without session token, even one that is none', (mine) => ({ ...mine, sessionToken: 'x' })),
  key(
    'the token beside a long-term key is looked at last',
    (mine) => ({ ...mine, secretAccessKey: 'a-guess', sessionToken: 'x' }),
    NO_MATCH,
  ),
  key('a temporary key that was never issued proves nobody', () => ({
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'a-guess',
  })),

  session('a temporary key does not come without its token', withoutToken),
  session('the token of another session is none', (mine, { session: other }) => ({
    ...mine,
    sessionToken: other.sessionToken ?? '',
  })),
  session('the token and secret of another session are none', (mine, { session: other }) => ({
    ...other,
    accessKeyId: mine.accessKeyId,
  })),
  session(
    'the secret of another session does not sign',
    (mine, { session: other }) => ({ ...mine, secretAccessKey: other.secretAccessKey }),
    NO_MATCH,
  ),
  session('a session of another broker is none here', (_, { stranger }) => stranger),
  session('a session of another broker is none here under a key of ours', (mine, { stranger }) => ({
    ...stranger,
    accessKeyId: mine.accessKeyId,
  })),
  token('a token that is no token is none', () => 'token'),
  token('five empty segments are no token', () => '....'),
  token(
    'the header of a token cannot be changed',
    inSegment(0, (text) => `${text.slice(0, -2)}AA`),
  ),
  token(
    'the algorithm of a token cannot be chosen',
    inSegment(0, (text) => recode(text, '"A256GCM"', '"none"')),
  ),
  token(
    'the key of a token cannot be chosen',
    inSegment(0, (text) => recode(text, /"kid":"[^"]*"/, '"kid":"other"')),
  ),
  token(
    'the header of a token is written in one way',
    inSegment(0, (text) => recode(text, '{', '{ ')),
  ),
  token(
    'the second segment of a token stays empty',
    inSegment(1, () => 'AAAA'),
  ),
  token('the initialization vector of a token cannot be changed', inSegment(2, bend)),
  token('what a token says cannot be changed', inSegment(3, bend)),
  token('the tag of a token cannot be changed', inSegment(4, bend)),
  token(
    'the tag of a token cannot be shortened',
    inSegment(4, (text) => text.slice(0, 16)),
  ),
  token(
    'the tag of a token cannot be left out',
    inSegment(4, () => ''),
  ),
  token(
    'a token has a first segment',
    inSegment(0, () => ''),
  ),
  token('a token cannot be cut short', (text) => text.slice(0, -1)),
  token('a token cannot lose a segment', (text) => text.slice(0, text.lastIndexOf('.'))),
  token('nothing stands behind a token', (text) => `${text}A`),
  token('no segment stands behind a token', (text) => `${text}.`),
  token('a token is not padded', (text) => `${text}==`),
  token('a token is spelled in one way', inSegment(4, respell)),
  token('a token has no spaces', (text) => text.replace('.', '. ')),
  token(
    'a token is no base64 of the older kind',
    inSegment(3, (text) => `${text.slice(0, -1)}+`),
  ),
  token('a token is not endless', (text) => text + 'A'.repeat(8000)),
  {
    rule: 'two different tokens are none',
    ask: {
      by: SESSION,
      ...WHO_AM_I,
      after: (request, { session: other }) => withTokens(request, other.sessionToken ?? ''),
    },
    ...INVALID,
    permitted: { by: SESSION, ...WHO_AM_I, after: (request) => withTokens(request, tokenOf(request)) },
  },
  {
    rule: 'a token in the URL does not stand in for the header',
    ask: {
      by: SESSION,
      ...WHO_AM_I,
      after: (request) => ({
        ...request,
        target: `/?X-Amz-Security-Token=${tokenOf(request)}`,
        headers: { ...request.headers, 'x-amz-security-token': [] },
      }),
    },
    ...INVALID,
  },
]

function recode(segment: string, from: string | RegExp, to: string): string {
  return Buffer.from(Buffer.from(segment, 'base64url').toString().replace(from, to)).toString('base64url')
}

type Sent = Parameters<NonNullable<Ask['after']>>[0]

function tokenOf({ headers }: Sent): string {
  return String(headers['x-amz-security-token'])
}

function withTokens(request: Sent, second: string): Sent {
  return { ...request, headers: { ...request.headers, 'x-amz-security-token': [tokenOf(request), second] } }
}
