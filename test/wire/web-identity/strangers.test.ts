import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestBroker, type TestBroker } from '../../../src/testing/index.ts'
import { type IssuerKey, issuerKey, signed } from '../../fake-issuer.ts'
import { SOURCE, TARGET } from '../cast.ts'
import { formPost, type Params, send, type WireAnswer } from '../wire-client.ts'
import { AIR_GAPPED, CLIENT, role, roleArn, trusting } from './setting.ts'

const ARN = `arn:aws:iam::${SOURCE}:oidc-provider/${AIR_GAPPED}`
const RATE = 3

describe('whoever has a token that everybody can have', () => {
  let key: IssuerKey
  before(async () => {
    key = await issuerKey('k')
  })

  const started = () =>
    startTestBroker({
      limits: { requestsPerSecond: RATE },
      directory: {
        Accounts: [
          {
            Id: SOURCE,
            Users: [{ UserName: 'alice', AccessKeys: [{}] }],
            OIDCProviders: [{ Url: `https://${AIR_GAPPED}`, ClientIdList: [CLIENT], Jwks: { keys: [key.jwk] } }],
            Roles: [role('Ours', trusting(ARN, { Condition: { StringEquals: { [`${AIR_GAPPED}:sub`]: 'owner' } } }))],
          },
        ],
      },
    })
  async function exchangeToken({ endpoint }: TestBroker, token: string, params: Params = {}): Promise<WireAnswer> {
    const { host } = new URL(endpoint)
    return await send(
      endpoint,
      formPost(host, {
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: roleArn('Ours'),
        RoleSessionName: 'session',
        WebIdentityToken: token,
        ...params,
      }),
    )
  }
  async function exchange(broker: TestBroker, sub: string): Promise<WireAnswer> {
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: `https://${AIR_GAPPED}`, sub, aud: CLIENT, iat: now, exp: now + 300 }
    return await exchangeToken(broker, await signed(claims, key))
  }
  const codes = async (broker: TestBroker, sub: string, times: number): Promise<readonly string[]> => {
    const all: string[] = []
    for (let time = 0; time < times; time++) all.push((await exchange(broker, sub)).fault?.code ?? 'credentials')
    return all
  }

  test("is held to a rate of the provider's, and takes nothing of the account's", async () => {
    await using broker = await started()
    const strange = await codes(broker, 'stranger', 4 * RATE)
    assert.deepEqual(strange.slice(0, RATE), Array(RATE).fill('AccessDenied'))
    assert.ok(strange.slice(RATE).includes('Throttling'))
    assert.deepEqual(await codes(broker, 'owner', RATE), Array(RATE).fill('credentials'))
  })

  test("who is let in is charged to the account, and to its strangers' rate is nobody", async () => {
    await using broker = await started()
    const own = await codes(broker, 'owner', 4 * RATE)
    assert.deepEqual(own.slice(0, RATE), Array(RATE).fill('credentials'))
    assert.ok(own.slice(RATE).includes('Throttling'))
    assert.deepEqual(await codes(broker, 'stranger', 1), ['AccessDenied'])
  })

  test('has the first refusal recorded at once, and of all others one a second', async () => {
    await using broker = await started()
    await codes(broker, 'stranger', RATE)
    const records = async () => (await broker.events()).filter(({ errorCode }) => errorCode === 'AccessDenied')
    assert.equal((await records()).length, 1)
    await sleep(1200)
    const [first, rest, ...more] = await records()
    assert.deepEqual(more, [])
    assert.equal(first?.['additionalEventData'], undefined)
    assert.deepEqual(rest?.['additionalEventData'], { refusedTokens: RATE - 1 })
  })

  for (const withoutBuiltInIssuers of [false, true]) {
    const rule = withoutBuiltInIssuers
      ? 'of an issuer that is not to be asked'
      : 'of an issuer that every account knows'
    test(`${rule} does not learn which accounts there are, nor fills the log of one`, async () => {
      const accounts = [SOURCE, TARGET, '999999999999']
      await using broker = await startTestBroker({
        federation: { withoutBuiltInIssuers },
        directory: {
          Accounts: [{ Id: SOURCE, Roles: [role('Ours', trusting('accounts.google.com'))] }, { Id: TARGET }],
        },
      })
      const now = Math.floor(Date.now() / 1000)
      const token = await signed({ iss: 'accounts.google.com', sub: '1', aud: 'a', iat: now, exp: now + 60 }, key)
      const answers = new Set<string>()
      for (const account of accounts) {
        const RoleArn = roleArn('Ours', account)
        const { status, fault, headers } = await exchangeToken(broker, token, { RoleArn })
        const { length } = headers['x-rolecall-explanation'] ?? ''
        answers.add([status, fault?.code, fault?.message, length].join(' '))
      }
      assert.equal(answers.size, 1, [...answers].join('\n'))
      await sleep(1200)
      const recorded = (await broker.events()).map(({ recipientAccountId }) => recipientAccountId)
      assert.ok(!recorded.includes('999999999999'), String(recorded))
    })
  }
})
