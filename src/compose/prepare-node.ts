import { AuditTrail, Retention } from '../domain/audit/index.ts'
import { Directory } from '../domain/directory/index.ts'
import { ClusterIssuers, OutboundIdentities, SamlIdentities, WebIdentities } from '../domain/federation/index.ts'
import { MfaCodes } from '../domain/mfa/index.ts'
import { EndedEarly, Sessions } from '../domain/sessions/index.ts'
import { Usage } from '../domain/usage/index.ts'
import { type OperatorCaller, type RequestFacts, ValidationError } from '../model/index.ts'
import {
  type Administrator,
  accountWith,
  applyDirectory,
  inventAdministrator,
  resetDirectory,
} from '../operations/broker/index.ts'
import {
  type DirectoryInput,
  loadDirectory,
  readDirectories,
  readDirectoryObject,
} from '../operations/loading/index.ts'
import { AS_OPERATOR, SigningKeys } from '../pipeline/authentication/index.ts'
import { type BrokerParts, type Operation, submit } from '../pipeline/index.ts'
import { BackgroundWork } from '../platform/background-work.ts'
import { systemClock, type VirtualClock, virtualClock } from '../platform/clock.ts'
import { type BrokerConfig, isInMemory, isRegion } from '../platform/config/index.ts'
import { openFileKeyRing } from '../platform/keyring/files/index.ts'
import { memoryKeyRing, scheduleOf } from '../platform/keyring/index.ts'
import { outboundHttp } from '../platform/outbound-http.ts'
import { appendPrivateFile } from '../platform/private-file.ts'
import { systemRandom } from '../platform/random.ts'
import type { BrowserStates } from '../platform/storage/index.ts'
import { openSqlStorage } from '../platform/storage/sql/index.ts'
import { createLogger, createMetrics } from '../platform/telemetry/index.ts'
import { KeyKeeper } from './keep-keys.ts'
import { knownOrigin } from './known-origin.ts'
import { keepFirstAdmin, markDevelopment } from './node-files.ts'

/** What a node may be given besides its configuration. */
export interface NodeOptions {
  /** Directories written as objects, loaded together with the configured files. */
  readonly directories?: readonly DirectoryInput[]
  /** Leaves the data as it is: nothing is loaded into it, and nobody is made in an empty directory. */
  readonly asItIs?: boolean
}

/** A node with its data open and its directory loaded, that listens nowhere. */
export interface PreparedNode {
  readonly broker: BrokerParts
  /** What browsers have begun. */
  readonly browsers: BrowserStates
  /** Moves the clock that expiry and conditions see; only in development. */
  readonly virtualClock: VirtualClock | undefined
  /** Has somebody told, after the clock was moved. */
  whenMoved(listener: () => void): void
  /** What keeps the key ring from being looked after, in a sentence; the keys at hand serve on. */
  keyProblem(): string | undefined
  /** The administrator that an empty directory was given now. */
  readonly firstAdmin: Administrator | undefined
  /** Submits an operation as the operator. @throws Fault */
  operate<Input, Output>(operation: Operation<OperatorCaller, Input, Output>, input: Input): Promise<Output>
  /** Brings the directory back to what it was at the start. */
  reset(): Promise<void>
  /** Writes out what is noted, and lets go of the data. */
  stop(): Promise<void>
}

/**
 * Opens the data of a node and loads its directory. The one place that names adapters.
 * @throws Error with a sentence for whoever started it: a folder in use, a directory with mistakes, a missing key
 */
