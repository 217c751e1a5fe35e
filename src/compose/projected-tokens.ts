import { findServiceAccount, type NamingServiceAccount, namesOf, serviceAccountsIn } from '../domain/directory/index.ts'
import type { Pod, Secret } from '../model/index.ts'
import { issueServiceAccountToken, type ServiceAccountToken } from '../operations/broker/index.ts'
import type { BrokerConfig } from '../platform/config/index.ts'
import type { PreparedNode } from './prepare-node.ts'
import { TokenFiles } from './token-files.ts'

/** A token as it stands in its file. */
interface Projected {
  readonly file: string
  readonly token: Secret
  readonly issuer: string
  readonly keyId: string
  readonly pod: Pick<Pod, 'podName' | 'podUid'>
  readonly renewAt: number
}

/** As often as a kubelet looks, at least. */
const EVERY_MS = 10_000
/** Of its life a kubelet lets a token have, before it asks for another. */
const RENEWED_AFTER = 0.8

/**
 * Tokens of service accounts in files, as a kubelet projects them into pods: written when they are first asked for, and
 * written anew before they end, when their key is gone, when the file is gone or holds something else, and when the clock
 * was moved. The file of a service account that is gone is removed. In a data folder they outlive the process, and are
 * looked after again by the next one.
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#serviceaccount-token-volume-projection
 */
export class ProjectedTokens {
  readonly #node: Pick<PreparedNode, 'operate' | 'broker'>
  readonly #files: TokenFiles
  /** By the name in full: clusters of one name may be in several accounts and regions. */
  readonly #projected = new Map<string, Projected>()
  #ambiguous: ReadonlySet<string> = new Set()
  #timer: NodeJS.Timeout | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(node: Pick<PreparedNode, 'operate' | 'broker'>, config: BrokerConfig) {
    this.#node = node
    this.#files = new TokenFiles(config)
  }

  /**
   * Looks after the files of an earlier process, and of this one from then on.
   * @throws Error with a sentence when the folder that is named cannot be written
   */
  async start(): Promise<void> {
    await this.#files.start()
    this.#node.broker.directory.watch('cluster', () => this.renew())
    this.#timer = setInterval(() => this.renew(), EVERY_MS)
    this.#timer.unref()
    await this.#inTurn(() => this.#resume())
  }

  /**
   * The file with the token of a service account, and the role that it is for.
   * @param name - `pod/CLUSTER/NAMESPACE/SERVICEACCOUNT`, or `pod/ACCOUNT/REGION/CLUSTER/NAMESPACE/SERVICEACCOUNT`
   * @throws NoSuchEntity
   */
  async of(name: string): Promise<{ readonly file: string; readonly roleArn: string; readonly region: string }> {
    return await this.#inTurn(async () => {
      const found = findServiceAccount(name, await serviceAccountsIn(this.#node.broker.directory))
      const { file } = await this.#keep(found)
      return { file, roleArn: found.serviceAccount.roleArn, region: found.cluster.region }
    })
  }

  /** Writes what is due, and removes what is left over: time has passed, or was moved, or something changed. */
  renew(): void {
    void this.#inTurn(() => this.#look())
  }

  /** Resolves when everything that was due has been written, or was tried to be. */
  async settled(): Promise<void> {
    await this.#turn
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#turn
    await this.#files.stop()
  }

  /** Never two at once: of two that write one file the earlier could come last. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #resume(): Promise<void> {
    const left = await this.#files.left()
    if (left.length === 0) return
    const places = new Map<string, NamingServiceAccount>()
    for (const each of await serviceAccountsIn(this.#node.broker.directory)) {
      places.set(await this.#files.fileOf(each), each)
    }
    for (const file of left) {
      const found = places.get(file)
      await this.#attempt(file, () => (found === undefined ? this.#files.removeOwn(file) : this.#project(found)))
    }
  }

  async #look(): Promise<void> {
    if (this.#projected.size === 0) return
    const all = await serviceAccountsIn(this.#node.broker.directory)
    const named = new Map(all.map((each) => [namesOf(each).full, each]))
    for (const [name, { file }] of this.#projected) {
      const found = named.get(name)
      await this.#attempt(name, async () => {
        if (found !== undefined) return await this.#keep(found)
        await this.#files.remove(file)
        return this.#projected.delete(name)
      })
    }
    this.#tellAmbiguous(all)
  }

  /** What fails is tried again the next time; nothing else stops of it. */
  async #attempt(name: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#node.broker.logger.error('token.failed', { serviceAccount: name, error })
    }
  }

  /** Once each: whoever asks for one by its short name is refused from then on. */
  #tellAmbiguous(all: readonly NamingServiceAccount[]): void {
    const seen = new Set<string>()
    const several = new Set<string>()
    for (const each of all) {
      const { short } = namesOf(each)
      if (seen.has(short)) several.add(short)
      seen.add(short)
    }
    const ambiguous = new Set<string>()
    for (const each of all) {
      const { short, full } = namesOf(each)
      if (several.has(short) && this.#projected.has(full)) ambiguous.add(short)
    }
    for (const name of ambiguous) {
      if (!this.#ambiguous.has(name)) this.#node.broker.logger.warn('token.ambiguous', { serviceAccount: name })
    }
    this.#ambiguous = ambiguous
  }

  async #keep(found: NamingServiceAccount): Promise<Projected> {
    const held = this.#projected.get(namesOf(found).full)
    return held !== undefined && (await this.#isGood(held)) ? held : await this.#project(found, held?.pod)
  }

  async #isGood({ file, token, issuer, keyId, renewAt }: Projected): Promise<boolean> {
    const { clock, clusterIssuers } = this.#node.broker
    if (clock.now() >= renewAt || !(await this.#files.holds(file, token))) return false
    return (await clusterIssuers.jwks(issuer))?.includes(keyId) ?? false
  }

  async #project(found: NamingServiceAccount, pod?: Projected['pod']): Promise<Projected> {
    const { operate, broker } = this.#node
    const { full: name } = namesOf(found)
    const issued = await operate(issueServiceAccountToken, pod === undefined ? { name } : { name, pod })
    const file = await this.#files.fileOf(issued)
    await this.#files.write(file, issued.token)
    const projected = {
      file,
      token: issued.token,
      issuer: broker.clusterIssuers.issuerOf(issued.cluster),
      keyId: keyIdOf(issued.token),
      pod: issued.pod,
      renewAt: renewalOf(issued),
    }
    this.#projected.set(name, projected)
    return projected
  }
}

function renewalOf({ issuedAt, expiresAt }: Pick<ServiceAccountToken, 'issuedAt' | 'expiresAt'>): number {
  return issuedAt + (expiresAt - issuedAt) * RENEWED_AFTER
}

function keyIdOf(token: Secret): string {
  const [header = ''] = token.reveal().split('.', 1)
  return JSON.parse(Buffer.from(header, 'base64url').toString()).kid
}
