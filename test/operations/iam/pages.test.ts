import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { marker } from '../../../src/operations/iam/iam-types.ts'
import { atHand, type Listing, pageOf } from '../../../src/operations/iam/pages.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { memoryKeyRing } from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { SOURCE } from '../../domain/directory/samples.ts'
import { fc } from '../../fast-check.ts'
import { turnsDuring } from './turns.ts'

const keyring = memoryKeyRing({ random: systemRandom, clock: systemClock })

interface Numbered {
  readonly number: number
}

/** Many records, in the order of their keys, and how many were loaded at most at once. */
function aStore(count: number) {
  const keyOf = ({ number }: Numbered) => String(number).padStart(6, '0')
  const loads: number[] = []
  const listing: Listing<Numbered> = {
    list: ['numbers'],
    account: SOURCE,
    keyOf,
    load: async ({ after, limit }) => {
      const first = after === undefined ? 0 : Number(after) + 1
      const numbers = Array.from({ length: Math.max(0, Math.min(limit, count - first)) }, (_, at) => first + at)
      loads.push(numbers.length)
      return numbers.map((number) => ({ number }))
    },
  }
  return { listing, loads }
}

/** Every page of a list, from the first to the last. */
async function allPages<Item>(listing: Listing<Item>, maxItems: number): Promise<(readonly Item[])[]> {
  const pages: (readonly Item[])[] = []
  for (let at: string | undefined; ; ) {
    const { items, IsTruncated, Marker } = await pageOf({ marker: at, maxItems }, listing, keyring)
    assert.equal(IsTruncated, Marker !== undefined)
    pages.push(items)
    if (Marker === undefined) return pages
    assert.equal(marker(Marker), Marker, `a marker of ${Marker.length} characters is taken back`)
    at = Marker
  }
}

describe('a page of a list', () => {
  test('is loaded in parts, however many items it may have, and others have their turn meanwhile', async () => {
    const { listing, loads } = aStore(5000)
    const turns = await turnsDuring(async () => {
      const { items } = await pageOf({ marker: undefined, maxItems: 1000 }, listing, keyring)
      assert.equal(items.length, 1000)
    })
    assert.ok(turns >= 8, `${turns} turns`)
    assert.ok(Math.max(...loads) <= 101, `${Math.max(...loads)} at once`)
  })

  test('ends early where its items are long, and the list goes on after them', async () => {
    const { listing } = aStore(40)
    const pages = await allPages({ ...listing, lengthOf: () => 100_000 }, 1000)
    assert.deepEqual(
      pages.map(({ length }) => length),
      [11, 11, 11, 7],
    )
    const huge = await allPages({ ...listing, lengthOf: () => 10_000_000 }, 1000)
    assert.deepEqual(huge.flat(), pages.flat())
  })

  test('is followed by the rest, each item once, wherever pages end and whatever is left out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(450), fc.integer({ min: 1, max: 350 }), fc.nat(3), async (count, maxItems, part) => {
        const { listing } = aStore(count)
        const keeps = ({ number }: Numbered) => number % 4 >= part
        const pages = await allPages({ ...listing, keeps }, maxItems)
        const kept = Array.from({ length: count }, (_, number) => ({ number })).filter(keeps)
        assert.deepEqual(pages.flat(), kept)
        // None of it was too much to be looked at, so only the last page is short.
        for (const page of pages.slice(0, -1)) assert.equal(page.length, maxItems)
      }),
      { numRuns: 60 },
    )
  })
})

describe('a list that is at hand', () => {
  test('makes markers that are taken back, whatever the letters of its keys', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => `${'鍵'.repeat(47)}${'𠮷'.repeat(39)}${index}`)
    const pages = await allPages({ list: ['keys'], account: SOURCE, ...atHand(keys, (key) => key) }, 7)
    assert.deepEqual(pages.flat().toSorted(), keys.toSorted())
  })

  test('goes on after an item that is gone', async () => {
    const keys = ['a', 'b', 'c', 'd'].map((letter) => letter + '鍵'.repeat(100))
    const listed = (all: readonly string[]) => ({ list: ['keys'], account: SOURCE, ...atHand(all, (key) => key) })
    const { Marker } = await pageOf({ marker: undefined, maxItems: 2 }, listed(keys), keyring)
    const rest = await pageOf(
      { marker: Marker, maxItems: 2 },
      listed(keys.filter((key) => !/^[ab]/.test(key))),
      keyring,
    )
    assert.deepEqual(rest.items, keys.slice(2))
  })

  test('asks each item for its key once to be sorted, and others have their turn meanwhile', async () => {
    const COUNT = 50_000
    let asked = 0
    const numbers = Array.from({ length: COUNT }, (_, index) => (index * 7919) % COUNT)
    const { load } = atHand(numbers, (number) => {
      asked++
      return String(number).padStart(6, '0')
    })
    const turns = await turnsDuring(async () => assert.deepEqual(await load({ after: undefined, limit: 2 }), [0, 1]))
    assert.deepEqual(await load({ after: '000001', limit: 2 }), [2, 3])
    assert.equal(asked, COUNT)
    assert.ok(turns >= 8, `${turns} turns`)
  })
})
