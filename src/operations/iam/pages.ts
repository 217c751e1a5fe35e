import { createHash } from 'node:crypto'
import { openMarker, sealMarker } from '../../domain/paging/index.ts'
import { integer, type Params } from '../../engines/wire/index.ts'
import { type AccountId, ValidationError } from '../../model/index.ts'
import { breathe } from '../../platform/background-work.ts'
import type { KeyRing } from '../../platform/keyring/index.ts'
import { marker as markerText } from './iam-types.ts'
import { Pauses } from './pauses.ts'

const STANDARD = 100
/** How many records one answer looks at: where few of many match, a page is short, and more follow. As at AWS. */
const MOST_SCANNED = 1000
/** Of what one answer repeats at length, in characters: a page ends early where it is more. As it may at AWS. */
const MOST_LENGTH = 1024 * 1024
/** A page of the usual size, and one more: records carry all that belongs to them. */
const LOADED_AT_ONCE = STANDARD + 1
const KEYS_AT_ONCE = 5000
const LONG_KEY_BYTES = 180
/** In UTF-16 units, each of which is up to three bytes. */
const KEPT_OF_LONG_KEY = 48

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
  /** How much of the answer an item takes, in characters; worth saying where it is much. */
  lengthOf?(item: Item): number
}

/** One page. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly IsTruncated: boolean
  readonly Marker: string | undefined
}

interface Place<Item> {
  readonly key: string
  readonly item: Item
}

/** Answers one page of a list. @throws {@link ValidationError} for a marker that is none of this list */
export async function pageOf<Item>(
  { marker, maxItems = STANDARD }: PageInput,
  { list, account, load, keyOf, keeps = () => true, lengthOf = () => 0 }: Listing<Item>,
  keyring: KeyRing,
): Promise<Page<Item>> {
  const name = JSON.stringify([account, ...list])
  let after = marker === undefined ? undefined : openMarker(marker, name, keyring)
  if (marker !== undefined && after === undefined) throw new ValidationError('Invalid Marker.')
  const items: Item[] = []
  for (let scanned = 0, length = 0; ; ) {
    const room = maxItems - items.length
    // One more than there is room for tells whether the list goes on.
    const limit = Math.min(room + 1, LOADED_AT_ONCE)
    const loaded = await load({ after, limit })
    let seen = 0
    for (const item of loaded.slice(0, room)) {
      if (length >= MOST_LENGTH) break
      seen++
      after = keyOf(item)
      if (!keeps(item)) continue
      items.push(item)
      length += lengthOf(item)
    }
    scanned += seen
    const isLeftOver = seen < loaded.length
    if (loaded.length < limit && !isLeftOver) return { items, IsTruncated: false, Marker: undefined }
    const isFull = items.length === maxItems ? isLeftOver : scanned >= MOST_SCANNED
    if (isFull || length >= MOST_LENGTH) {
      return { items, IsTruncated: true, Marker: sealMarker(after ?? '', name, keyring) }
    }
    // Where records are read without waiting for anything, nobody else had a turn.
    await breathe()
  }
}

/**
 * How a list that is at hand as a whole is loaded: in the order of its keys. Of long ones that begin alike it is another,
 * for markers may not be long.
 */
export function atHand<Item>(
  all: readonly Item[],
  keyOf: (item: Item) => string,
): Pick<Listing<Item>, 'load' | 'keyOf'> {
  const shortKeyOf = (item: Item) => shortened(keyOf(item))
  let places: readonly Place<Item>[] | undefined
  return {
    keyOf: shortKeyOf,
    async load({ after, limit }) {
      places ??= await sorted(all, shortKeyOf)
      const first = after === undefined ? 0 : places.findIndex(({ key }) => key > after)
      return first < 0 ? [] : places.slice(first, first + limit).map(({ item }) => item)
    },
  }
}

/** Items in the order of their keys, each of which is made once; others have their turn meanwhile. */
async function sorted<Item>(all: readonly Item[], keyOf: (item: Item) => string): Promise<readonly Place<Item>[]> {
  const pauses = new Pauses(KEYS_AT_ONCE)
  const places: Place<Item>[] = []
  for (const item of all) {
    await pauses.spend(1)
    places.push({ key: keyOf(item), item })
  }
  return places.sort((one, other) => (one.key < other.key ? -1 : 1))
}

/** A key as it may stand in a marker, which may have 320 characters with its proof. */
function shortened(key: string): string {
  if (Buffer.byteLength(key) <= LONG_KEY_BYTES) return key
  const fingerprint = createHash('sha256').update(key).digest('base64url').slice(0, 22)
  return `${key.slice(0, KEPT_OF_LONG_KEY).toWellFormed()}${fingerprint}`
}
