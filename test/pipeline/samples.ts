import type { TestContext } from 'node:test'
import { AuditTrail } from '../../src/domain/audit/index.ts'
import type { DesiredDirectory } from '../../src/domain/directory/index.ts'
import { ClusterIssuers, OutboundIdentities, SamlIdentities, WebIdentities } from '../../src/domain/federation/index.ts'
import { MfaCodes } from '../../src/domain/mfa/index.ts'
import { Sessions } from '../../src/domain/sessions/index.ts'
import { Usage } from '../../src/domain/usage/index.ts'
import {
  type AccountId,
  epochMillis,
  PLAIN_TERMS,
  type RequestFacts,
  type RoleCaller,
  type RootCaller,
  type UserCaller,
} from '../../src/model/index.ts'
import { applyDirectory } from '../../src/operations/broker/index.ts'
import { AS_OPERATOR, SigningKeys } from '../../src/pipeline/authentication/index.ts'
import { type BrokerParts, submit } from '../../src/pipeline/index.ts'
import { BackgroundWork } from '../../src/platform/background-work.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { outboundHttp } from '../../src/platform/outbound-http.ts'
import { systemRandom } from '../../src/platform/random.ts'
import type { AuditEntry, AuditLog } from '../../src/platform/storage/index.ts'
import { aWorld, SOURCE, TARGET, type World } from '../domain/directory/samples.ts'

/** A log in memory that answers as the test says. */
class TestLog implements AuditLog {
  readonly taken: AuditEntry[] = []
  answer: () => Promise<void> = async () => undefined

  async append(entries: readonly AuditEntry[]): Promise<void> {
    this.taken.push(...entries)
    await this.answer()
  }

  find = async () => ({ entries: [], next: undefined })
  last = async () => 0
  follow = async () => ({ entries: [], last: 0 })
  forget = async () => 0
}

/** Everything the pipeline consults, on an empty directory, and what it wrote and counted. */
export interface TestBroker {
  readonly broker: BrokerParts
  readonly world: World
  readonly log: TestLog
  /** `action outcome`, one for each request. */
  readonly counted: string[]
}

export async function aBroker(t: TestContext): Promise<TestBroker> {
  const world = await aWorld(t)
  const { directory, keyring } = world
  const log = new TestLog()
  const counted: string[] = []
  const silent = () => undefined
  const logger = { debug: silent, info: silent, warn: silent, error: silent }
  const metrics = {
    requestDone: (action: string, outcome: string) => void counted.push(`${action} ${outcome}`),
    auditDropped: silent,
    render: async () => ({ contentType: '', body: '' }),
    close: silent,
  }
  const broker: BrokerParts = {
    directory,
    keyring,
    sessions: new Sessions({ keyring, random: systemRandom, cachedSessions: 10 }),
    outboundIdentities: new OutboundIdentities({
      keyring,
      random: systemRandom,
      clock: systemClock,
      publicOrigin: 'https://sts.example.com',
      federationOf: (account) => directory.outboundFederation(account),
    }),
    clusterIssuers: new ClusterIssuers({
      keyring,
      random: systemRandom,
      clock: systemClock,
      publicOrigin: 'https://sts.example.com',
      clusterAt: (place) => directory.cluster(place),
    }),
    webIdentities: new WebIdentities({ outbound: outboundHttp({ localIssuers: [] }), clock: systemClock }),
    samlIdentities: new SamlIdentities({ clock: systemClock, partition: 'aws', isRegion: () => true }),
    replays: world.storage.replays,
    mfaCodes: new MfaCodes(world.storage.mfaDevices),
    signingKeys: new SigningKeys(),
    audit: new AuditTrail({ log, random: systemRandom, logger, metrics }),
    usage: new Usage({ stamps: world.storage.usage, clock: systemClock, logger }),
    background: new BackgroundWork(),
    clock: systemClock,
    wireClock: systemClock,
    random: systemRandom,
    logger,
    metrics,
    isRegion: () => true,
  }
  return { broker, world, log, counted }
}

/** Applies a directory as the operator does, without pruning. */
export function applyTo(broker: BrokerParts): (desired: DesiredDirectory) => Promise<unknown> {
  return (desired) => {
    const input = { desired, prune: false, dryRun: false }
    return submit(applyDirectory, { facts: FACTS, prove: async () => AS_OPERATOR, input: () => input }, broker)
  }
}

export const FACTS: RequestFacts = {
  requestId: '01234567-89ab-4cde-8f01-23456789abcd',
  now: epochMillis(Date.UTC(2026, 0, 1, 12, 0, 0, 999)),
  sourceIp: '192.0.2.7',
  secureTransport: true,
  userAgent: 'aws-cli/2.0',
  referer: undefined,
}

export const ROOT: RootCaller = {
  kind: 'root',
  account: SOURCE,
  arn: `arn:aws:iam::${SOURCE}:root`,
  principalArn: `arn:aws:iam::${SOURCE}:root`,
  userId: SOURCE,
  accessKeyId: 'AKIAROOT',
  tags: [],
  session: undefined,
}

/** The user `alice` with that unique id; without one it is somebody whom the directory does not know. */
export function aliceAs(uniqueId = 'AIDAALICE'): UserCaller {
  const arn = `arn:aws:iam::${SOURCE}:user/team/alice`
  const names = { arn, principalArn: arn, userId: uniqueId, uniqueId, userName: 'alice', session: undefined }
  return { kind: 'user', account: SOURCE, accessKeyId: 'AKIAALICE', tags: [{ key: 'Team', value: 'core' }], ...names }
}

/** A session of the role `Deployer` in an account. */
export function sessionIn(account: AccountId, uniqueId = 'AROADEPLOYER'): RoleCaller {
  const principalArn = `arn:aws:iam::${account}:role/team/Deployer`
  const accessKeyId = 'ASIASESSION'
  const session = {
    id: 'c2Vzc2lvbg',
    accessKeyId,
    account,
    holder: {
      kind: 'assumed-role',
      roleName: 'Deployer',
      roleId: uniqueId,
      sessionName: 'ci',
      chainDepth: 0,
    } as const,
    issuedAt: epochMillis(Date.UTC(2026, 0, 1, 11, 30, 0, 987)),
    expiresAt: epochMillis(Date.UTC(2026, 0, 1, 12, 30, 0, 987)),
    terms: PLAIN_TERMS,
  }
  const arn = `arn:aws:sts::${account}:assumed-role/Deployer/ci`
  const names = { arn, principalArn, userId: `${uniqueId}:ci`, uniqueId }
  return { kind: 'assumed-role', account, accessKeyId, tags: [{ key: 'stage', value: 'prod' }], session, ...names }
}

export { SOURCE, TARGET }
