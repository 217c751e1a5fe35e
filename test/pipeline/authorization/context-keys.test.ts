import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CONDITION_KEYS } from '../../../src/engines/policy/condition-keys.ts'
import {
  type AccountCaller,
  epochMillis,
  type FederatedCaller,
  PLAIN_TERMS,
  type RoleCaller,
  type RootCaller,
  type Session,
  type SessionHolder,
  type SessionTerms,
  type UserCaller,
} from '../../../src/model/index.ts'
import { AccessContext } from '../../../src/pipeline/authorization/context.ts'
import { aliceAs, FACTS, ROOT, SOURCE, sessionIn, TARGET } from '../samples.ts'

const ISSUED = epochMillis(Date.UTC(2026, 0, 1, 11, 30, 0, 987))
/** A code that came with the request. */
const CODE = { deviceId: 'device', step: 1, provenAt: FACTS.now }
const PROVIDER = `arn:aws:iam::${SOURCE}:oidc-provider/idp.example.com`

function session(holder: SessionHolder, terms: Partial<SessionTerms> = {}): Session {
  return {
    id: 'c2Vzc2lvbg',
    accessKeyId: 'ASIASESSION',
    account: SOURCE,
    holder,
    issuedAt: ISSUED,
    expiresAt: epochMillis(ISSUED + 3_600_000),
    terms: { ...PLAIN_TERMS, ...terms },
  }
}

const ROOT_HOLDER = { kind: 'root' } as const
const USER_HOLDER = { kind: 'user', userName: 'alice', userId: 'AIDAALICE' } as const
const user = (terms?: Partial<SessionTerms>): UserCaller => ({ ...aliceAs(), session: session(USER_HOLDER, terms) })
const role = (terms: Partial<SessionTerms> = {}, tags = sessionIn(SOURCE).tags): RoleCaller => {
  const plain = sessionIn(SOURCE)
  return { ...plain, tags, session: { ...plain.session, terms: { ...PLAIN_TERMS, ...terms } } }
}
const FEDERATED = `arn:aws:sts::${SOURCE}:federated-user/fred`

/** Whoever can ask, by the credential that they sign with. */
const CALLERS = {
  'root, long-term': ROOT,
  'root, GetSessionToken': { ...ROOT, session: session(ROOT_HOLDER) } satisfies RootCaller,
  'user, long-term': aliceAs(),
  'user, GetSessionToken': user(),
  'user, GetSessionToken with MFA': user({ mfaAt: ISSUED }),
  'user, code, long-term': { ...aliceAs(), oneTimeCode: CODE } satisfies UserCaller,
  'user, code, GetSessionToken': { ...user(), oneTimeCode: CODE } satisfies UserCaller,
  'user, code, GetSessionToken with MFA': { ...user({ mfaAt: ISSUED }), oneTimeCode: CODE } satisfies UserCaller,
  'role, AssumeRole': role(),
  'role, marked': role({ sourceIdentity: 'alice.real' }, [{ key: 'Stage', value: 'test' }]),
  'role, web identity': role({
    carriedKeys: {
      'aws:federatedprovider': PROVIDER,
      'idp.example.com:sub': 'me',
      'idp.example.com:amr': ['pwd', 'otp'],
    },
  }),
  'role, SAML': role({
    carriedKeys: { 'aws:federatedprovider': 'saml', 'saml:sub': 'me', 'saml:sub_type': 'persistent' },
  }),
  'role, instance': role({
    carriedKeys: {
      'ec2:roledelivery': '2.0',
      'ec2:sourceinstancearn': 'arn:aws:ec2:us-east-1:111111111111:instance/i-0123456789abcdef0',
      'aws:ec2instancesourcevpc': 'vpc-1',
    },
  }),
  'federated user': {
    kind: 'federated-user',
    account: SOURCE,
    arn: FEDERATED,
    principalArn: FEDERATED,
    userId: `${SOURCE}:fred`,
    accessKeyId: 'ASIASESSION',
    tags: [{ key: 'Team', value: 'core' }],
    session: session({ kind: 'federated-user', name: 'fred', issuer: USER_HOLDER }),
    issuer: { arn: aliceAs().arn, userName: 'alice', uniqueId: 'AIDAALICE' },
  } satisfies FederatedCaller,
} as const satisfies Record<string, AccountCaller>

type Kind = keyof typeof CALLERS
type Value = string | readonly string[]
const KINDS = Object.keys(CALLERS).filter((kind): kind is Kind => kind in CALLERS)