export async function prepareNode(
  config: BrokerConfig,
  { directories = [], asItIs = false }: NodeOptions = {},
): Promise<PreparedNode> {
  await using opened = new AsyncDisposableStack()
  const inMemory = isInMemory(config)
  const logger = createLogger({ level: config.logLevel })
  const metrics = opened.adopt(createMetrics(), (each) => each.close())
  const moved = config.dev ? virtualClock(systemClock) : undefined
  const storage = opened.adopt(await openSqlStorage({ data: config.data }), (each) => each.close())
  const keyParts = {
    random: systemRandom,
    clock: moved ?? systemClock,
    schedule: scheduleOf(config.keyRotation),
    inUse: () => storage.directory.sealingKeysInUse(),
  }
  const keyring = inMemory ? memoryKeyRing(keyParts) : await openFileKeyRing(config.keys, keyParts)
  const { partition, limits } = config
  const clock = moved ?? systemClock
  const clusterIssuers = new ClusterIssuers({
    keyring,
    random: systemRandom,
    clock,
    publicOrigin: knownOrigin(config),
    clusterAt: (place) => directory.cluster(place),
  })
  const directory = new Directory({
    storage,
    keyring,
    random: systemRandom,
    clock: systemClock,
    partition,
    nearbyIssuers: {
      localIssuers: config.federation.localIssuers,
      isOwnIssuer: (url) => clusterIssuers.isOwn(url),
    },
    cachedRecords: limits.cachedRecords,
    quotas: limits,
  })
  await directory.start()
  opened.defer(() => directory.stop())
  const keeper = opened.adopt(new KeyKeeper({ keyring, directory, logger }), (each) => each.stop())
  const { retentionDays, jsonLines } = config.audit
  if (jsonLines !== undefined) await refuseUnwritable(jsonLines)
  const auditParts = { log: storage.audit, jsonLines, random: systemRandom, logger, metrics }
  const audit = opened.adopt(new AuditTrail(auditParts), (each) => each.stop())
  opened.adopt(new Retention({ log: storage.audit, clock, logger, days: retentionDays }), (each) => each.stop())
  const usage = opened.adopt(new Usage({ stamps: storage.usage, clock, logger }), (each) => each.stop())
  const background = opened.adopt(new BackgroundWork(), (each) => each.stop())
  const samlParts = {
    clock: systemClock,
    partition,
    publicUrl: config.publicUrl,
    isRegion: (region: string) => isRegion(partition, region),
  }
  const samlIdentities = opened.adopt(new SamlIdentities(samlParts), (each) => each.close())
  const broker: BrokerParts = {
    directory,
    sessions: new Sessions({ keyring, random: systemRandom, cachedSessions: limits.cachedSessions }),
    endedEarly: config.dev ? new EndedEarly() : undefined,
    webIdentities: new WebIdentities({
      outbound: outboundHttp(config.federation),
      clock: systemClock,
      acceptsOutbound: config.federation.acceptOutboundTokens,
      withoutBuiltIn: config.federation.withoutBuiltInIssuers,
      own: clusterIssuers,
    }),
    clusterIssuers,
    outboundIdentities: new OutboundIdentities({
      keyring,
      random: systemRandom,
      clock,
      publicOrigin: config.publicUrl,
      federationOf: (account) => directory.outboundFederation(account),
    }),
    samlIdentities,
    replays: storage.replays,
    mfaCodes: new MfaCodes(storage.mfaDevices),
    signingKeys: new SigningKeys(),
    keyring,
    audit,
    usage,
    background,
    clock,
    wireClock: systemClock,
    random: systemRandom,
    logger,
    metrics,
    isRegion: (region) => isRegion(partition, region),
  }

  const operate: PreparedNode['operate'] = (operation, input) =>
    submit(operation, { facts: inProcessFacts(broker), prove: async () => AS_OPERATOR, input: () => input }, broker)
  // Read once: what a reset goes back to is what was loaded at the start, whatever became of the files.
  const sources = asItIs ? [] : [...(await readDirectories([...config.directory, ...directories]))]
  const makeFirstAdmin = async (): Promise<Administrator | undefined> => {
    if (sources.length > 0 || !(await directory.isEmpty())) return undefined
    const admin = inventAdministrator(partition, systemRandom)
    // Before there is such an account: the key of one that nobody was told is lost for good.
    if (!inMemory) await keepFirstAdmin(admin, config.data)
    sources.push(readDirectoryObject({ Accounts: [accountWith(admin, partition)] }))
    return admin
  }
  const populate = async (): Promise<Administrator | undefined> => {
    const admin = await makeFirstAdmin()
    if (sources.length > 0) {
      await loadDirectory(sources, (desired) => operate(applyDirectory, { desired, prune: false, dryRun: false }))
    }
    return admin
  }
  const reset = async (): Promise<void> => {
    if (sources.length === 0) {
      throw new ValidationError('There is nothing to go back to: this broker was started without a directory file.')
    }
    await loadDirectory(sources, (desired) => operate(resetDirectory, desired))
  }
  let whenMoved = (): void => undefined
  const moveAndKeep = (ms: number): void => {
    moved?.advance(ms)
    keeper.now()
    whenMoved()
  }

  if (!inMemory && !asItIs) await markDevelopment(config, await directory.isEmpty())
  const firstAdmin = asItIs ? undefined : await populate()
  if (!asItIs) keeper.start()
  const held = opened.move()
  return {
    broker,
    browsers: storage.browsers,
    virtualClock: moved && { now: () => moved.now(), advance: moveAndKeep },
    keyProblem: () => keeper.problem,
    whenMoved: (listener) => {
      whenMoved = listener
    },
    firstAdmin,
    operate,
    reset,
    stop: () => held.disposeAsync(),
  }
}

/** Before anything is granted that the file should have a record of. */
async function refuseUnwritable(file: string): Promise<void> {
  try {
    await appendPrivateFile(file, '')
  } catch (cause) {
    throw new Error(`${file}, named by audit.jsonLines, cannot be written`, { cause })
  }
}

/** What is known of a request that comes from this process: no address, and nothing that could be overheard. */
function inProcessFacts({ random, clock }: BrokerParts): RequestFacts {
  return {
    requestId: random.uuid(),
    now: clock.now(),
    sourceIp: undefined,
    secureTransport: true,
    userAgent: undefined,
    referer: undefined,
  }
}
