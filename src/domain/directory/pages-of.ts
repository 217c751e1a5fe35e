import type { DirectoryRecord, DirectoryStore, RecordKind } from '../../platform/storage/index.ts'

const PAGE = 1_000

/** Every record of a kind, of one account or of all, a page at a time. */
export async function* pagesOf(
  store: DirectoryStore,
  kind: RecordKind,
  account?: string,
): AsyncGenerator<readonly DirectoryRecord[]> {
  const which = account === undefined ? { limit: PAGE } : { account, limit: PAGE }
  for (let after: string | undefined; ; ) {
    const page = await store.list(kind, after === undefined ? which : { ...which, after })
    yield page
    after = page.at(-1)?.key
    if (page.length < PAGE) return
  }
}
