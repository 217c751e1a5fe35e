import { z } from 'zod'
import { accountId, parseArn, Violation } from '../../model/index.ts'

/** A way to sign in to the pages at an OpenID Connect provider, and what it may lead to. */
export interface LoginDoor {
  /** As the provider's tokens have it in `iss`, letter by letter. */
  readonly issuer: string
  readonly clientId: string
  /** A file with the client's secret; `undefined` for a client that has none. */
  readonly clientSecretFile?: string | undefined
  readonly scopes: readonly string[]
  /** The ARNs of the only roles that it leads to; none: every role of the accounts that takes the token. */
  readonly roles: readonly string[]
  /** Where roles are looked for, when none are named. */
  readonly accounts: readonly string[]
  /** The claim that role sessions are named by. */
  readonly sessionName: string
}

const MOST_ROLES = 200
const MOST_ACCOUNTS = 100
/** It is part of paths. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/
const NAME_RULE = 'must have as its name up to 32 small letters, digits and dashes: it is part of the address'
/** @see https://www.rfc-editor.org/rfc/rfc6749#section-3.3 */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/
const PRINTABLE = /^[\x21-\x7e]{1,255}$/

const door = z
  .strictObject(
    {
      issuer: said('an issuer, as its tokens have it in iss').refine(
        isIssuer,
        'must be an issuer such as https://idp.example.com, as its tokens have it in iss',
      ),
      clientId: said('the id of a client that is registered at the issuer').regex(
        PRINTABLE,
        'must be the id of a client that is registered at the issuer',
      ),
      clientSecretFile: said('a file').optional(),
      scopes: z
        .array(said('a scope').regex(SCOPE, 'must be a scope, without spaces'), 'must be a list of scopes')
        .refine((scopes) => scopes.includes('openid'), 'must have openid among them')
        .default(['openid']),
      roles: listOf(said('the ARN of a role').refine(isRoleArn, 'must be the ARN of a role'), MOST_ROLES),
      accounts: listOf(
        said('an account').refine(isAccount, 'must be an account of 12 digits, in quotes'),
        MOST_ACCOUNTS,
      ),
      sessionName: said('the name of a claim')
        .regex(PRINTABLE, 'must be the name of a claim, such as email or sub')
        .default('sub'),
    },
    'must be a mapping with keys out of issuer, clientId, clientSecretFile, scopes, roles, accounts, sessionName',
  )
  .refine(({ roles, accounts }) => (roles.length === 0) !== (accounts.length === 0), {
    error: 'needs roles, or accounts to look for them in, and not both: what signing in there leads to',
    when: ({ issues }) => issues.length === 0,
  })

/** The keys that each of them knows. */
export const LOGIN_DOOR_KEYS: readonly string[] = Object.keys(door.shape)

/** Login doors by their names. */
export const loginDoors = z
  .custom<Record<string, z.input<typeof door>>>(isMapping, 'must be a mapping of names to login doors')
  .superRefine((doors, context) => {
    for (const name of Object.keys(doors)) {
      if (!NAME.test(name)) context.addIssue({ code: 'custom', message: NAME_RULE, path: [name], continue: true })
    }
  })
  .pipe(z.record(z.string(), door))

/** Whether an issuer's origin has to be named among the local ones before anything there is asked. */
export function needsLocalIssuer({ issuer }: Pick<LoginDoor, 'issuer'>): string | undefined {
  const url = URL.parse(issuer)
  return url === null || (url.protocol === 'https:' && url.port === '') ? undefined : url.origin
}

/** Compared letter by letter with what tokens say, so nothing is put right. */
function isIssuer(given: string): boolean {
  const url = URL.parse(given)
  if (url === null || !PRINTABLE.test(given) || !/^https?:$/.test(url.protocol)) return false
  return !/[?#@]|\/\.well-known\//.test(given) && given.startsWith(url.origin)
}

function isRoleArn(given: string): boolean {
  const arn = parseArn(given)
  return (
    arn?.service === 'iam' && isAccount(arn.account) && /^role\/[\x21-\x7e]+$/.test(arn.resource) && !/[*?]/.test(given)
  )
}

function isAccount(given: string): boolean {
  return !(accountId(given) instanceof Violation)
}

function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function said(what: string) {
  return z.string(`must be ${what}`).min(1, `must be ${what}`)
}

function listOf(item: z.ZodString, most: number) {
  return z
    .array(item, 'must be a list')
    .max(most, `must be no more than ${most}`)
    .refine((items) => new Set(items).size === items.length, 'must name each once')
    .default([])
}
