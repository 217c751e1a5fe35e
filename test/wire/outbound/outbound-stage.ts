import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { IAMClient } from '@aws-sdk/client-iam'
import {
  AssumeRoleCommand,
  GetWebIdentityTokenCommand,
  type GetWebIdentityTokenCommandInput,
  STSClient,
} from '@aws-sdk/client-sts'
import { createLocalJWKSet, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose'
import { type RunningNode, startInProcess } from '../../../src/compose/index.ts'
import type { Broker, BrokerOptions, DirectoryInput } from '../../../src/index.ts'
import { applyDirectory } from '../../../src/operations/broker/index.ts'
import { loadDirectory, readDirectories } from '../../../src/operations/loading/index.ts'
import { type AuditRecord, auditRecords } from '../../../src/testing/audit-records.ts'
import { policy, type Statement } from '../cast.ts'
import type { Credentials } from '../wire-client.ts'

/** The account that vouches. */
export const ACCOUNT = '111111111111'
/** Another one that does. */
export const OTHER = '222222222222'
/** One that never did. */
export const SILENT = '333333333333'
export const SELF = `arn:aws:sts::${ACCOUNT}:self`
export const AWS_CLAIM = 'https://sts.amazonaws.com/'
export const AUDIENCE = 'https://api.example.com'

const TOKENS = ['sts:GetWebIdentityToken', 'sts:TagGetWebIdentityToken']

type Account = DirectoryInput['Accounts'][number]
type User = NonNullable<Account['Users']>[number]

function who(UserName: string, ...statements: readonly Statement[]): User {
  return {
    UserName,
    AccessKeys: [{}],
    Policies: [{ PolicyName: 'p', PolicyDocument: policy(...statements) }],
  }
}

const allow = (Action: string | readonly string[], more: Statement = {}): Statement => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...more,
})

const ADMIN = who('admin', allow('*'))

const SOURCE_ACCOUNT: Account = {
  Id: ACCOUNT,
  OutboundWebIdentityFederation: true,
  Root: { AccessKeys: [{}] },
  Users: [
    { ...ADMIN, Tags: [{ Key: 'Team', Value: 'platform' }], Path: '/staff/' },
    who('idle', allow('iam:GetUser')),
    who('denied', allow('sts:*'), { ...allow('sts:GetWebIdentityToken'), Effect: 'Deny' }),
    who('plain', allow('sts:GetWebIdentityToken')),
    who('scoped', allow(TOKENS, { Resource: SELF })),
    who('elsewhere', allow(TOKENS, { Resource: `arn:aws:iam::${ACCOUNT}:user/elsewhere` })),
    who(
      'pinned',
      allow('sts:GetWebIdentityToken', {
        Condition: {
          'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': [AUDIENCE] },
          StringEquals: { 'sts:SigningAlgorithm': 'RS256' },
          NumericEquals: { 'sts:DurationSeconds': '300' },
        },
      }),
    ),
    who(
      'tagger',
      allow('sts:GetWebIdentityToken'),
      allow('sts:TagGetWebIdentityToken', {
        Condition: {
          StringEquals: { 'aws:RequestTag/team': 'test' },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
        },
      }),
    ),
  ],
  Roles: [
    {
      RoleName: 'Worker',
      Path: '/outbound/',
      Tags: [
        { Key: 'Team', Value: 'role' },
        { Key: 'untouched', Value: 'retained' },
      ],
      AssumeRolePolicyDocument: policy({
        Effect: 'Allow',
        Principal: { AWS: ACCOUNT },
        Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
      }),
      Policies: [{ PolicyName: 'p', PolicyDocument: policy(allow(TOKENS)) }],
    },
  ],
}

const ORGANIZATION: DirectoryInput['Organization'] = {
  ManagementAccountId: OTHER,
  Roots: [
    {
      Id: 'r-ab12',
      Accounts: [OTHER],
      OrganizationalUnits: [{ Id: 'ou-ab12-11111111', Name: 'prod', Accounts: [ACCOUNT] }],
    },
  ],
}

/** A directory with three accounts, two of which vouch for their principals. */
export const DIRECTORY: DirectoryInput = {
  Organization: ORGANIZATION,
  Accounts: [
    SOURCE_ACCOUNT,
    { Id: OTHER, OutboundWebIdentityFederation: true, Users: [ADMIN] },
    { Id: SILENT, Users: [ADMIN] },
  ],
}

