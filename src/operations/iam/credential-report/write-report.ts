import { promisify } from 'node:util'
import { deflateRaw } from 'node:zlib'
import { type AccountBody, bodyOf, nameKey, type UserBody } from '../../../domain/directory/index.ts'
import type { AccountId, EpochMillis } from '../../../model/index.ts'
import type { BrokerParts } from '../../../pipeline/index.ts'
import { breathe } from '../../../platform/background-work.ts'
import { REPORT_HEADER, type ReportedKey, type ReportedPassword, rootRow, userRow } from './report-rows.ts'

const compress = promisify(deflateRaw)
/** Few enough that they hold up others for some milliseconds only. */
const SLICE = 100

/**
 * Writes the report of an account that was begun at an instant. When it fails it is left as begun, and begun anew by
 * whoever asks long enough after.
 */
export async function writeReport(
  account: AccountId,
  startedAt: EpochMillis,
  broker: BrokerParts,
  signal: AbortSignal,
): Promise<void> {
  const { directory, clock, logger } = broker
  try {
    const text = await reportOf(account, broker, signal)
    if (text === undefined) return
    const content = (await compress(text)).toString('base64')
    await directory.edit(
      async (edit) => {
        const report = await edit.stored('credential-report', account)
        // Somebody else's, when this took too long.
        if (report?.startedAt !== startedAt || report.generatedAt !== undefined) return
        edit.put('credential-report', account, account, { account, startedAt, generatedAt: clock.now(), content })
      },
      async () => undefined,
    )
  } catch (error) {
    logger.error('credential-report.failed', { account, error })
  }
}

/** The whole report; `undefined` when the node stops, or the account is gone. */
async function reportOf(account: AccountId, broker: BrokerParts, signal: AbortSignal): Promise<string | undefined> {
  const { records } = broker.directory
  const root = await records.stored('account', account)
  if (root === undefined) return undefined
  const secrets: Secrets = { root, keys: new Map(), profiles: new Map(), mfaHolders: new Set() }
  // Read as a whole before: one by one they would be a question for each user.
  for await (const record of unhurried(records.every('access-key', account))) {
    const { accessKeyId, status, createdAt } = bodyOf(record)
    secrets.keys.set(accessKeyId, { status, createdAt })
  }
  for await (const record of unhurried(records.every('login-profile', account))) {
    secrets.profiles.set(record.key, { changedAt: bodyOf(record).changedAt })
  }
  for await (const record of unhurried(records.every('mfa-device', account))) {
    const { enabled } = bodyOf(record)
    if (enabled !== undefined) secrets.mfaHolders.add(enabled.holder)
  }
  const slices = [`${REPORT_HEADER}\n${await rowsOf([root], secrets, broker)}`]
  let users: UserBody[] = []
  for await (const record of records.every('user', account)) {
    users.push(bodyOf(record))
    if (users.length < SLICE) continue
    slices.push(await rowsOf(users, secrets, broker))
    users = []
    await breathe()
    if (signal.aborted) return undefined
  }
  slices.push(await rowsOf(users, secrets, broker))
  return slices.join('')
}

/** What an account's principals prove themselves with, by access key id and by the key of a user. */
interface Secrets {
  readonly root: AccountBody
  readonly keys: Map<string, ReportedKey>
  readonly profiles: Map<string, ReportedPassword>
  /** By unique id; root by its account. */
  readonly mfaHolders: Set<string>
}

async function* unhurried<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  let count = 0
  for await (const item of items) {
    yield item
    count += 1
    if (count % SLICE === 0) await breathe()
  }
}

async function rowsOf(
  holders: readonly (UserBody | AccountBody)[],
  { root, keys, profiles, mfaHolders }: Secrets,
  { directory, usage }: BrokerParts,
): Promise<string> {
  const ids = holders.flatMap(({ accessKeyIds }) => accessKeyIds)
  const keysUsed = await usage.lastUsedOf('access-key', ids)
  const signedIn = holders.map((holder) => ('userName' in holder ? holder.uniqueId : holder.id))
  const passwordsUsed = await usage.lastUsedOf('password', signedIn)
  let rows = ''
  for (const holder of holders) {
    const held: ReportedKey[] = []
    for (const id of holder.accessKeyIds) {
      const key = keys.get(id)
      const used = keysUsed.get(id)
      // What was used before this key was made was another one of the same id.
      if (key !== undefined) held.push(used !== undefined && used.usedAt >= key.createdAt ? { ...key, used } : key)
    }
    if ('userName' in holder) {
      const profile = profiles.get(nameKey(holder.account, holder.userName))
      const used = passwordsUsed.get(holder.uniqueId)
      const password = profile && { ...profile, used, policy: root.passwordPolicy }
      const proofs = { keys: held, hasMfa: mfaHolders.has(holder.uniqueId) }
      rows += `${userRow(holder, proofs, password, directory.partition)}\n`
    } else {
      const proofs = { keys: held, hasMfa: mfaHolders.has(holder.id) }
      rows += `${rootRow(holder, proofs, passwordsUsed.get(holder.id), directory.partition)}\n`
    }
  }
  return rows
}
