/** Attributes of eduPerson and eduOrg, by the last number of their names. @see https://oid-base.com/get/1.3.6.1.4.1.5923 */
const PERSON = 'urn:oid:1.3.6.1.4.1.5923.1.1.1.'
const ORGANIZATION = 'urn:oid:1.3.6.1.4.1.5923.1.2.1.'
const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/'

/** Which condition key an attribute becomes, and whether that has one value or many. */
interface AttributeKey {
  readonly key: string
  readonly isList: boolean
}

/**
 * The attributes of directories that AWS makes condition keys of, by their names.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-saml
 */
const KEYS: ReadonlyMap<string, AttributeKey> = new Map<string, AttributeKey>([
  [`${PERSON}1`, list('edupersonaffiliation')],
  [`${PERSON}2`, list('edupersonnickname')],
  [`${PERSON}3`, single('edupersonorgdn')],
  [`${PERSON}4`, list('edupersonorgunitdn')],
  [`${PERSON}5`, single('edupersonprimaryaffiliation')],
  [`${PERSON}6`, single('edupersonprincipalname')],
  [`${PERSON}7`, list('edupersonentitlement')],
  [`${PERSON}8`, single('edupersonprimaryorgunitdn')],
  [`${PERSON}9`, list('edupersonscopedaffiliation')],
  [`${PERSON}10`, list('edupersontargetedid')],
  [`${PERSON}11`, list('edupersonassurance')],
  [`${ORGANIZATION}2`, list('eduorghomepageuri')],
  [`${ORGANIZATION}3`, list('eduorgidentityauthnpolicyuri')],
  [`${ORGANIZATION}4`, list('eduorglegalname')],
  [`${ORGANIZATION}5`, list('eduorgsuperioruri')],
  [`${ORGANIZATION}6`, list('eduorgwhitepagesuri')],
  ['urn:oid:2.5.4.3', list('cn')],
  [`${CLAIMS}name`, single('name')],
  ['http://schemas.xmlsoap.org/claims/CommonName', single('commonname')],
  [`${CLAIMS}givenname`, single('givenname')],
  [`${CLAIMS}surname`, single('surname')],
  [`${CLAIMS}emailaddress`, single('mail')],
  // One of AWS's tables says saml:uid of it.
  ['http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid', single('primarygroupsid')],
  ['2.5.4.3', single('commonname')],
  ['2.5.4.4', single('surname')],
  ['2.4.5.42', single('givenname')],
  ['2.5.4.45', single('x500uniqueidentifier')],
  ['0.9.2342.19200300100.1.1', single('uid')],
  ['0.9.2342.19200300100.1.3', single('mail')],
  ['0.9.2342.19200300.100.1.45', single('organizationstatus')],
])
/** In characters: conditions compare it, and it may stand in an explanation. */
const LONGEST = 1024
const MOST_VALUES = 100
const KEY_PREFIX = 'saml:'
const OID = 'urn:oid:'

/** The attributes of directories that metadata asks for: those whose names are URIs, with their condition keys. */
export function directoryAttributes(): readonly { readonly name: string; readonly friendlyName: string }[] {
  return [...KEYS]
    .filter(([name]) => name.startsWith(OID))
    .map(([name, { key }]) => ({ name, friendlyName: key.slice(KEY_PREFIX.length) }))
}

/** The condition keys that attributes stand for, in lower case. Of attributes that stand for one key the first counts. */
export function keysOfAttributes(
  attributes: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, string | readonly string[]> {
  const keys = new Map<string, string | readonly string[]>()
  for (const [name, all] of attributes) {
    const known = KEYS.get(name)
    if (known === undefined || keys.has(known.key)) continue
    const values = all.filter(({ length }) => length <= LONGEST)
    const [first] = values
    if (first !== undefined) keys.set(known.key, known.isList ? values.slice(0, MOST_VALUES) : first)
  }
  return keys
}

function list(name: string): AttributeKey {
  return { key: `saml:${name}`, isList: true }
}

function single(name: string): AttributeKey {
  return { key: `saml:${name}`, isList: false }
}
