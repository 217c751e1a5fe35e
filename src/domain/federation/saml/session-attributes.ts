import { InvalidIdentityToken, parseArn } from '../../../model/index.ts'
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

const PREFIX = 'https://aws.amazon.com/SAML/Attributes/'
const TAG = `${PREFIX}PrincipalTag:`
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
    roleArns: rolesIn(attributes, providerArn),
    tags: tags.tags,
    transitiveTagKeys: tags.transitive(attributes.get(`${PREFIX}TransitiveTagKeys`) ?? []),
    sourceIdentity: checkSourceIdentity(single(attributes, 'SourceIdentity')),
  }
}

function sessionNameIn(attributes: Attributes): string {
  const values = attributes.get(`${PREFIX}RoleSessionName`) ?? []
  const [name, second] = values
  if (name === undefined || name === '') throw new InvalidIdentityToken('RoleSessionName is required in AuthnResponse')
  if (second !== undefined || !SESSION_NAME.test(name)) {
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

/** Pairs of a role and a provider in either order; what is none is passed over. */
function rolesIn(attributes: Attributes, providerArn: string): readonly string[] {
  const roles: string[] = []
  for (const value of (attributes.get(`${PREFIX}Role`) ?? []).slice(0, MOST_ROLES)) {
    const [one = '', other = '', more] = value.split(',', 3).map((part) => part.trim())
    if (more !== undefined) continue
    const role = one === providerArn ? other : other === providerArn ? one : ''
    if (parseArn(role)?.resource.startsWith('role/') === true) roles.push(role)
  }
  return roles
}

/** The only value; `null` where there are several, which is a value for nobody. */
function single(attributes: Attributes, name: string): string | null | undefined {
  const [value, second] = attributes.get(`${PREFIX}${name}`) ?? []
  return second === undefined ? value : null
}
