import { rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Secret } from '../model/index.ts'
import type { Administrator } from '../operations/broker/index.ts'
import { type BrokerConfig, isInMemory } from '../platform/config/index.ts'
import { readFileIfPresent, writePrivateFile } from '../platform/private-file.ts'
import { systemRandom } from '../platform/random.ts'

const DEVELOPMENT_MARK = 'development'

/** Where listeners really are. */
export interface Addresses {
  readonly api: string
  readonly metadata: string
  readonly admin: string
}

/** What a node tells whoever waits for it. */
export interface ReadyContent {
  readonly addresses: Addresses
  /** The origins where containers are answered; the metadata listener is one of them. */
  readonly containers: readonly string[]
  /** Every instance, with the origins where its metadata is read. */
  readonly instances: readonly { readonly id: string; readonly addresses: readonly string[] }[]
  readonly operatorToken: Secret
}

/** Keeps the first administrator's key in the data folder, for its owner alone; it is never logged. */
export async function keepFirstAdmin(admin: Administrator, data: string): Promise<void> {
  const { account, arn, accessKeyId, secretAccessKey } = admin
  const content = { account, arn, accessKeyId, secretAccessKey: secretAccessKey.reveal() }
  await writePrivateFile(join(data, 'initial-admin.json'), `${JSON.stringify(content, undefined, 2)}\n`)
}

/**
 * Marks a data folder that is served with a clock that can be moved: credentials in it may live longer than they say.
 * @param isEmpty - whether nothing is in the folder yet
 * @throws Error when a marked folder is to be served without `--dev`, or one that is in use with it
 */
export async function markDevelopment({ data, dev }: BrokerConfig, isEmpty: boolean): Promise<void> {
  const mark = join(data, DEVELOPMENT_MARK)
  const isMarked = (await readFileIfPresent(mark)) !== undefined
  if (dev === isMarked) return
  if (dev && isEmpty) return await writeFile(mark, 'This folder was served with --dev.\n', { mode: 0o600 })
  if (dev) {
    throw new Error(
      `The data folder ${data} was served without --dev. Moving its clock would make its expiry dates worthless for good: use --dev with another --data folder.`,
    )
  }
  throw new Error(
    `The data folder ${data} was served with --dev, where the clock can be moved, so its expiry dates prove nothing. Serve it with --dev, or start with another --data folder.`,
  )
}

/** The token that proves the operator: kept in the data folder and made at the first start; ephemeral in memory. */
export async function operatorTokenOf(config: BrokerConfig): Promise<Secret> {
  if (isInMemory(config)) return newToken()
  const kept = (await readFileIfPresent(tokenFile(config)))?.trim()
  if (kept) return new Secret(kept)
  const token = newToken()
  await writePrivateFile(tokenFile(config), `${token.reveal()}\n`)
  return token
}

/** Removes the ready file: what it says is not true any more, or not yet. */
export async function removeReadyFile({ readyFile }: BrokerConfig): Promise<void> {
  if (readyFile !== undefined) await rm(readyFile, { force: true })
}

/** Tells whoever waits for it where the node answers, and how to prove to be its operator. */
export async function writeReadyFile(
  config: BrokerConfig,
  { addresses, containers, instances, operatorToken: token }: ReadyContent,
): Promise<void> {
  if (config.readyFile === undefined) return
  const proof = isInMemory(config) ? { operatorToken: token.reveal() } : { operatorTokenFile: tokenFile(config) }
  const content = { pid: process.pid, addresses, containers, instances, ...proof }
  await writePrivateFile(config.readyFile, `${JSON.stringify(content, undefined, 2)}\n`)
}

function newToken(): Secret {
  return new Secret(systemRandom.bytes(32).toString('base64url'))
}

function tokenFile({ data }: BrokerConfig): string {
  return resolve(data, 'operator-token')
}
