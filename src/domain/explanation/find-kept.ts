import type { AuditEntry, AuditPage, AuditPlace, AuditQuery } from '../../platform/storage/index.ts'
import { readExplanation } from './kept-explanation.ts'
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
export async function findReferred(reference: Reference, audit: AuditReader): Promise<AuditEntry | undefined> {
  const { requestId, time, account } = reference
  const place = { account, since: time, until: time }
  let found = await search(place, requestId, audit)
  if (found === undefined) {
    await audit.flush()
    found = await search(place, requestId, audit)
  }
  return found !== undefined && concerns(found, reference) ? found : undefined
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
  const isRecord = ({ body }: AuditEntry): boolean => body.includes(requestId) && requestOf(body) === requestId
  let after: AuditPlace | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const { entries, next } = await audit.find({ ...filter, after, limit: PAGE })
    const found = entries.find(isRecord)
    if (found !== undefined || next === undefined) return found
    after = next
  }
  return undefined
}

/** Read as JSON, not looked for in the text: callers choose the names of members too, of their tags for one. */
function requestOf(body: string): string | undefined {
  const { requestID }: { readonly requestID?: string } = JSON.parse(body)
  return requestID
}

/** Whether what is kept is about the two accounts that the reference was sealed for: who may see it follows from those. */
function concerns({ explanation }: AuditEntry, { account, resourceAccount }: Reference): boolean {
  if (explanation === undefined) return true
  const kept = readExplanation(explanation)
  return kept.caller.account === account && (resourceAccount ?? kept.resourceAccount) === kept.resourceAccount
}
