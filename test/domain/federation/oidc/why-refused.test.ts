import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { type TrustedIssuer, WebIdentities } from '../../../../src/domain/federation/index.ts'
import { epochMillis, Fault, type ProofCheck } from '../../../../src/model/index.ts'
import { type IssuerKey, issuerKey, signed } from '../../../fake-issuer.ts'

const NOW_S = 1_800_000_000
const ROLE = 'arn:aws:iam::111111111111:role/Deployer'
const ISSUER = 'https://idp.example.com'
const CLAIMS = { iss: ISSUER, sub: 'alice', aud: 'client', iat: NOW_S, exp: NOW_S + 300 }
const wait = (load: Promise<void>): Promise<void> => load

const identities = new WebIdentities({
  clock: { now: () => epochMillis(NOW_S * 1000) },
  outbound: {
    get() {
      throw new Error('nothing is fetched for a provider that brought its keys')
    },
  },
})
let key: IssuerKey
let stranger: IssuerKey
let issuer: TrustedIssuer
before(async () => {
  key = await issuerKey('first')
  stranger = await issuerKey('first')
  issuer = {
    arn: 'arn:aws:iam::111111111111:oidc-provider/idp.example.com',
    url: 'idp.example.com',
    issuer: ISSUER,
    clientIds: ['client'],
    createdAt: epochMillis(0),
    jwks: JSON.stringify({ keys: [key.jwk] }),
  }
})

async function whyRefused(token: string): Promise<readonly ProofCheck[]> {
  const read = identities.read(token)
  const fault: unknown = await identities.verify(read, issuer, ROLE, wait).catch((error: unknown) => error)
  assert.ok(fault instanceof Fault)
  return identities.whyRefused(read, issuer, ROLE, fault)()
}

describe('the check that a token was refused by is the first that is told not to hold', () => {
  for (const [check, rule, token] of [
    ['purpose', 'signed to be shown elsewhere', () => signed({ ...CLAIMS, 'https://sts.amazonaws.com/': {} }, key)],
    ['audience', 'another audience', () => signed({ ...CLAIMS, aud: 'other' }, key)],
    ['audience', 'another audience, and forged', () => signed({ ...CLAIMS, aud: 'other' }, stranger)],
    ['key', 'an unknown key', () => signed(CLAIMS, key, { kid: 'other' })],
    ['key', 'an unknown key, and expired', () => signed({ ...CLAIMS, exp: 1 }, key, { kid: 'other' })],
    ['signature', 'a forged signature', () => signed(CLAIMS, stranger)],
    ['signature', 'a forged signature, and expired', () => signed({ ...CLAIMS, exp: 1 }, stranger)],
    ['times', 'expired', () => signed({ ...CLAIMS, iat: 1, exp: 2 }, key)],
    ['times', 'too old', () => signed({ ...CLAIMS, iat: NOW_S - 100_000 }, key)],
    ['times', 'of the future', () => signed({ ...CLAIMS, iat: NOW_S + 301 }, key)],
    ['tags', 'tags that are none', () => signed({ ...CLAIMS, 'https://aws.amazon.com/tags': 1 }, key)],
    ['tags', 'methods that are none', () => signed({ ...CLAIMS, amr: [1] }, key)],
    ['roles', 'another role', () => signed({ ...CLAIMS, 'https://aws.amazon.com/roles': `${ROLE}2` }, key)],
  ] as const) {
    test(rule, async () => {
      const text = await token()
      const checks = await whyRefused(text)
      assert.equal(checks.find(({ outcome }) => outcome === 'no')?.check, check)
      assert.ok(checks.every(({ outcome, changes }) => (outcome === 'no') === changes.length > 0))
      assert.ok(!JSON.stringify(checks).includes(text.split('.')[1] ?? ''), 'nothing of the token is repeated')
    })
  }

  test('nothing is said of a key that nobody looked for', async () => {
    const checks = await whyRefused(await signed({ ...CLAIMS, aud: 'other' }, stranger))
    assert.deepEqual(
      checks.filter(({ outcome }) => outcome === 'unknown').map(({ check }) => check),
      ['key', 'signature'],
    )
  })
})
