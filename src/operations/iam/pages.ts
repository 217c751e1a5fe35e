import { openMarker, sealMarker } from '../../domain/paging/index.ts'
import { integer, type Params } from '../../engines/wire/index.ts'
import { type AccountId, ValidationError } from '../../model/index.ts'
import type { KeyRing } from '../../platform/keyring/index.ts'
import { marker as markerText } from './iam-types.ts'

const STANDARD = 100
/** How many records one answer looks at: where few of many match, a page is short, and more follow. As at AWS. */
const MOST_SCANNED = 1000

/** Which page of a list is asked for. */
export interface PageInput {
  readonly marker: string | undefined
  readonly maxItems: number | undefined
}

/** The parameters `Marker` and `MaxItems`, for `collect`. */
export const readPage = (params: Params) => ({
  marker: params.optional('Marker', markerText, undefined),
  maxItems: params.optional('MaxItems', integer({ min: 1, max: 1000 }), undefined),
})

/** A list that is answered in pages. */
export interface Listing<Item> {
  /** The action, and everything else that the list depends on: a marker is good for no other. */
  readonly list: readonly (string | undefined)[]
  readonly account: AccountId
  /** At most `limit` in the order of their keys, those after `after`. */
  load(options: { readonly after: string | undefined; readonly limit: number }): Promise<readonly Item[]>
  keyOf(item: Item): string
  /** Whether an item belongs to the list; all do where it is left out. */
  keeps?(item: Item): boolean
}

/** One page. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly IsTruncated: boolean
  readonly Marker: string | undefined
}

/** Answers one page of a list. @throws {@link ValidationError} for a marker that is none of this list */
export async function pageOf<Item>(
  { marker, maxItems = STANDARD }: PageInput,
  { list, account, load, keyOf, keeps = () => true }: Listing<Item>,
  keyring: KeyRing,
): Promise<Page<Item>> {
  const name = JSON.stringify([account, ...list])
  let after = marker === undefined ? undefined : openMarker(marker, name, keyring)
  if (marker !== undefined && after === undefined) throw new ValidationError('Invalid Marker.')
  const items: Item[] = []
  for (let scanned = 0; ; ) {
    // One more than there is room for tells whether the list goes on.
    const limit = maxItems - items.length + 1
    const loaded = await load({ after, limit })
    for (const item of loaded.slice(0, limit - 1)) {
      after = keyOf(item)
      if (keeps(item)) items.push(item)
    }
    scanned += loaded.length
    if (loaded.length < limit) return { items, IsTruncated: false, Marker: undefined }
    if (items.length < maxItems && scanned < MOST_SCANNED) continue
    return { items, IsTruncated: true, Marker: sealMarker(after ?? '', name, keyring) }
  }
}

/** How a list that is at hand as a whole is loaded. */
export function loadFrom<Item>(all: readonly Item[], keyOf: (item: Item) => string): Listing<Item>['load'] {
  const sorted = all.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
  return async ({ after, limit }) => {
    const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after)
    return rest.slice(0, limit)
  }
}
