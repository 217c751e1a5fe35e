import { webcrypto } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { startTestBroker, type TestBroker } from '../../../src/testing/index.ts'
import { type FakeIssuer, type IssuerKey, issuerKey, signed, startIssuer } from '../../fake-issuer.ts'
import { policy, type Role, SOURCE, type Statement, TARGET } from '../cast.ts'
import { formPost, type Params, send, type WireAnswer } from '../wire-client.ts'

/** The audience that the providers take. */
export const CLIENT = 'client'

/** Of a provider that brought its keys along. */
export const AIR_GAPPED = 'idp.airgap.example.com'

const DECODES = {
  PolicyName: 'decode',
  PolicyDocument: policy({ Effect: 'Allow', Action: 'sts:DecodeAuthorizationMessage', Resource: '*' }),
}
const EXCHANGE = 'sts:AssumeRoleWithWebIdentity'

/** A broker, the issuers that it trusts, and one that it does not. */
export interface Setting extends AsyncDisposable {
  readonly broker: TestBroker
  /** Of the provider that most roles trust. Its keys: `rsa` and `ec`. */
  readonly main: FakeIssuer
  readonly rsa: IssuerKey
  readonly ec: IssuerKey
  /** Of another provider in the same account. */
  readonly second: FakeIssuer
  readonly secondKey: IssuerKey
  /** Of nobody's provider. */
  readonly attacker: FakeIssuer
  readonly attackerKey: IssuerKey
  /** Claims of a token that is right in everything, but for what is said; `undefined` leaves one out. */
  claims(over?: Record<string, unknown>): JWTPayload
  /** A token of the main issuer. */
  token(over?: Record<string, unknown>, header?: object): Promise<string>
  /** Asks for credentials; of the role `Open` unless told. */
  exchange(token: string, params?: Params): Promise<WireAnswer>
}

/** The ARN of a role of the account. */
export function roleArn(name: string, account = SOURCE): string {
  return `arn:aws:iam::${account}:role/${name}`
}

/** The ARN of an issuer's provider. */
export function providerArn({ issuer }: Pick<FakeIssuer, 'issuer'>, account = SOURCE): string {
  return `arn:aws:iam::${account}:oidc-provider/${issuer.replace('http://', '')}`
}

/** A statement that trusts a provider. */
export function trusting(provider: string, more: Statement = {}, ...actions: readonly string[]): Statement {
  return { Effect: 'Allow', Principal: { Federated: provider }, Action: [EXCHANGE, ...actions], ...more }
}

/** A role that trusts by these statements. */
export function role(RoleName: string, ...statements: readonly Statement[]): Role {
  return { RoleName, AssumeRolePolicyDocument: policy(...statements) }
}

/** Starts the issuers, and a broker whose account trusts two of them. */
export async function setUp(): Promise<Setting> {
  await using opened = new AsyncDisposableStack()
  const [rsa, ec, secondKey, attackerKey] = await Promise.all([
    issuerKey('rsa'),
    issuerKey('ec', 'ES256'),
    issuerKey('second'),
    issuerKey('rsa'),
  ])
  const main = opened.use(await startIssuer([rsa, ec], '/realms/main'))
  const second = opened.use(await startIssuer([secondKey]))
  const attacker = opened.use(await startIssuer([attackerKey]))
  const mainArn = providerArn(main)
  const prefix = main.issuer.replace('http://', '')
  const provider = { Url: main.issuer, ClientIdList: [CLIENT, 'azp-client'] }
  const broker = opened.use(
    await startTestBroker({
      federation: { localIssuers: [main.origin, second.origin] },
      directory: {
        Accounts: [
          {
            Id: SOURCE,
            Alias: 'source',
            OIDCProviders: [
              provider,
              { Url: second.issuer, ClientIdList: [CLIENT] },
              { Url: `https://${AIR_GAPPED}`, ClientIdList: [CLIENT], Jwks: { keys: [rsa.jwk] } },
            ],
            Users: [{ UserName: 'alice', AccessKeys: [{}], Policies: [DECODES] }],
            Roles: [
              role('Open', trusting(mainArn, {}, 'sts:TagSession', 'sts:SetSourceIdentity')),
              role('Bare', trusting(mainArn)),
              role('Second', trusting(providerArn(second))),
              role('Everyone', { Effect: 'Allow', Principal: { AWS: '*' }, Action: EXCHANGE }),
              {
                ...role('Onward', trusting(mainArn)),
                Policies: [
                  {
                    PolicyName: 'onward',
                    PolicyDocument: policy({
                      Effect: 'Allow',
                      Action: 'sts:AssumeRole',
                      Resource: '*',
                      Condition: { StringEquals: { [`${prefix}:sub`]: 'alice', 'aws:FederatedProvider': mainArn } },
                    }),
                  },
                ],
              },
              role('Next', { Effect: 'Allow', Principal: { AWS: SOURCE }, Action: 'sts:AssumeRole' }),
              role('Static', trusting(`arn:aws:iam::${SOURCE}:oidc-provider/${AIR_GAPPED}`)),
              role(
                'Pinned',
                trusting(mainArn, {
                  Condition: { StringEquals: { [`${prefix}:sub`]: 'alice', [`${prefix}:aud`]: CLIENT } },
                }),
              ),
              role(
                'ByMethod',
                trusting(mainArn, { Condition: { 'ForAnyValue:StringEquals': { [`${prefix}:amr`]: 'mfa' } } }),
              ),
              role('ByRoles', trusting(mainArn, { Condition: { Bool: { 'sts:RoleAuthorizedByIdp': 'true' } } })),
              role('Named', trusting(mainArn, { Condition: { StringEquals: { 'sts:RoleSessionName': 'session' } } })),
            ],
          },
          { Id: TARGET, Alias: 'target', Root: { AccessKeys: [{}] }, Roles: [role('Open', trusting(mainArn))] },
        ],
      },
    }),
  )
  const { host } = new URL(broker.endpoint)
  const held = opened.move()
  const claims: Setting['claims'] = (over = {}) => {
    const now = Math.floor(Date.now() / 1000)
    const all = { iss: main.issuer, sub: 'alice', aud: CLIENT, iat: now, exp: now + 300, ...over }
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  }
  return {
    broker,
    main,
    rsa,
    ec,
    second,
    secondKey,
    attacker,
    attackerKey,
    claims,
    token: (over, header) => signed(claims(over), rsa, header),
    exchange: (WebIdentityToken, params) =>
      send(
        broker.endpoint,
        formPost(host, {
          Action: 'AssumeRoleWithWebIdentity',
          Version: '2011-06-15',
          RoleArn: roleArn('Open'),
          RoleSessionName: 'session',
          WebIdentityToken,
          ...params,
        }),
      ),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

/** A token whose parts are exactly these, signed with RS256 over them. */
export async function rawSigned(header: string | Buffer, payload: string | Buffer, key: IssuerKey): Promise<string> {
  const input = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`
  const signature = await webcrypto.subtle.sign('RSASSA-PKCS1-v1_5', key.privateKey, Buffer.from(input))
  return `${input}.${Buffer.from(signature).toString('base64url')}`
}
