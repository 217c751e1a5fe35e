import assert from 'node:assert/strict'
import { startTestBroker, type TestBroker, type TestBrokerOptions } from '../../../src/testing/index.ts'
import type { FakeIssuer } from '../../fake-issuer.ts'
import { CLIENT_ID, type LoginProvider, startLoginProvider } from '../../login-provider.ts'
import { policy, type Role, SOURCE, type Statement, TARGET } from '../cast.ts'

/** What a login door is configured with. */
type Door = NonNullable<NonNullable<TestBrokerOptions['login']>[string]>

/** A browser that holds cookies and follows no redirects. */
export interface Visitor {
  readonly cookies: Map<string, string>
  get(path: string, headers?: Record<string, string>): Promise<Response>
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Response>
  /** Begins at a door: what the provider was asked for. */
  begin(door?: string): Promise<URLSearchParams>
  /** Comes back from the provider, which gives a token with these claims, to the address that was asked for. */
  comeBack(asked: URLSearchParams, over?: ComeBack): Promise<Response>
  /** Both. */
  signIn(claims?: Record<string, unknown>, door?: string): Promise<Response>
}

interface ComeBack {
  readonly claims?: Record<string, unknown>
  /** Of the address; `undefined` leaves one out. */
  readonly query?: Record<string, string | undefined>
  readonly path?: string
}

/** A provider, and a broker with doors to it. */
export interface Setting {
  readonly provider: LoginProvider
  readonly broker: TestBroker
  visitor(): Visitor
}

/** The ARN of an issuer's provider. */
export function providerArn({ issuer }: Pick<FakeIssuer, 'issuer'>, account = SOURCE): string {
  return `arn:aws:iam::${account}:oidc-provider/${issuer.replace('http://', '')}`
}

/** The ARN of a role. */
export function roleArn(name: string, account = SOURCE): string {
  return `arn:aws:iam::${account}:role/${name}`
}

/** A role that trusts a provider. */
export function trusting(RoleName: string, provider: string, more: Statement = {}): Role {
  const Action = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession']
  const statement = { Effect: 'Allow', Principal: { Federated: provider }, Action, ...more }
  return { RoleName, AssumeRolePolicyDocument: policy(statement) }
}

/** Starts a provider, and a broker with a door `corp` to all roles of an account. */
export async function setUp(
  t: { after(done: () => unknown): void },
  {
    doors = () => ({}),
    roles,
    ...options
  }: Omit<TestBrokerOptions, 'login' | 'directory'> & {
    readonly doors?: (provider: LoginProvider) => Record<string, Partial<Door>>
    readonly roles?: (arn: string, prefix: string) => readonly Role[]
  } = {},
): Promise<Setting> {
  const provider = await startLoginProvider()
  t.after(() => provider[Symbol.asyncDispose]())
  const { issuer, fake } = provider
  const arn = providerArn(fake)
  const prefix = issuer.replace('http://', '')
  const usual = { issuer, clientId: CLIENT_ID, accounts: [SOURCE] }
  const named = { corp: {}, ...doors(provider) }
  const login = Object.fromEntries(Object.entries(named).map(([name, door]) => [name, { ...usual, ...door }]))
  const OIDCProviders = [{ Url: issuer, ClientIdList: [CLIENT_ID] }]
  const broker = await startTestBroker({
    ...options,
    federation: { localIssuers: [fake.origin] },
    login,
    directory: {
      Accounts: [
        {
          Id: SOURCE,
          Alias: 'source',
          OIDCProviders,
          Users: [{ UserName: 'alice', AccessKeys: [{}] }],
          Roles: [
            ...(roles?.(arn, prefix) ?? [trusting('Admin', arn)]),
            {
              RoleName: 'Nobody',
              AssumeRolePolicyDocument: policy({
                Effect: 'Allow',
                Principal: { AWS: SOURCE },
                Action: 'sts:AssumeRole',
              }),
            },
          ],
        },
        { Id: TARGET, OIDCProviders, Roles: [trusting('Reader', providerArn(fake, TARGET))] },
      ],
    },
  })
  t.after(() => broker.stop())
  return { provider, broker, visitor: () => visitor(broker.endpoint, provider) }
}

function visitor(origin: string, provider: LoginProvider): Visitor {
  const cookies = new Map<string, string>()
  const ask = async (path: string, init: RequestInit & { readonly headers: Record<string, string> }) => {
    const Cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(origin + path, { ...init, redirect: 'manual', headers: { Cookie, ...init.headers } })
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }
  const self: Visitor = {
    cookies,
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, form, headers = {}) =>
      ask(path, { method: 'POST', headers: { Origin: origin, ...headers }, body: new URLSearchParams(form) }),
    async begin(door = 'corp') {
      const answer = await self.get(`/login/${door}`)
      assert.equal(answer.status, 303, await answer.text())
      return new URL(answer.headers.get('location') ?? '').searchParams
    },
    async comeBack(asked, { claims = {}, query = {}, path } = {}) {
      provider.on('/token', () => provider.tokens({ nonce: asked.get('nonce'), ...claims }))
      const answer = { code: 'the-code', state: asked.get('state') ?? '', ...query }
      const given = Object.entries(answer).filter((pair): pair is [string, string] => pair[1] !== undefined)
      return await self.get(
        `${path ?? new URL(asked.get('redirect_uri') ?? '').pathname}?${new URLSearchParams(given)}`,
      )
    },
    signIn: async (claims, door) => await self.comeBack(await self.begin(door), claims === undefined ? {} : { claims }),
  }
  return self
}

/** The text of a page, without what stands around it. */
export async function mainOf(page: Response): Promise<string> {
  const [, main = ''] = /<main[^>]*>([\s\S]*)<\/main>/.exec(await page.text()) ?? []
  return main
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
