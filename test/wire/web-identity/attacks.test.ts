import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { signed } from '../../fake-issuer.ts'
import type { Params } from '../wire-client.ts'
import { ATTACKS } from './attacks.ts'
import { type Setting, setUp } from './setting.ts'

/** Of a token, whatever it is. */
const MOST_CPU_US = 50_000

describe('tokens that prove nobody', () => {
  let set: Setting
  before(async () => {
    set = await setUp()
    // From here on the keys are known, and nobody may look for others for a while.
    assert.equal((await set.exchange(await set.token())).status, 200)
    assert.equal((await set.exchange(await signed(set.claims(), set.rsa, { kid: 'nobody knows' }))).status, 400)
    assert.equal(set.main.fetched.length, 4)
    // What a process does for the first time costs more than it ever will again.
    for (const { token, params } of ATTACKS.slice(0, 20)) await set.exchange(await token(set), params)
  })
  after(() => set[Symbol.asyncDispose]())

  async function cpuOf(token: string, params?: Params): Promise<number> {
    const startedAt = process.cpuUsage()
    await set.exchange(token, params)
    const { user, system } = process.cpuUsage(startedAt)
    return user + system
  }

  test('there are more than seventy', () => assert.ok(ATTACKS.length >= 70, String(ATTACKS.length)))

  for (const { rule, token, params, code, message } of ATTACKS) {
    test(`refused: ${rule}`, async () => {
      const text = await token(set)
      const fetched = [set.main, set.second, set.attacker].map((each) => [...each.fetched])
      const { status, fault, body } = await set.exchange(text, params)
      assert.deepEqual({ status, code: fault?.code }, { status: 400, code }, body)
      if (message instanceof RegExp) assert.match(fault?.message ?? '', message)
      else assert.equal(fault?.message, message)
      assert.ok(text.length < 20 || !body.includes(text), 'the token is not repeated')
      assert.deepEqual(
        [set.main, set.second, set.attacker].map((each) => each.fetched),
        fetched,
        'nothing is fetched',
      )
      // Threads of the process that compile and collect count, too: not what each token makes them do.
      let least = Number.POSITIVE_INFINITY
      for (let times = 0; times < 3 && least >= MOST_CPU_US; times++) least = Math.min(least, await cpuOf(text, params))
      assert.ok(least < MOST_CPU_US, `took ${least} us`)
    })
  }

  test('what they are refused with says nothing of the role', async () => {
    for (const name of ['Open', 'Absent']) {
      const RoleArn = `arn:aws:iam::111111111111:role/${name}`
      const { fault } = await set.exchange(await signed(set.claims(), set.attackerKey), { RoleArn })
      assert.match(fault?.message ?? '', /^Couldn't retrieve/)
    }
  })
})
