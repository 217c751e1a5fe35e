import { access, constants, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { serviceAccountsIn } from '../domain/directory/index.ts'
import { type Cluster, machineOfPod, type Pod, type Secret, type ServiceAccount } from '../model/index.ts'
import { issueServiceAccountToken, type ServiceAccountToken } from '../operations/broker/index.ts'
import { type BrokerConfig, isInMemory } from '../platform/config/index.ts'
import { writePrivateFile } from '../platform/private-file.ts'
import type { PreparedNode } from './prepare-node.ts'

/** A token as it stands in its file. */
interface Projected {
  readonly file: string
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
 * written anew before they end, when their key is gone, and when the clock was moved. The file of a service account that is
 * gone is removed. In a data folder they outlive the process, and are looked after again by the next one.
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#serviceaccount-token-volume-projection
 */
export class ProjectedTokens {
  readonly #node: Pick<PreparedNode, 'operate' | 'broker'>
  readonly #config: BrokerConfig
  readonly #projected = new Map<string, Projected>()
  #folder: Promise<string> | undefined
  #timer: NodeJS.Timeout | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(node: Pick<PreparedNode, 'operate' | 'broker'>, config: BrokerConfig) {
    this.#node = node
    this.#config = config
  }

  /**
   * Looks after the files of an earlier process, and of this one from then on.
   * @throws Error with a sentence when the folder that is named cannot be written
   */
  async start(): Promise<void> {
    const { tokenFolder } = this.#config
    if (tokenFolder !== undefined) await openFolder(tokenFolder)
    const { directory } = this.#node.broker
    directory.watch('cluster', () => this.renew())
    this.#timer = setInterval(() => this.renew(), EVERY_MS)
    this.#timer.unref()
    if (this.#isKept) await this.#inTurn(() => this.#resume())
  }

  /**
   * The file with the token of a service account, and the role that it is for.
   * @param name - `pod/CLUSTER/NAMESPACE/SERVICEACCOUNT`
   * @throws NoSuchEntity
   */
  async of(name: string): Promise<{ readonly file: string; readonly roleArn: string; readonly region: string }> {
    return await this.#inTurn(async () => {
      await this.#renewDue()
      const { file } = this.#projected.get(name) ?? (await this.#project(name))
      const { cluster, serviceAccount } = (await this.#named()).get(name) ?? {}
      return { file, roleArn: serviceAccount?.roleArn ?? '', region: cluster?.region ?? '' }
    })
  }

  /** Writes what is due, and removes what is left over: time has passed, or was moved, or something changed. */
  renew(): void {
    void this.#inTurn(() => this.#renewDue())
  }

  /** Resolves when everything that was due has been written, or was tried to be. */
  async settled(): Promise<void> {
    await this.#turn
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#turn
    if (!this.#isKept && this.#folder !== undefined) await rm(await this.#folder, { recursive: true, force: true })
  }

  /** Whether files outlive the process. */
  get #isKept(): boolean {
    return this.#config.tokenFolder !== undefined || !isInMemory(this.#config)
  }

  /** Never two at once: of two that write one file the earlier could come last. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #resume(): Promise<void> {
    for (const [name, { cluster, serviceAccount }] of await this.#named()) {
      const isThere = await access(await this.#fileOf(cluster, serviceAccount)).then(
        () => true,
        () => false,
      )
      if (isThere) await this.#attempt(name, () => this.#project(name))
    }
  }

  async #renewDue(): Promise<void> {
    if (this.#projected.size === 0) return
    const { clock, clusterIssuers } = this.#node.broker
    const named = await this.#named()
    for (const [name, { file, issuer, keyId, renewAt, pod }] of this.#projected) {
      if (!named.has(name)) {
        this.#projected.delete(name)
        await this.#attempt(name, () => rm(file, { force: true }))
        continue
      }
      const isVouchedFor = (await clusterIssuers.jwks(issuer))?.includes(keyId)
      if (!isVouchedFor || clock.now() >= renewAt) await this.#attempt(name, () => this.#project(name, pod))
    }
  }

  /** What fails is tried again the next time; nothing else stops of it. */
  async #attempt(name: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#node.broker.logger.error('token.failed', { serviceAccount: name, error })
    }
  }

  async #named() {
    const named = new Map<string, { readonly cluster: Cluster; readonly serviceAccount: ServiceAccount }>()
    for (const each of await serviceAccountsIn(this.#node.broker.directory)) {
      const { namespace, name } = each.serviceAccount
      named.set(machineOfPod({ clusterName: each.cluster.clusterName, namespace, serviceAccount: name }), each)
    }
    return named
  }

  async #project(name: string, pod?: Projected['pod']): Promise<Projected> {
    const { operate, broker } = this.#node
    const issued = await operate(issueServiceAccountToken, pod === undefined ? { name } : { name, pod })
    const { cluster, serviceAccount } = issued
    const file = await this.#fileOf(cluster, serviceAccount)
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    // Nothing after it: STS takes a token as it stands.
    await writePrivateFile(file, issued.token.reveal())
    const projected = {
      file,
      issuer: broker.clusterIssuers.issuerOf(cluster),
      keyId: keyIdOf(issued.token),
      pod: issued.pod,
      renewAt: renewalOf(issued),
    }
    this.#projected.set(name, projected)
    return projected
  }

  /** Every part of it was checked to be one name when it was stored. */
  async #fileOf({ account, region, clusterName }: Cluster, { namespace, name }: ServiceAccount): Promise<string> {
    this.#folder ??= this.#openFolder()
    return join(await this.#folder, account, region, clusterName, namespace, name, 'token')
  }

  async #openFolder(): Promise<string> {
    const { tokenFolder, data } = this.#config
    if (this.#isKept) return resolve(tokenFolder ?? join(data, 'tokens'))
    return await mkdtemp(join(tmpdir(), 'rolecall-tokens-'))
  }
}

async function openFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await access(folder, constants.W_OK)
  } catch (cause) {
    throw new Error(`${folder}, named by --token-folder, cannot be written`, { cause })
  }
}

function renewalOf({ issuedAt, expiresAt }: Pick<ServiceAccountToken, 'issuedAt' | 'expiresAt'>): number {
  return issuedAt + (expiresAt - issuedAt) * RENEWED_AFTER
}

function keyIdOf(token: Secret): string {
  const [header = ''] = token.reveal().split('.', 1)
  return JSON.parse(Buffer.from(header, 'base64url').toString()).kid
}
