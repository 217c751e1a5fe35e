import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ServiceAccountTokens, TaskTokens } from '../../src/domain/containers/index.ts'
import { ContainerCredentials, containerDoor, RoleCredentials } from '../../src/doors/metadata/index.ts'
import { epochMillis } from '../../src/model/index.ts'
import { OTHER_TASK, POD, proofOf, stage, TASK } from './container-stage.ts'

/** The endpoints of containers at an instant that the test sets; asking often costs no time. */
async function atAnInstant(t: TestContext, { isLimited = true } = {}) {
  const { node } = await stage(t)
  const { broker } = node
  let now = epochMillis(0)
  const door = containerDoor({
    directory: broker.directory,
    clock: broker.clock,
    wireClock: { now: () => now },
    isLimited,
    random: broker.random,
    taskTokens: new TaskTokens(broker),
    serviceAccountTokens: new ServiceAccountTokens({ ...broker, partition: 'aws' }),
    credentials: new ContainerCredentials(new RoleCredentials(broker, { most: 10 }), broker),
  })
  const ask = async (url: string, authorization: string, method = 'GET') =>
    await door({ method, url, headers: { authorization }, headersDistinct: { authorization: [authorization] } })
  return {
    ask,
    proof: (name: string) => proofOf(node, name),
    advance: (ms: number) => {
      now = epochMillis(now + ms)
    },
    /** How many of so many requests are answered with 200. */
    async taken(url: string, authorization: string, asked: number): Promise<number> {
      let count = 0
      for (let index = 0; index < asked; index++) {
        const answer = await ask(url, authorization)
        assert.ok(answer?.status === 200 || answer?.status === 429)
        if (answer.status === 200) count++
      }
      return count
    },
  }
}

test('a task is answered 60 times at once and 40 times a second; another task has a rate of its own', async (t) => {
  const { taken, proof, advance, ask } = await atAnInstant(t)
  const { path, token } = await proof(`task/${TASK}`)
  const other = await proof(`task/${OTHER_TASK}`)
  assert.equal(await taken(path, token, 100), 60)
  assert.equal(await taken(other.path, other.token, 100), 60)
  advance(1000)
  assert.equal(await taken(path, token, 100), 40)
  const refused = await ask(path, token)
  assert.deepEqual([refused?.status, JSON.parse(String(refused?.body)).HTTPErrorCode], [429, 429])
  assert.ok(!refused?.body.includes('SecretAccessKey'))
  assert.equal((await ask(path, token, 'POST'))?.status, 405, 'what is never answered is not counted')
})

test('pods together are answered 1,000 times a second', async (t) => {
  const { taken, proof, advance } = await atAnInstant(t)
  const { path, token } = await proof(POD)
  assert.equal(await taken(path, token, 1200), 1000)
  advance(10)
  assert.equal(await taken(path, token, 100), 10)
})

test('whoever proves nothing takes nothing from the rate of who does', async (t) => {
  const { ask, taken, proof } = await atAnInstant(t)
  const { path, token } = await proof(`task/${TASK}`)
  for (let count = 0; count < 100; count++) assert.equal((await ask(path, 'guessed'))?.status, 401)
  assert.equal(await taken(path, token, 100), 60)
})

test('where requests are not limited, these are not either', async (t) => {
  const { taken, proof } = await atAnInstant(t, { isLimited: false })
  const { path, token } = await proof(`task/${TASK}`)
  assert.equal(await taken(path, token, 200), 200)
})
