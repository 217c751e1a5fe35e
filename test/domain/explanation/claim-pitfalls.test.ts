import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { claimPitfalls } from '../../../src/domain/explanation/index.ts'
import { compilePolicy, explain, parsePolicy } from '../../../src/engines/policy/index.ts'

const GITHUB = 'token.actions.githubusercontent.com'
const ARN = 'arn:aws:iam::111111111111:oidc-provider/'
const ROLE = 'arn:aws:iam::111111111111:role/Deployer'

/** What is said of one condition, where a token has these values. */
function pitfalls(url: string, Condition: object, keys: Record<string, string | readonly string[]>): string {
  const provider = `${ARN}${url}`
  const action = 'sts:AssumeRoleWithWebIdentity'
  const statement = { Effect: 'Allow', Principal: { Federated: provider }, Action: action, Condition }
  const document = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statement }))
  const { layers } = explain(
    { identity: [], resource: compilePolicy(document, { kind: 'trust', name: 'trust' }) },
    {
      principal: { kind: 'webIdentity', provider },
      action,
      resource: ROLE,
      resourceAccount: '111111111111',
      context: new Map(Object.entries(keys).map(([key, value]) => [`${url}:${key}`.toLowerCase(), value])),
    },
  )
  return claimPitfalls(layers, provider).join('; ')
}

describe('what is often the matter with a trust policy is named', () => {
  for (const [rule, asked, has, says] of [
    ['numbers in the subject', 'repo:org/app:*', 'repo:org@1/app@2:ref:refs/heads/main', /numbers of owner/],
    ['no numbers in the subject', 'repo:org@1/app@2:*', 'repo:org/app:ref:refs/heads/main', /have no numbers/],
    ['an environment', 'repo:org/app:ref:refs/heads/main', 'repo:org/app:environment:prod', /environment has that/],
    ['a pull request', 'repo:org/app:ref:refs/heads/main', 'repo:org/app:pull_request', /writes pull_request here/],
    ['a tag', 'repo:org/app:ref:refs/heads/*', 'repo:org/app:ref:refs/tags/v1', /writes ref:refs\/tags here/],
    ['a template', 'repo:org/app:*', 'repository_id:5', /a template/],
    ['no form of a subject', 'org/app', 'repo:org/app:pull_request', /are like repo:OWNER/],
    ['capitals', 'repo:Org/app:pull_request', 'repo:org/app:pull_request', /are not the same: capitals/],
  ] as const) {
    test(`GitHub: ${rule}`, () => {
      assert.match(pitfalls(GITHUB, { StringLike: { [`${GITHUB}:sub`]: asked } }, { sub: has }), says)
    })
  }

  test('GitHub: another branch of the same repository is no pitfall', () => {
    const condition = { StringLike: { [`${GITHUB}:sub`]: 'repo:org/app:ref:refs/heads/main' } }
    assert.equal(pitfalls(GITHUB, condition, { sub: 'repo:org/app:ref:refs/heads/dev' }), '')
  })
  test('a wildcard where there are none', () => {
    const condition = { StringEquals: { [`${GITHUB}:sub`]: 'repo:org/app:*' } }
    assert.match(pitfalls(GITHUB, condition, { sub: 'repo:org/app:pull_request' }), /letter by letter.*StringLike/)
  })
  test('a key of another provider, such as one without the slash', () => {
    const condition = { StringEquals: { 'org.auth0.com:sub': 'auth0|1' } }
    assert.match(pitfalls('org.auth0.com/', condition, { sub: 'auth0|1' }), /begin with org\.auth0\.com\/:/)
  })
  test('a list that is compared as one value', () => {
    const condition = { StringEquals: { 'idp.example.com:amr': 'mfa' } }
    assert.match(pitfalls('idp.example.com', condition, { amr: ['mfa', 'pwd'] }), /ForAnyValue:StringEquals/)
  })
  test('a slash at the end of a value', () => {
    const condition = { StringEquals: { 'idp.example.com:aud': 'https://app/' } }
    assert.match(pitfalls('idp.example.com', condition, { aud: 'https://app' }), /slash at the end count/)
  })
  test('nothing is said of callers who are no identity of a provider', () => {
    assert.deepEqual(claimPitfalls([], 'arn:aws:iam::111111111111:user/alice'), [])
  })
})
