import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WebIdentityCaller } from '../../../src/model/index.ts'
import { IdentityContext } from '../../../src/pipeline/authorization/identity-context.ts'
import { FACTS, SOURCE } from '../samples.ts'

const PROVIDER = `arn:aws:iam::${SOURCE}:oidc-provider/idp.example.com`
const CALLER: WebIdentityCaller = {
  kind: 'web-identity',
  account: SOURCE,
  provider: PROVIDER,
  subject: 'me',
  audience: 'client',
  keys: new Map([
    ['idp.example.com:sub', 'me'],
    ['sts:rolesessionname', 'told by the token'],
  ]),
  tags: [{ key: 'Team', value: 'of the token' }],
  transitiveTagKeys: [],
  sourceIdentity: undefined,
}
const CONTEXT = new IdentityContext({
  caller: CALLER,
  facts: FACTS,
  region: 'us-east-1',
  access: {
    action: 'sts:AssumeRoleWithWebIdentity',
    resource: `arn:aws:iam::${SOURCE}:role/Open`,
    context: new Map([['aws:requesttag/team', 'core']]),
  },
  resourceAccount: SOURCE,
  resourcePlace: undefined,
  resourceTags: [{ key: 'Stage', value: 'prod' }],
})

for (const [key, value] of [
  ['idp.example.com:sub', 'me'],
  ['aws:federatedprovider', PROVIDER],
  ['aws:userid', PROVIDER],
  ['aws:principaltype', 'User'],
  ['aws:principalaccount', SOURCE],
  ['aws:principalarn', undefined],
  ['aws:principaltag/team', undefined],
  ['aws:tokenissuetime', undefined],
  ['aws:multifactorauthpresent', undefined],
  ['aws:username', undefined],
  ['aws:principalisawsservice', 'false'],
  ['aws:requesttag/team', 'core'],
  ['aws:resourcetag/stage', 'prod'],
  ['iam:resourcetag/stage', 'prod'],
  ['aws:resourceaccount', SOURCE],
  ['aws:resourceorgid', undefined],
  ['aws:sourceip', '192.0.2.7'],
  ['aws:securetransport', 'true'],
  ['aws:requestedregion', 'us-east-1'],
  ['aws:currenttime', '2026-01-01T12:00:00Z'],
  ['aws:useragent', 'aws-cli/2.0'],
  ['aws:referer', undefined],
  ['__proto__', undefined],
] as const) {
  test(`whom a provider vouches for ${value === undefined ? 'has no' : 'has'} ${key}`, () => {
    assert.equal(CONTEXT.get(key), value)
  })
}
