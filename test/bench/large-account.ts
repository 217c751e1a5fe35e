import { join } from 'node:path'
import { type Cost, cost, textOf, words } from './against-bare.ts'
import type { BrokerQuestion, BrokerStarted } from './broker-child.ts'
import { Child } from './child.ts'
import { oneAccount, UNTHROTTLED } from './directory.ts'
import { alive, mib, settled } from './memory.ts'
import { median, type Row, rounded, spread } from './row.ts'
import { type PreparedRequest, send, signedCall } from './signed-request.ts'
import { keysOf, prepareData, startOf } from './start-up.ts'
import type { MemoryUse } from './usage.ts'

const MIB = 1_048_576
const USERS = 100_000
const ROLES = 10_000
/** As many of both has the account that it is held against. */
const FEW = 10
const QUOTAS = { ...UNTHROTTLED, usersPerAccount: 10_000_000, rolesPerAccount: 10_000_000 }

const ROUNDS = 9
const WARM_UP = { pages: 300, sessions: 5000, users: 300 }
const PER_ROUND = { pages: 150, sessions: 1500, users: 100 }
/** A page as long as clients ask for when they say nothing, and the longest, to get on. */
const PAGE = '100'
const STRIDE = '1000'

/** Who is asked: a broker, and the load generator that asks. */
interface Asked extends BrokerStarted {
  readonly child: Child
  readonly load: Child
}

/**
 * Measures an account of 100,000 users and 10,000 roles against one of ten each, in turn: pages of lists wherever they
 * begin, AssumeRole, CreateUser, the second start, and memory. Both have a data folder.
 */
export async function largeAccount(folder: string): Promise<readonly Row[]> {
  const many = join(folder, 'large-account')
  const few = join(folder, 'small-account')
  const credentials = await prepareData(many, oneAccount(USERS, ROLES))
  await prepareData(few, oneAccount(FEW, FEW))
  const name = `${USERS.toLocaleString('en')} users and ${ROLES.toLocaleString('en')} roles`
  const start = await startOf(many, credentials, name, { atLeast: 3, aim: 1 })

  using load = new Child('load-child', 1)
  using manyChild = new Child('broker-child', 0, ['--expose-gc'])
  using fewChild = new Child('broker-child', 0, ['--expose-gc'])
  const large = await started(manyChild, many, load)
  const small = await started(fewChild, few, load)
  const idle = { small: await settled(fewChild), large: await settled(manyChild) }
  const rows = [
    await pages('ListUsers', USERS, large),
    await pages('ListRoles', ROLES, large),
    await againstFew('AssumeRole', large, small, {
      warmUp: WARM_UP.sessions,
      amount: PER_ROUND.sessions,
      prepare: (asked, roles) => assumeRoles(asked, roles),
    }),
    await againstFew('CreateUser', large, small, {
      warmUp: WARM_UP.users,
      amount: PER_ROUND.users,
      once: true,
      prepare: (asked, _, round) => newUsers(asked, round === 0 ? WARM_UP.users : PER_ROUND.users, round),
    }),
  ]
  const used = { small: await settled(fewChild), large: await settled(manyChild) }
  return [start, ...rows, occupied('started', idle), occupied('used', used)]
}

async function started(child: Child, data: string, load: Child): Promise<Asked> {
  const start = { data, keys: keysOf(data), limits: QUOTAS }
  return { ...(await child.ask<BrokerQuestion, BrokerStarted>({ start })), child, load }
}

