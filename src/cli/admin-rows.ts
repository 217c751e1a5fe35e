import type { Secret } from '../model/index.ts'
import type { Output } from './cli-context.ts'

interface Admin {
  readonly arn: string
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
}

/**
 * Rows that say who an administrator is and where the key was written; the key itself only to a terminal.
 * @param file - where it was written; `undefined` when nowhere
 */
export function adminRows(
  admin: Admin,
  file: string | undefined,
  { isTTY }: Output,
  label = 'administrator',
): readonly string[][] {
  const { arn, accessKeyId, secretAccessKey } = admin
  const rows = [[label, arn]]
  if (file !== undefined) rows.push(['its key', `in ${file}, for you alone`])
  if (isTTY) rows.push(['access key id', accessKeyId], ['secret access key', secretAccessKey.reveal()])
  return rows
}
