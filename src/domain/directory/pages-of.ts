import type { DirectoryRecord, DirectoryStore, RecordKind } from '../../platform/storage/index.ts'

const PAGE = 1_000

/** Every record of a kind, of all accounts, a page at a time. */
export async function* pagesOf(store: DirectoryStore, kind: RecordKind): AsyncGenerator<readonly DirectoryRecord[]> {
  for (let after: string | undefined; ; ) {
    const page = await store.list(kind, after === undefined ? { limit: PAGE } : { after, limit: PAGE })
    yield page
    after = page.at(-1)?.key
    if (page.length < PAGE) return
  }
}
