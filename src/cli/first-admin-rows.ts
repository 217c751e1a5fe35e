import { join } from 'node:path'
import type { FirstAdmin } from '../operations/loading/index.ts'
import { type BrokerConfig, isInMemory } from '../platform/config/index.ts'
import type { Output } from './cli-context.ts'

/** Rows that say who the first administrator is and where its key was written; the key itself only to a terminal. */
export function firstAdminRows(admin: FirstAdmin, config: BrokerConfig, { isTTY }: Output): readonly string[][] {
  const { arn, accessKeyId, secretAccessKey } = admin
  const rows = [['first admin', arn]]
  if (!isInMemory(config)) rows.push(['its key', `in ${join(config.data, 'initial-admin.json')}, for you alone`])
  if (isTTY) rows.push(['access key id', accessKeyId], ['secret access key', secretAccessKey.reveal()])
  return rows
}