/** A broker whose accounts are issuers. */
export interface OutboundStage extends AsyncDisposable {
  readonly broker: Broker
  readonly node: RunningNode
  /** Moves the clock that expiry and rotation see. */
  advance(ms: number): void
  events(): Promise<readonly AuditRecord[]>
  /** Makes the directory what is said. */
  apply(directory: DirectoryInput, prune?: boolean): Promise<void>
  sts(who: string | Credentials): Promise<STSClient>
  iam(who: string | Credentials): Promise<IAMClient>
  /** A token; of the admin, for one audience and with RS256 unless told. */
  token(input?: Partial<GetWebIdentityTokenCommandInput>, who?: string | Credentials): Promise<string>
  /** A session of the role. */
  session(input?: Partial<ConstructorParameters<typeof AssumeRoleCommand>[0]>): Promise<Credentials>
  /** What an issuer publishes under a name. */
  published(issuer: string, name?: 'jwks.json' | 'openid-configuration'): Promise<Response>
}

/** Starts one. @param settings - of the broker, beside its directory */
export async function setOutboundStage(settings: BrokerOptions = {}): Promise<OutboundStage> {
  const limits = { cachedRecords: 500, cachedSessions: 500, drainMs: 500 }
  const inMemory = { data: ':memory:', dev: true, logLevel: 'silent', limits, directory: DIRECTORY } as const
  const { broker, node } = await startInProcess({ ...inMemory, ...settings }, 'stage')
  const clients: { destroy(): void }[] = []
  const settingsOf = async (who: string | Credentials) => {
    const [account, name = 'admin'] = typeof who === 'string' && who.includes('/') ? who.split('/') : [ACCOUNT, who]
    const path = account === ACCOUNT && name === 'admin' ? 'user/staff/admin' : `user/${name}`
    const arn = `arn:aws:iam::${account}:${who === 'root' ? 'root' : path}`
    const credentials = typeof who === 'string' ? (await broker.as(arn)).credentials : who
    return { endpoint: broker.endpoint, region: 'eu-west-2', credentials, maxAttempts: 1 }
  }
  const sts = async (who: string | Credentials) => {
    const client = new STSClient(await settingsOf(who))
    clients.push(client)
    return client
  }
  return {
    broker,
    node,
    advance: (ms) => node.virtualClock?.advance(ms),
    events: () => auditRecords(node.broker.audit),
    async apply(directory, prune = false) {
      await loadDirectory(await readDirectories([directory]), (desired) =>
        node.operate(applyDirectory, { desired, prune, dryRun: false }),
      )
    },
    sts,
    async iam(who) {
      const client = new IAMClient(await settingsOf(who))
      clients.push(client)
      return client
    },
    async token(input = {}, who = 'admin') {
      const asked = { Audience: [AUDIENCE], SigningAlgorithm: 'RS256', ...input }
      const { WebIdentityToken } = await (await sts(who)).send(new GetWebIdentityTokenCommand(asked))
      return WebIdentityToken ?? ''
    },
    async session(input = {}) {
      const asked = { RoleArn: `arn:aws:iam::${ACCOUNT}:role/outbound/Worker`, RoleSessionName: 'work', ...input }
      const { Credentials: made } = await (await sts('admin')).send(new AssumeRoleCommand(asked))
      const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = made ?? {}
      return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    },
    published: (issuer, name = 'jwks.json') => fetch(`${issuer}/.well-known/${name}`),
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy()
      await broker[Symbol.asyncDispose]()
    },
  }
}

/** The claims of a token, by nothing but what its issuer publishes. @throws when they do not verify it */
export async function verified(token: string, audience: string = AUDIENCE) {
  const { iss = '' } = claimsOf(token)
  const discovered = JSON.parse(await (await fetch(`${iss}/.well-known/openid-configuration`)).text())
  assert.equal(discovered.issuer, iss)
  const keys = createLocalJWKSet(JSON.parse(await (await fetch(discovered.jwks_uri)).text()))
  const algorithms: string[] = discovered.id_token_signing_alg_values_supported
  const { payload } = await jwtVerify(token, keys, { issuer: iss, audience, algorithms })
  return { header: decodeProtectedHeader(token), claims: payload, keys }
}

/** What a token says, proven or not. */
export function claimsOf(token: string): JWTPayload {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

/** A port of loopback that is free. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}
