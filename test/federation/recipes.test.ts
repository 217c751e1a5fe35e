import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { JWTPayload } from 'jose'
import { builtInIssuer, WebIdentities } from '../../src/domain/federation/index.ts'
import { compilePolicy, decide, parsePolicy } from '../../src/engines/policy/index.ts'
import { Fault } from '../../src/model/index.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { startTestBroker, type TestBroker } from '../../src/testing/index.ts'
import { type IssuerKey, issuerKey, signed } from '../fake-issuer.ts'
import { formPost, send } from '../wire/wire-client.ts'
import { type Recipe, readIndex, readRecipes } from './recipe.ts'

const ACTION = 'sts:AssumeRoleWithWebIdentity'

/** What whoever sends a token is told: `taken`, or code and message. */
type Judge = (token: string) => Promise<string>

function roleOf({ directory: { Accounts } }: Recipe): string {
  return `arn:aws:iam::${Accounts[0].Id}:role/${Accounts[0].Roles[0].RoleName}`
}

/** The broker, with the directory file of the page; its issuers' keys are given, so that nobody is asked. */
async function byBroker(
  recipe: Recipe,
  { jwk }: IssuerKey,
): Promise<{ readonly judge: Judge; readonly broker: TestBroker }> {
  const [account] = recipe.directory.Accounts
  const OIDCProviders = (account.OIDCProviders ?? []).map((each) => ({ ...each, Jwks: { keys: [jwk] } }))
  const broker = await startTestBroker({ directory: { Accounts: [{ ...account, OIDCProviders }] } })
  const { host } = new URL(broker.endpoint)
  const judge: Judge = async (WebIdentityToken) => {
    const { status, fault, body } = await send(
      broker.endpoint,
      formPost(host, {
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: roleOf(recipe),
        RoleSessionName: 'recipe',
        WebIdentityToken,
      }),
    )
    assert.ok(status === 200 || fault !== undefined, body)
    return status === 200 ? 'taken' : `${fault?.code}: ${fault?.message}`
  }
  return { judge, broker }
}

/** The same parts without a broker, for an issuer that AWS knows: its keys would be fetched from where it really is. */
function byParts(recipe: Recipe, url: string, { jwk }: IssuerKey): Judge {
  const issuer = builtInIssuer(url)
  assert.ok(issuer)
  const documents = new Map<string, object>([
    [`https://${url}/.well-known/openid-configuration`, { issuer: `https://${url}`, jwks_uri: `https://${url}/keys` }],
    [`https://${url}/keys`, { keys: [jwk] }],
  ])
  const identities = new WebIdentities({
    clock: systemClock,
    outbound: {
      get: async (asked) => ({ body: Buffer.from(JSON.stringify(documents.get(asked.url))), cacheControl: undefined }),
    },
  })
  const resource = roleOf(recipe)
  const document = JSON.stringify(recipe.directory.Accounts[0].Roles[0].AssumeRolePolicyDocument)
  const trust = compilePolicy(parsePolicy(document), { kind: 'trust', name: 'recipe' })
  return async (token) => {
    try {
      const read = identities.read(token)
      assert.equal(read.claims.issuer.replace('https://', ''), url)
      const { keys: context } = await identities.verify(read, issuer, resource, (load) => load)
      const principal = { kind: 'webIdentity', provider: url } as const
      const request = { principal, action: ACTION, resource, resourceAccount: '111111111111', context }
      return decide({ identity: [], resource: trust }, request).outcome === 'allowed' ? 'taken' : 'AccessDenied'
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return `${error.code}: ${error.message}`
    }
  }
}

describe('recipes', () => {
  const recipes = readRecipes()
  let key: IssuerKey
  before(async () => {
    key = await issuerKey('recipe')
  })

  test('every one stands in the index', () => {
    assert.equal(recipes.length, 9)
    for (const { name } of recipes) assert.ok(readIndex().includes(`[${name}](${name}.md)`), name)
  })

  for (const recipe of recipes) {
    const [{ OIDCProviders = [] }] = recipe.directory.Accounts
    describe(recipe.name, () => {
      let judge: Judge
      let broker: TestBroker | undefined
      before(async () => {
        if (OIDCProviders.length === 0) judge = byParts(recipe, 'accounts.google.com', key)
        else ({ judge, broker } = await byBroker(recipe, key))
      })
      after(() => broker?.stop())

      test('its command makes the provider of its directory file', () => {
        const [provider] = OIDCProviders
        const expected =
          provider &&
          `aws iam create-open-id-connect-provider --url ${provider.Url} --client-id-list ${provider.ClientIdList.join(' ')}\n`
        assert.equal(recipe.command, expected)
      })

      test('it shows a token that is taken, and three at least that are not', () => {
        assert.equal(recipe.rows[0]?.answer, 'taken')
        assert.ok(recipe.rows.filter(({ answer }) => answer !== 'taken').length >= 3)
      })

      for (const { token, over, answer } of recipe.rows) {
        test(`${token}: ${answer}`, async () => {
          const now = Math.floor(Date.now() / 1000)
          const claims: JWTPayload = { iat: now, exp: now + 300, ...recipe.claims, ...over }
          const sent = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null))
          const told = await judge(await signed(sent, key))
          assert.ok(told.startsWith(answer), told)
        })
      }
    })
  }
})
