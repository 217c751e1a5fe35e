import { access, constants, glob, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { NamingServiceAccount } from '../domain/directory/index.ts'
import type { Secret } from '../model/index.ts'
import { type BrokerConfig, isInMemory } from '../platform/config/index.ts'
import { readFileIfPresent, writePrivateFile } from '../platform/private-file.ts'

/** ACCOUNT/REGION/CLUSTER/NAMESPACE/NAME/token. */
const PLACES = `${'[0-9]'.repeat(12)}/*/*/*/*/token`

/** The folder that tokens of service accounts are projected into: each has a file there, for its owner alone. */
export class TokenFiles {
  readonly #config: Pick<BrokerConfig, 'data' | 'tokenFolder'>
  #folder: Promise<string> | undefined

  constructor(config: Pick<BrokerConfig, 'data' | 'tokenFolder'>) {
    this.#config = config
  }

  /** Whether files outlive the process. */
  get #isKept(): boolean {
    return this.#config.tokenFolder !== undefined || !isInMemory(this.#config)
  }

  /** Makes the folder that is named, if one is. @throws Error with a sentence when it cannot be written */
  async start(): Promise<void> {
    const { tokenFolder } = this.#config
    if (tokenFolder === undefined) return
    try {
      await mkdir(tokenFolder, { recursive: true, mode: 0o700 })
      await access(tokenFolder, constants.W_OK)
    } catch (cause) {
      throw new Error(`${tokenFolder}, named by --token-folder, cannot be written`, { cause })
    }
  }

  /** Where the token of a service account belongs. Every part of it was checked to be one name when it was stored. */
  async fileOf({ cluster, serviceAccount }: NamingServiceAccount): Promise<string> {
    const { account, region, clusterName } = cluster
    const { namespace, name } = serviceAccount
    return join(await this.#path(), account, region, clusterName, namespace, name, 'token')
  }

  async write(file: string, token: Secret): Promise<void> {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    // Nothing after it: STS takes a token as it stands.
    await writePrivateFile(file, token.reveal())
  }

  /** Whether a file is there, and as it was written. */
  async holds(file: string, token: Secret): Promise<boolean> {
    return (await readFileIfPresent(file).catch(() => undefined)) === token.reveal()
  }

  /** The files that an earlier process left where tokens belong. */
  async left(): Promise<readonly string[]> {
    if (!this.#isKept) return []
    const folder = await this.#path()
    const files: string[] = []
    for await (const below of glob(PLACES, { cwd: folder })) files.push(join(folder, below))
    return files
  }

  /** Removes a file that holds a token of the service account whose place it is in, and no stranger's. */
  async removeOwn(file: string): Promise<void> {
    const [name, namespace, cluster, region, account] = file.split('/').reverse().slice(1)
    const { iss, sub } = claimsIn(await readFileIfPresent(file))
    const isOwn =
      sub === `system:serviceaccount:${namespace}:${name}` &&
      typeof iss === 'string' &&
      iss.endsWith(`/clusters/${account}/${region}/${cluster}`)
    if (isOwn) await rm(file)
  }

  async remove(file: string): Promise<void> {
    await rm(file, { force: true })
  }

  async stop(): Promise<void> {
    if (!this.#isKept && this.#folder !== undefined) await rm(await this.#folder, { recursive: true, force: true })
  }

  #path(): Promise<string> {
    this.#folder ??= this.#open()
    return this.#folder
  }

  async #open(): Promise<string> {
    const { tokenFolder, data } = this.#config
    if (this.#isKept) return resolve(tokenFolder ?? join(data, 'tokens'))
    return await mkdtemp(join(tmpdir(), 'rolecall-tokens-'))
  }
}

/** What a token says of itself, unproven; nothing when it is none. */
function claimsIn(text = ''): { readonly iss?: unknown; readonly sub?: unknown } {
  try {
    const claims: unknown = JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString())
    return typeof claims === 'object' && claims !== null ? claims : {}
  } catch {
    return {}
  }
}