const ALWAYS = KINDS
const TEMPORARY = KINDS.filter((kind) => !kind.endsWith('long-term'))
const ROLES = KINDS.filter((kind) => kind.startsWith('role'))
const each = (kinds: readonly Kind[], value: Value): Partial<Record<Kind, Value>> =>
  Object.fromEntries(kinds.map((kind) => [kind, value]))
const WITH_CODE = KINDS.filter((kind) => kind.startsWith('user, code'))
const USERS = KINDS.filter((kind) => kind.startsWith('user'))
const ROOTS = ['root, long-term', 'root, GetSessionToken'] as const

/** The value of a key for each caller; those who are not listed do not carry the key. */
const PRESENCE: Readonly<Record<string, Partial<Record<Kind, Value>>>> = {
  'aws:CurrentTime': each(ALWAYS, '2026-01-01T12:00:00Z'),
  'aws:EpochTime': each(ALWAYS, '1767268800'),
  'aws:SecureTransport': each(ALWAYS, 'true'),
  'aws:SourceIp': each(ALWAYS, '192.0.2.7'),
  'aws:UserAgent': each(ALWAYS, 'aws-cli/2.0'),
  'aws:Referer': each(ALWAYS, 'https://console.example.com/'),
  'aws:RequestedRegion': each(ALWAYS, 'eu-central-1'),
  'aws:ViaAWSService': each(ALWAYS, 'false'),
  'aws:PrincipalIsAWSService': each(ALWAYS, 'false'),
  'aws:PrincipalAccount': each(ALWAYS, SOURCE),
  'aws:ResourceAccount': each(ALWAYS, TARGET),
  'aws:PrincipalArn': {
    ...each(ROOTS, `arn:aws:iam::${SOURCE}:root`),
    ...each(USERS, `arn:aws:iam::${SOURCE}:user/team/alice`),
    ...each(ROLES, `arn:aws:iam::${SOURCE}:role/team/Deployer`),
    'federated user': FEDERATED,
  },
  'aws:PrincipalType': {
    ...each(ROOTS, 'Account'),
    ...each(USERS, 'User'),
    ...each(ROLES, 'AssumedRole'),
    'federated user': 'FederatedUser',
  },
  'aws:userid': {
    ...each(ROOTS, SOURCE),
    ...each(USERS, 'AIDAALICE'),
    ...each(ROLES, 'AROADEPLOYER:ci'),
    'federated user': `${SOURCE}:fred`,
  },
  'aws:username': each(USERS, 'alice'),
  'aws:TokenIssueTime': each(TEMPORARY, '2026-01-01T11:30:00Z'),
  'aws:MultiFactorAuthPresent': {
    ...each(TEMPORARY, 'false'),
    ...each(WITH_CODE, 'true'),
    'user, GetSessionToken with MFA': 'true',
  },
  'aws:MultiFactorAuthAge': { ...each(WITH_CODE, '0'), 'user, GetSessionToken with MFA': '1800' },
  'aws:SourceIdentity': { 'role, marked': 'alice.real' },
  'aws:FederatedProvider': { 'role, web identity': PROVIDER, 'role, SAML': 'saml' },
  'aws:PrincipalTag/Team': { ...each(USERS, 'core'), 'federated user': 'core' },
  'aws:PrincipalTag/stage': { ...each(ROLES, 'prod'), 'role, marked': 'test' },
  'aws:ResourceTag/Owner': each(ALWAYS, 'ops'),
  'iam:ResourceTag/OWNER': each(ALWAYS, 'ops'),
  'aws:PrincipalOrgID': each(ALWAYS, 'o-source'),
  'aws:PrincipalOrgPaths': each(ALWAYS, ['o-source/r-root/']),
  'aws:ResourceOrgID': each(ALWAYS, 'o-target'),
  'aws:ResourceOrgPaths': each(ALWAYS, ['o-target/r-root/ou-1/']),
  'idp.example.com:sub': { 'role, web identity': 'me' },
  'idp.example.com:amr': { 'role, web identity': ['pwd', 'otp'] },
  'saml:sub': { 'role, SAML': 'me' },
  'saml:sub_type': { 'role, SAML': 'persistent' },
  'saml:namequalifier': {},
  'ec2:RoleDelivery': { 'role, instance': '2.0' },
  'ec2:SourceInstanceArn': { 'role, instance': 'arn:aws:ec2:us-east-1:111111111111:instance/i-0123456789abcdef0' },
  'aws:Ec2InstanceSourceVpc': { 'role, instance': 'vpc-1' },
  'aws:Ec2InstanceSourcePrivateIPv4': {},
  // What only the operation knows.
  'aws:RequestTag/Cost': each(ALWAYS, 'low'),
  'aws:TagKeys': each(ALWAYS, ['Cost']),
  'sts:ExternalId': each(ALWAYS, 'our-id'),
}

