import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { lintPolicy, type PolicyKind } from '../../../../src/engines/policy/index.ts'

const ACCOUNT = '111122223333'
const HOST = 'idp.example.com'
const variable = (inside: string) => `$\{${inside}}`

function codesOf(kind: PolicyKind, statement: object, Version = '2012-10-17'): ReadonlySet<string> {
  const text = JSON.stringify({ Version, Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', ...statement } })
  return new Set(lintPolicy(text, { kind, ownAccounts: new Set([ACCOUNT]) }).map(({ code }) => code))
}

const everybody = (Condition: object) => ({ Principal: { AWS: '*' }, Condition })
const oidc = (Condition: object) => ({
  Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${HOST}` },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition,
})
const saml = (Condition: object) => ({
  Principal: { Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/corp` },
  Action: 'sts:AssumeRoleWithSAML',
  Condition,
})
const scheduler = (Condition: object) => ({ Principal: { Service: 'scheduler.amazonaws.com' }, Condition })
const stranger = (Condition: object) => ({ Principal: { AWS: '444455556666' }, Condition })

const AUD = { [`${HOST}:aud`]: 'sts.amazonaws.com' }
const SUB = { [`${HOST}:sub`]: 'u-1' }

/** Conditions that look like a lock and keep nobody out. */
const OPEN: readonly (readonly [code: string, statement: object])[] = [
  ['trust-star', everybody({ ArnLike: { 'aws:PrincipalArn': '*:*:*:*:*:*' } })],
  ['trust-star', everybody({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Admin' } })],
  ['trust-star', everybody({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::11112222333?:role/Admin' } })],
  [
    'trust-star',
    everybody({ ArnEquals: { 'aws:PrincipalArn': [`arn:aws:iam::${ACCOUNT}:root`, 'arn:*:iam::*:root'] } }),
  ],
  ['trust-star', everybody({ StringLike: { 'aws:PrincipalArn': 'arn:*' } })],
  ['trust-star', everybody({ StringLike: { 'aws:PrincipalArn': `*${ACCOUNT}:role/Admin` } })],
  ['trust-star', everybody({ StringEquals: { 'aws:PrincipalArn': variable('aws:PrincipalArn') } })],
  ['trust-star', everybody({ StringEquals: { 'aws:PrincipalArn': variable("aws:PrincipalArn, 'x'") } })],
  [
    'trust-star',
    everybody({ StringEquals: { 'aws:PrincipalArn': `arn:aws:iam::${variable('aws:PrincipalAccount')}:role/Admin` } }),
  ],
  ['trust-star', everybody({ StringLike: { 'aws:PrincipalOrgID': 'o-*' } })],
  ['trust-star', everybody({ StringEquals: { 'aws:PrincipalOrgID': variable('aws:PrincipalOrgID') } })],
  ['trust-star', everybody({ 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-*' } })],
  ['trust-star', everybody({ 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-*/r-root/*' } })],
  ['trust-star', everybody({ StringLike: { 'aws:PrincipalAccount': '????????????' } })],
  ['trust-star', everybody({ StringLike: { 'aws:userid': '*:session' } })],
  ['trust-star', everybody({ StringLike: { 'aws:userid': 'AROA*' } })],
  ['oidc-no-sub', oidc({ StringEquals: AUD, StringNotEquals: SUB })],
  ['oidc-no-sub', oidc({ StringEquals: AUD, StringNotEquals: { [`${HOST}:tenant_id`]: '1' } })],
  ['oidc-no-sub', oidc({ StringEquals: AUD, StringLike: { [`${HOST}:sub`]: '*' } })],
  ['oidc-no-sub', oidc({ StringEquals: { ...AUD, [`${HOST}:sub`]: variable(`${HOST}:sub`) } })],
  ['oidc-no-aud', oidc({ StringEquals: SUB, StringNotEquals: AUD })],
  ['oidc-no-aud', oidc({ StringEquals: SUB, StringLike: { [`${HOST}:aud`]: '*' } })],
  ['saml-no-aud', saml({ StringLike: { 'SAML:aud': '*' } })],
  ['saml-no-aud', saml({ StringLike: { 'SAML:aud': '?*' } })],
  ['trust-service-no-source', scheduler({ StringLike: { 'aws:SourceAccount': '*' } })],
  ['trust-service-no-source', scheduler({ ArnLike: { 'aws:SourceArn': 'arn:aws:scheduler:*:*:schedule/*' } })],
  ['trust-third-party-no-externalid', stranger({ StringLike: { 'sts:ExternalId': '*' } })],
  ['trust-third-party-no-externalid', stranger({ StringLike: { 'aws:PrincipalOrgID': 'o-*' } })],
]

/** Conditions beside them that do keep strangers out. */
const PINNED: readonly (readonly [code: string, statement: object, version?: string])[] = [
  ['trust-star', everybody({ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/*` } })],
  ['trust-star', everybody({ ArnLike: { 'aws:PrincipalArn': `arn:*:iam::${ACCOUNT}:role/Admin` } })],
  ['trust-star', everybody({ StringLike: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:*` } })],
  [
    'trust-star',
    everybody({ StringEquals: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:user/${variable('aws:username')}` } }),
  ],
  ['trust-star', everybody({ StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3' } })],
  ['trust-star', everybody({ 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-a1b2c3/r-root/*' } })],
  ['trust-star', everybody({ StringEquals: { 'aws:PrincipalAccount': [ACCOUNT, '444455556666'] } })],
  ['trust-star', everybody({ StringLike: { 'aws:userid': 'AROAEXAMPLEID:*' } })],
  ['trust-star', everybody({ StringEquals: { 'aws:userid': `AROAEXAMPLEID:${variable('*')}` } })],
  // Without variables the text stands for itself, and nobody is called that.
  ['trust-star', everybody({ StringEquals: { 'aws:PrincipalArn': variable('aws:PrincipalArn') } }), '2008-10-17'],
  ['oidc-no-sub', oidc({ StringEquals: { ...AUD, ...SUB } })],
  ['oidc-no-sub', oidc({ StringEquals: AUD, StringLike: { [`${HOST}:sub`]: 'team/*' } })],
  ['oidc-no-aud', oidc({ StringEquals: { ...AUD, ...SUB } })],
  ['saml-no-aud', saml({ StringLike: { 'SAML:aud': 'https://*.signin.aws.amazon.com/saml' } })],
  ['trust-service-no-source', scheduler({ ArnLike: { 'aws:SourceArn': `arn:aws:scheduler:*:${ACCOUNT}:schedule/*` } })],
  ['trust-service-no-source', scheduler({ ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::releases' } })],
  ['trust-service-no-source', scheduler({ ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::releases*' } })],
  ['trust-third-party-no-externalid', stranger({ StringEquals: { 'sts:ExternalId': 'Customer-7731' } })],
]

describe('a condition that keeps nobody out is no condition', () => {
  for (const [code, statement] of OPEN) {
    test(`${code}: ${JSON.stringify(statement)}`, () => assert.ok(codesOf('trust', statement).has(code)))
  }
})

describe('a condition that says who is meant is taken for one', () => {
  for (const [code, statement, version] of PINNED) {
    test(`${code}: ${JSON.stringify(statement)}`, () => assert.ok(!codesOf('trust', statement, version).has(code)))
  }
})

test('a service that comes on behalf of any account is one that was not asked', () => {
  const bucket = { ...scheduler({ StringLike: { 'aws:SourceAccount': '*' } }), Action: 's3:*', Resource: '*' }
  assert.ok(codesOf('resource', bucket).has('RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL'))
})
