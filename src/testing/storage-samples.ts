import type { TestContext } from 'node:test'
import { epochMillis } from '../model/index.ts'
import type { AuditEntry, DirectoryRecord, RecordKind, Storage } from '../platform/storage/index.ts'

/** The account that samples are in. */
export const SOURCE = '111111111111'

/** Another account. */
export const TARGET = '222222222222'

/** Opens an empty storage. */
export type OpenStorage = () => Promise<Storage>

/** Opens a storage that is closed when the test ends. */
export async function openedFor(t: TestContext, open: OpenStorage): Promise<Storage> {
  const storage = await open()
  t.after(() => storage.close())
  return storage
}

interface UserOptions {
  readonly kind?: RecordKind
  readonly account?: string
  readonly body?: string
  readonly sealedUnder?: string
}

/** A record, of a user in `SOURCE` when nothing else is said. */
export function user(
  key: string,
  { kind = 'user', account = SOURCE, body = '{}', ...seal }: UserOptions = {},
): DirectoryRecord {
  return { kind, key, account, body, ...seal }
}

/** An audit entry, of the account `SOURCE` when nothing else is said. */
export function event(eventId: string, time: number, fields: Partial<AuditEntry> = {}): AuditEntry {
  return {
    eventId,
    eventTime: epochMillis(time),
    account: SOURCE,
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    username: 'alice',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    principalArn: `arn:aws:iam::${SOURCE}:user/alice`,
    readOnly: true,
    errorCode: undefined,
    resources: [{ type: 'AWS::IAM::Role', name: `arn:aws:iam::${TARGET}:role/Deployer` }],
    body: '{}',
    explanation: undefined,
    ...fields,
  }
}
