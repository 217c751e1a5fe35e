import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { TARGET } from '../cast.ts'
import { mainOf, setUp, trusting, type Visitor } from './setting.ts'

const OTHER = 'arn:aws:iam::111111111111:oidc-provider/idp.example.com'
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => trusting(`Role${String(index).padStart(4, '0')}`, OTHER))

test('roles that nobody is let in by count as judged, and whoever is refused is told that there are more', async (t) => {
  const { visitor, broker } = await setUp(t, {
    doors: () => ({ both: { accounts: ['111111111111', TARGET] } }),
    roles: () => many(1000),
  })
  const someone = visitor()
  const answer = await someone.signIn({}, 'both')
  assert.equal(answer.status, 403)
  assert.match(await mainOf(answer), /There are more roles than could be looked through/)
  const offered = (await broker.events()).filter(({ eventName }) => eventName === 'ListOfferedRoles')
  assert.deepEqual(
    offered.map(({ recipientAccountId }) => recipientAccountId),
    ['111111111111'],
  )
})

test('nobody is signed in with the first role as long as another may be theirs in an account that was not looked into', async (t) => {
  const { visitor } = await setUp(t, {
    doors: () => ({ both: { accounts: ['111111111111', TARGET] } }),
    // With the one that everybody has, 1,000.
    roles: (arn) => [trusting('Admin', arn), ...many(998)],
  })
  const someone = visitor()
  assert.equal((await someone.signIn({}, 'both')).headers.get('location'), '/login/both/roles')
  assert.match(
    await mainOf(await someone.get('/login/both/roles')),
    /There are more roles than could be looked through/,
  )
})

test('whom no role lets in is held to the rate, and leaves no record beyond it', async (t) => {
  const { visitor, broker } = await setUp(t, { roles: () => [], limits: { requestsPerSecond: 2 } })
  const statuses: number[] = []
  const said: string[] = []
  const answers = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const someone = visitor()
      return [someone, await someone.begin()] as const
    }),
  )
  for (const [someone, asked] of answers) {
    const answer = await someone.comeBack(asked)
    statuses.push(answer.status)
    said.push(await mainOf(answer))
  }
  const refused = statuses.filter((status) => status === 503).length
  assert.ok(refused >= 4, statuses.join(' '))
  assert.match(said[statuses.indexOf(503)] ?? '', /Too many people sign in right now.*Wait a few seconds/)
  const records = (await broker.events()).filter(({ eventName }) => eventName === 'ListOfferedRoles')
  assert.ok(records.length <= 8 - refused, String(records.length))
})

test('the page of the roles is held to the rate, too', async (t) => {
  const { visitor } = await setUp(t, {
    roles: (arn) => [trusting('One', arn), trusting('Two', arn)],
    limits: { requestsPerSecond: 2 },
  })
  const someone = visitor()
  await someone.signIn()
  const statuses: number[] = []
  for (let count = 0; count < 8; count++) statuses.push((await someone.get('/login/corp/roles')).status)
  assert.ok(statuses.includes(200) || statuses.includes(503))
  assert.ok(statuses.filter((status) => status === 503).length >= 4, statuses.join(' '))
})

test('a provider that hangs holds up a hundred sign-ins, and the next are refused at once', async (t) => {
  const { visitor, provider } = await setUp(t)
  let held = 0
  let statuses: number[] = []
  provider.fake.routes.set('/token', () => {
    held++
  })
  t.after(() => provider.fake[Symbol.asyncDispose]())
  // An address may begin 100 at once, and 50 a second after that.
  const begun: (readonly [Visitor, URLSearchParams])[] = []
  for (let count = 0; count < 130; count++) {
    if (count >= 90) await setTimeout(25)
    const someone = visitor()
    begun.push([someone, await someone.begin()])
  }
  const fetchedBefore = provider.fake.fetched.length
  const all = begun.map(async ([someone, asked]) => {
    const query = new URLSearchParams({ code: 'c', state: asked.get('state') ?? '' })
    const { status } = await someone.get(`/login/corp/callback?${query}`)
    statuses = [...statuses, status]
  })
  while (held < 100 || statuses.length < 30) await setTimeout(20)
  assert.equal(held, 100)
  assert.deepEqual(statuses, Array(30).fill(503))
  assert.ok(provider.fake.fetched.length - fetchedBefore < 130, 'its discovery document is asked for once for many')
  await provider.fake[Symbol.asyncDispose]()
  await Promise.all(all)
})