/** The keys that no request to this broker carries, and why. */
const NEVER: Readonly<Record<string, readonly string[]>> = {
  'no service calls as itself or for a resource': [
    'aws:PrincipalServiceName',
    'aws:PrincipalServiceNamesList',
    'aws:SourceAccount',
    'aws:SourceArn',
    'aws:SourceOrgID',
    'aws:SourceOrgPaths',
    'aws:CalledVia',
    'aws:CalledViaFirst',
    'aws:CalledViaLast',
    'aws:CalledViaAWSMCP',
    'aws:ViaAWSMCPService',
    'aws:IsMcpServiceAction',
    'aws:ChatbotSourceArn',
    'glue:CredentialIssuingService',
    'glue:RoleAssumedBy',
    'identitystore:UserId',
    'lambda:SourceFunctionArn',
    'ssm:SourceInstanceArn',
  ],
  'there are no VPC endpoints': [
    'aws:SourceVpc',
    'aws:SourceVpcArn',
    'aws:SourceVpce',
    'aws:VpcSourceIp',
    'aws:VpceAccount',
    'aws:VpceOrgID',
    'aws:VpceOrgPaths',
  ],
  'no operation that would set it is offered': [
    'aws:AssumedRoot',
    'sts:AWSServiceName',
    'sts:TaskPolicyArn',
    'sts:RequestContext/',
    'sts:RequestContextProviders',
  ],
}

/** The keys that operations put beside their access: each is tested where the operation is. */
const OF_OPERATIONS = /^(?:sts|saml):/

const OPERATION_CONTEXT = new Map<string, Value>([
  ['aws:requesttag/cost', 'low'],
  ['aws:tagkeys', ['Cost']],
  ['sts:externalid', 'our-id'],
])

function contextOf(caller: AccountCaller): AccessContext {
  return new AccessContext({
    caller,
    facts: { ...FACTS, referer: 'https://console.example.com/' },
    region: 'eu-central-1',
    access: { action: 'sts:AssumeRole', resource: '*', context: OPERATION_CONTEXT },
    resourceAccount: TARGET,
    resourceTags: [{ key: 'owner', value: 'ops' }],
    place: { organizationId: 'o-source', path: 'o-source/r-root/', scp: undefined, rcp: undefined },
    resourcePlace: { organizationId: 'o-target', path: 'o-target/r-root/ou-1/', scp: undefined, rcp: undefined },
  })
}

describe('a condition key is there for', () => {
  for (const [key, expected] of Object.entries(PRESENCE)) {
    for (const kind of KINDS) {
      const value = expected[kind]
      test(`${kind}: ${key} ${value === undefined ? 'is absent' : `is ${JSON.stringify(value)}`}`, () => {
        assert.deepEqual(contextOf(CALLERS[kind]).get(key.toLowerCase()), value)
      })
    }
  }
})

test('a key that no request carries is absent', () => {
  for (const key of Object.values(NEVER).flat()) {
    for (const kind of KINDS) assert.equal(contextOf(CALLERS[kind]).get(key.toLowerCase()), undefined, key)
  }
})

test('what every object has is no condition key', () => {
  for (const key of ['__proto__', 'constructor', 'tostring', 'hasownproperty']) {
    for (const kind of KINDS) assert.equal(contextOf(CALLERS[kind]).get(key), undefined, key)
  }
})

test('a session carries no key that caller, request and resource settle', () => {
  const caller = role({
    carriedKeys: { 'aws:principalaccount': TARGET, 'aws:username': 'root', 'sts:externalid': 'x' },
  })
  const context = contextOf(caller)
  assert.deepEqual(
    ['aws:principalaccount', 'aws:username', 'sts:externalid'].map((key) => context.get(key)),
    [SOURCE, undefined, 'our-id'],
  )
})

test('every key that AWS documents is accounted for', () => {
  const known = new Set([
    ...Object.keys(PRESENCE).map((key) => key.replace(/\/.*/, '/')),
    ...Object.values(NEVER).flat(),
  ])
  const forgotten = CONDITION_KEYS.filter(({ name }) => !known.has(name) && !OF_OPERATIONS.test(name))
  assert.deepEqual(
    forgotten.map(({ name }) => name),
    [],
  )
})