/** Reads a page at the beginning, in the middle and at the end of a list: the dearest of them against the cheapest. */
async function pages(action: 'ListUsers' | 'ListRoles', items: number, asked: Asked): Promise<Row> {
  const { endpoint, credentials } = asked
  const page = (marker: string | undefined, size: string): Promise<PreparedRequest> =>
    signedCall(endpoint, credentials, { Action: action, MaxItems: size, ...(marker && { Marker: marker }) }, 'iam')
  const strides = items / Number(STRIDE)
  const places: PreparedRequest[] = [await page(undefined, PAGE)]
  let marker: string | undefined
  for (let stride = 1; stride < strides; stride++) {
    const { body } = await send(endpoint, await page(marker, STRIDE))
    marker = textOf(body, 'Marker')
    if (stride === Math.floor(strides / 2) || stride === strides - 1) places.push(await page(marker, PAGE))
  }
  const costs = places.map((): Cost[] => [])
  for (const request of places) await cost({ ...asked, requests: [request] }, WARM_UP.pages)
  for (let round = 0; round < ROUNDS; round++) {
    for (const [place, request] of places.entries()) {
      costs[place]?.push(await cost({ ...asked, requests: [request] }, PER_ROUND.pages))
    }
  }
  const medians = costs.map((rounds) => median(rounds.map(({ cpu }) => cpu)))
  const [beginning = Number.NaN, middle = Number.NaN, end = Number.NaN] = medians
  return {
    work: `${action}, ${PAGE} of ${items.toLocaleString('en')}: dearest against cheapest page`,
    measured: `beginning ${rounded(beginning)}, middle ${rounded(middle)}, end ${rounded(end)} us CPU`,
    value: Math.max(...medians) / Math.min(...medians),
    unit: 'x',
    target: { atLeast: 1.25, aim: 1.1 },
  }
}

interface Work {
  readonly warmUp: number
  readonly amount: number
  readonly once?: boolean
  prepare(asked: Asked, roles: number, round: number): Promise<readonly PreparedRequest[]>
}

async function againstFew(action: string, large: Asked, small: Asked, work: Work): Promise<Row> {
  const { warmUp, amount, once = false, prepare } = work
  const inLarge: Cost[] = []
  const inSmall: Cost[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    const count = round === 0 ? warmUp : amount
    const one = await cost({ ...small, requests: await prepare(small, FEW, round), once }, count)
    const other = await cost({ ...large, requests: await prepare(large, ROLES, round), once }, count)
    if (round === 0) continue
    inSmall.push(one)
    inLarge.push(other)
  }
  const ratios = inLarge.map(({ cpu }, round) => cpu / (inSmall[round]?.cpu ?? Number.NaN))
  return {
    work: `${action} in it, against an account of ${FEW}`,
    measured: `${words(inLarge)}; ${words(inSmall)} of ${FEW}; ratios ${spread(ratios)}`,
    value: median(ratios),
    unit: 'x',
    target: { atLeast: 1.1 },
  }
}

/** Ten roles that lie all over the account. */
function assumeRoles({ endpoint, credentials }: Asked, roles: number): Promise<PreparedRequest[]> {
  const numbers = Array.from({ length: FEW }, (_, index) => index * (roles / FEW))
  return Promise.all(
    numbers.map((number) => {
      const RoleArn = `arn:aws:iam::111111111111:role/role-${number}`
      return signedCall(endpoint, credentials, { Action: 'AssumeRole', RoleArn, RoleSessionName: 'bench' })
    }),
  )
}

function newUsers({ endpoint, credentials }: Asked, count: number, round: number): Promise<PreparedRequest[]> {
  const names = Array.from({ length: count }, (_, index) => `new-${round}-${index}`)
  const call = (UserName: string) => signedCall(endpoint, credentials, { Action: 'CreateUser', UserName }, 'iam')
  return Promise.all(names.map(call))
}

function occupied(when: string, { small, large }: Readonly<Record<'small' | 'large', MemoryUse>>): Row {
  return {
    work: `memory, alive, ${when}, against an account of ${FEW}`,
    measured: `resident ${mib(large.residentBytes)}; ${alive(large)}; of ${FEW}: resident ${mib(small.residentBytes)}; ${alive(small)}`,
    value: Math.max(0, large.heapBytes + large.externalBytes - small.heapBytes - small.externalBytes) / MIB,
    unit: 'MiB',
  }
}
