import { type Arn, InvalidIdentityToken, parseArn } from '../../../model/index.ts'
import { checkSourceIdentity, type SessionMarks, SessionTags } from '../session-marks.ts'

/** What the attributes of an assertion ask for. */
export interface SessionAttributes extends SessionMarks {
  readonly sessionName: string
  /** The longest that the session may last, in seconds; `undefined` when it does not say. */
  readonly longestSeconds: number | undefined
  /** The roles that it is for at this provider. */
  readonly roleArns: readonly string[]
}

type Attributes = ReadonlyMap<string, readonly string[]>

/** How the names of attributes begin that AWS gives a meaning. */
export const ATTRIBUTES = 'https://aws.amazon.com/SAML/Attributes/'
const TAG = `${ATTRIBUTES}PrincipalTag:`
const MOST_ROLES = 1000
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/
const SECONDS = /^[0-9]{1,5}$/
const DURATION = { min: 900, max: 43_200 } as const

/**
 * Reads the attributes that AWS gives a meaning. Their names have case.
 * @param providerArn - roles that are paired with another provider are not for this one
 * @throws {@link InvalidIdentityToken} in AWS's words where it has some
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html
 */
export function readSessionAttributes(attributes: Attributes, providerArn: string): SessionAttributes {
  const tags = new SessionTags(
    () => new InvalidIdentityToken('PrincipalTag in AuthnResponse is not in correct format.'),
  )
  for (const [name, [value, second]] of attributes) {
    if (name.startsWith(TAG)) tags.add(name.slice(TAG.length), second === undefined ? value : undefined)
  }
  return {
    sessionName: sessionNameIn(attributes),
    longestSeconds: longestIn(attributes),
    roleArns: rolePairs(attributes).flatMap((pair) => (pair.providerArn === providerArn ? [pair.roleArn] : [])),
    tags: tags.tags,
    transitiveTagKeys: tags.transitive(attributes.get(`${ATTRIBUTES}TransitiveTagKeys`) ?? []),
    sourceIdentity: checkSourceIdentity(single(attributes, 'SourceIdentity')),
  }
}

/** What an assertion says the session is to be called; one value, where it is right. */
export function sessionNamesIn(attributes: Attributes): readonly string[] {
  return attributes.get(`${ATTRIBUTES}RoleSessionName`) ?? []
}

/** Whether a session may be called so. */
export function isSessionName(name: string): boolean {
  return SESSION_NAME.test(name)
}

function sessionNameIn(attributes: Attributes): string {
  const [name, second] = sessionNamesIn(attributes)
  if (name === undefined || name === '') throw new InvalidIdentityToken('RoleSessionName is required in AuthnResponse')
  if (second !== undefined || !isSessionName(name)) {
    throw new InvalidIdentityToken('RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}')
  }
  return name
}

/** AWS does not say what becomes of a duration that is none: it is refused. */
function longestIn(attributes: Attributes): number | undefined {
  const text = single(attributes, 'SessionDuration')
  if (text === undefined) return undefined
  const seconds = typeof text === 'string' && SECONDS.test(text) ? Number(text) : 0
  if (seconds >= DURATION.min && seconds <= DURATION.max) return seconds
  throw new InvalidIdentityToken(`SessionDuration in AuthnResponse must be ${DURATION.min} to ${DURATION.max} seconds`)
}

/** A role, and the provider by which it is assumed. */
interface RolePair {
  readonly roleArn: string
  readonly providerArn: string
}

/**
 * The pairs of a role and a provider, in either order, that an assertion names: each once, and no more of them than the
 * first thousand. What is no pair is passed over. Where the assertion is not proven, nor is anything of this; where it is,
 * a provider vouches only for the roles that are paired with itself.
 */
export function rolePairs(attributes: Attributes): readonly RolePair[] {
  const pairs = new Map<string, RolePair>()
  for (const value of (attributes.get(`${ATTRIBUTES}Role`) ?? []).slice(0, MOST_ROLES)) {
    const [one = '', other = '', more] = value.split(',', 3).map((part) => part.trim())
    if (more !== undefined) continue
    const [roleArn, providerArn] = roleOf(one) !== undefined ? [one, other] : [other, one]
    const role = roleOf(roleArn)
    const provider = parseArn(providerArn)
    if (role === undefined || provider?.resource.startsWith('saml-provider/') !== true) continue
    // A provider and the roles that trust it are of one account.
    if (role.account !== provider.account) continue
    pairs.set(`${roleArn},${providerArn}`, { roleArn, providerArn })
  }
  return [...pairs.values()]
}

function roleOf(text: string): Arn | undefined {
  const arn = parseArn(text)
  return arn?.resource.startsWith('role/') === true ? arn : undefined
}

/** The only value; `null` where there are several, which is a value for nobody. */
function single(attributes: Attributes, name: string): string | null | undefined {
  const [value, second] = attributes.get(`${ATTRIBUTES}${name}`) ?? []
  return second === undefined ? value : null
}
