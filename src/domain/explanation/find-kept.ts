import type { AuditEntry, AuditPage, AuditPlace, AuditQuery } from '../../platform/storage/index.ts'
import type { Reference } from './reference.ts'

/** Where audit records are looked for. */
interface AuditReader {
  find(query: AuditQuery): Promise<AuditPage>
  /** Writes out what is noted. */
  flush(): Promise<void>
}

/** Of one page: of one instant there are few, of all time many. */
const PAGE = 500
/** Pages that are looked through for a request of which only the id is known: 100,000 records at least. */
const MOST_PAGES = 200

/** The audit record that a reference leads to; `undefined` when it was not kept. A refusal is written a moment later. */
export async function findReferred(
  { requestId, time, account }: Reference,
  audit: AuditReader,
): Promise<AuditEntry | undefined> {
  const place = { account, since: time, until: time }
  const found = await search(place, requestId, audit)
  if (found !== undefined) return found
  await audit.flush()
  return await search(place, requestId, audit)
}

/** The newest record of a request by its id alone: looked for among the newest refusals, however old. */
export async function findRequest(requestId: string, audit: AuditReader): Promise<AuditEntry | undefined> {
  await audit.flush()
  return await search({ refused: true }, requestId, audit)
}

async function search(
  filter: Omit<AuditQuery, 'limit'>,
  requestId: string,
  audit: AuditReader,
): Promise<AuditEntry | undefined> {
  // A quotation mark that a caller sends is escaped in JSON, so the member cannot be forged.
  const member = `"requestID":${JSON.stringify(requestId)}`
  let after: AuditPlace | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const { entries, next } = await audit.find({ ...filter, after, limit: PAGE })
    const found = entries.find(({ body }) => body.includes(member))
    if (found !== undefined || next === undefined) return found
    after = next
  }
  return undefined
}
