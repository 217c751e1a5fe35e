import { readFile, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { DirectoryInput } from '../../../src/index.ts'
import { startTestBroker, type TestBroker } from '../../../src/testing/index.ts'
import { formPost, type Params, send, type WireAnswer } from '../wire-client.ts'

export const ACCOUNT = '111111111111'
export const ORIGIN = 'http://127.0.0.1:7600'
export const ISSUER = `${ORIGIN}/clusters/${ACCOUNT}/eu-central-1/shop`
export const WEB = 'pod/shop/default/web'
export const OTHER = 'pod/shop/default/other'
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/web`
export const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/web/session`

/** The account of the example, as an object. */
export type Account = DirectoryInput['Accounts'][number]

/** The example, whose issuers are where its file says, and which really answers elsewhere. */
export interface IrsaStage extends AsyncDisposable {
  readonly broker: TestBroker
  /** Where a path of the issuers is really read. */
  at(path: string): string
  /** The token in the file of a service account. */
  token(name?: string): Promise<string>
  /** Exchanges a token for credentials of the role. */
  exchange(token: string, params?: Params): Promise<WireAnswer>
  /** Adds to the account, or replaces what it has. */
  apply(parts: Partial<Account>, prune?: boolean): Promise<void>
}

export const EXAMPLE = fileURLToPath(new URL('../../../examples/irsa.yaml', import.meta.url))

export async function irsaStage(): Promise<IrsaStage> {
  const broker = await startTestBroker({ directory: EXAMPLE, publicUrl: ORIGIN })
  const { api } = broker.addresses
  const { host } = new URL(api)
  return {
    broker,
    at: (path) => api + path,
    async token(name = WEB) {
      const { AWS_WEB_IDENTITY_TOKEN_FILE: file = '' } = await broker.env(name, { irsa: true })
      return await readFile(file, 'utf8')
    },
    exchange: (WebIdentityToken, params) =>
      send(
        api,
        formPost(host, {
          Action: 'AssumeRoleWithWebIdentity',
          Version: '2011-06-15',
          RoleArn: ROLE,
          RoleSessionName: 'session',
          WebIdentityToken,
          ...params,
        }),
      ),
    apply: (parts, prune = false) => broker.apply({ Accounts: [{ Id: ACCOUNT, ...parts }] }, { prune }),
    [Symbol.asyncDispose]: () => broker.stop(),
  }
}

/** The permissions of a file. */
export async function modeOf(file: string): Promise<number> {
  return (await stat(file)).mode & 0o777
}

/** What a token says, unproven. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}
