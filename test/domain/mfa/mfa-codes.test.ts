import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeAt, stepOf } from '../../../src/domain/mfa/code-steps.ts'
import { MfaCodes } from '../../../src/domain/mfa/index.ts'
import { type EpochMillis, epochMillis, Secret } from '../../../src/model/index.ts'
import type { MfaDeviceStates } from '../../../src/platform/storage/index.ts'
import { openSqlStorage } from '../../../src/platform/storage/sql/index.ts'

const BYTES = Buffer.from('12345678901234567890', 'latin1')
const SEED = new Secret('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
const DEVICE = { id: 'device-1', seed: SEED }
const START = Date.UTC(2026, 0, 1, 12)

/** Codes on a state of their own, a clock that can be moved, and what the device shows. */
async function setting() {
  const { mfaDevices: states } = await openSqlStorage({ data: ':memory:' })
  let ms = START
  const codes = new MfaCodes(states)
  return {
    states,
    codes,
    get now() {
      return epochMillis(ms)
    },
    /** Moves the clock by so many steps. */
    wait(steps: number): void {
      ms += steps * 30_000
    },
    /** The code of now, or of so many steps later. */
    code: (later = 0) => codeAt(BYTES, stepOf(epochMillis(ms)) + later),
    accept: (code: string) => acceptOf(codes, DEVICE, code, epochMillis(ms)),
    synchronize: (code1: string, code2: string, kind: 'enable' | 'resync' = 'enable', holder = 'AIDA-ALICE') =>
      codes.synchronize(DEVICE, code1, code2, kind === 'enable' ? { kind, holder } : { kind }, epochMillis(ms)),
  }
}

/** What becomes of a code of one device. */
async function acceptOf(codes: MfaCodes | undefined, device: typeof DEVICE, code: string, now: EpochMillis) {
  const outcome = await codes?.accept([device], code, now)
  return typeof outcome === 'object' ? 'accepted' : outcome
}

/** States that tell which of them a write changed. */
function watchedStates(states: MfaDeviceStates, tell: (changed: readonly string[]) => void): MfaDeviceStates {
  const replaceAll: MfaDeviceStates['replaceAll'] = async (changes) => {
    const replaced = await states.replaceAll(changes)
    if (replaced) tell(changes.map(([device]) => device))
    return replaced
  }
  return { find: (device) => states.find(device), replace: (...change) => replaceAll([change]), replaceAll }
}

/** A code that is none of those around now. */
const WRONG = '000000'

test('a code is accepted once', async () => {
  const { accept, code } = await setting()
  assert.equal(await accept(code()), 'accepted')
  assert.equal(await accept(code()), 'refused')
})

test('a code is refused in the next step too when it was accepted in its own', async () => {
  const { accept, code, wait } = await setting()
  const used = code()
  assert.equal(await accept(used), 'accepted')
  wait(1)
  assert.equal(await accept(used), 'refused')
  assert.equal(await accept(code()), 'accepted')
})

test('no code of an older step is accepted after a newer one', async () => {
  const { accept, code } = await setting()
  const [before, after] = [code(-1), code(1)]
  assert.equal(await accept(after), 'accepted')
  assert.equal(await accept(code()), 'refused')
  assert.equal(await accept(before), 'refused')
})

test('one step early and one step late is in time, two are not', async () => {
  for (const [late, outcome] of [
    [-2, 'refused'],
    [-1, 'accepted'],
    [0, 'accepted'],
    [1, 'accepted'],
    [2, 'refused'],
  ] as const) {
    const { accept, code } = await setting()
    assert.equal(await accept(code(late)), outcome, `${late}`)
  }
})

test('codes that are late do not make later ones in time', async () => {
  const { accept, code, wait } = await setting()
  assert.equal(await accept(code(-1)), 'accepted')
  wait(2)
  assert.equal(await accept(code(-2)), 'refused')
})

test('a device does not take the codes of another', async () => {
  const { codes, accept, code, now } = await setting()
  const other = { id: 'device-2', seed: new Secret('A'.repeat(32)) }
  assert.equal(await acceptOf(codes, other, code(), now), 'refused')
  assert.equal(await accept(code()), 'accepted', 'and nothing becomes of the one that it is of')
})

test('who has no device is refused whatever the code, and is never locked', async () => {
  const { codes, code, now } = await setting()
  const shown = codeAt(Buffer.alloc(40), stepOf(now))
  for (const text of [WRONG, code(), shown, 'none', '', ...Array<string>(10).fill(WRONG)]) {
    assert.equal(await codes.accept([], text, now), 'refused')
  }
})

test('of many who offer one code at once, on two nodes, one is accepted', async () => {
  const { codes, states, code, now } = await setting()
  const nodes = [codes, new MfaCodes(states)]
  const right = code()
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, (_, index) => acceptOf(nodes[index % 2], DEVICE, right, now)),
  )
  assert.equal(outcomes.filter((outcome) => outcome === 'accepted').length, 1)
})

test('five wrong codes lock a device: then the right one is refused too, for five minutes', async () => {
  const { accept, code, wait } = await setting()
  for (let n = 0; n < 5; n++) assert.equal(await accept(WRONG), 'refused')
  assert.equal(await accept(code()), 'locked')
  wait(9.9)
  assert.equal(await accept(code()), 'locked')
  wait(0.1)
  assert.equal(await accept(code()), 'accepted')
})

test('the right code clears what was counted', async () => {
  const { accept, code, wait } = await setting()
  for (let round = 0; round < 5; round++) {
    for (let n = 0; n < 4; n++) assert.equal(await accept(WRONG), 'refused')
    assert.equal(await accept(code()), 'accepted')
    wait(1)
  }
})

test('a code that was used counts as wrong', async () => {
  const { accept, code } = await setting()
  assert.equal(await accept(code()), 'accepted')
  for (let n = 0; n < 5; n++) assert.equal(await accept(code()), 'refused')
  assert.equal(await accept(code(1)), 'locked')
})

test('texts that are no codes count as wrong', async () => {
  const { accept, code } = await setting()
  for (const text of ['', '12345', ' 12345', 'abcdef', '١٢٣٤٥٦']) assert.equal(await accept(text), 'refused')
  assert.equal(await accept(code()), 'locked')
})

test('a device that was made anew begins anew, also with the seed of the one before', async () => {
  const { codes, accept, code, now } = await setting()
  assert.equal(await accept(code()), 'accepted')
  for (let n = 0; n < 6; n++) await accept(WRONG)
  assert.equal(await acceptOf(codes, { id: 'device-2', seed: SEED }, code(), now), 'accepted')
})

test('ten thousand guesses, fifty at a time on two nodes, are five that count, and the right code fails with them', async () => {
  const { states, code, now } = await setting()
  let counted = 0
  const watched = watchedStates(states, (changed) => {
    counted += changed.filter((device) => device === DEVICE.id).length
  })
  const nodes = [new MfaCodes(watched), new MfaCodes(watched)]
  const right = code()
  const outcomes = new Map<string, number>()
  for (let from = 0; from < 10_000; from += 50) {
    const batch = Array.from({ length: 50 }, async (_, index) => {
      const guess = String(from + index).padStart(6, '0')
      assert.notEqual(guess, right)
      const outcome = await acceptOf(nodes[index % 2], DEVICE, guess, now)
      outcomes.set(`${outcome}`, (outcomes.get(`${outcome}`) ?? 0) + 1)
    })
    await Promise.all(batch)
  }
  assert.deepEqual(Object.fromEntries(outcomes), { refused: 5, locked: 9995 })
  assert.equal(counted, 5)
  assert.equal(await acceptOf(nodes[0], DEVICE, right, now), 'locked')
})

test('a refusal is one durable write, whatever the reason', async () => {
  const { states, code, now } = await setting()
  let writes = 0
  const codes = new MfaCodes(watchedStates(states, () => writes++))
  const many = Array.from({ length: 8 }, (_, each) => ({ id: `many-${each}`, seed: SEED }))
  const costs = async (devices: readonly (typeof DEVICE)[], offered: string, outcome: string, what: string) => {
    writes = 0
    assert.equal(await codes.accept(devices, offered, now), outcome, what)
    assert.equal(writes, 1, what)
  }
  for (const devices of [[DEVICE], many]) {
    for (let n = 0; n < 5; n++) await costs(devices, WRONG, 'refused', `a wrong code of ${devices.length}`)
    await costs(devices, WRONG, 'locked', `a wrong code of ${devices.length} that are locked`)
    await costs(devices, code(), 'locked', `the right code of ${devices.length} that are locked`)
  }
  await costs([], WRONG, 'refused', 'nothing that has a right code')
  await costs([DEVICE, { id: 'other', seed: SEED }], WRONG, 'refused', 'a wrong code where one of two is locked')
})

test('a code that was proved can still be used, once', async () => {
  const { codes, accept, code, now } = await setting()
  const proven = await codes.prove(DEVICE, code(), now)
  const again = await codes.prove(DEVICE, code(), now)
  assert.ok(typeof proven === 'object' && typeof again === 'object')
  assert.equal(await codes.spend(proven), true)
  assert.equal(await codes.spend(proven), false)
  assert.equal(await codes.spend(again), false)
  assert.equal(await codes.prove(DEVICE, code(), now), 'refused')
  assert.equal(await accept(code()), 'refused')
})

test('a code that was proved is of no use after a later one', async () => {
  const { codes, accept, code, now } = await setting()
  const proven = await codes.prove(DEVICE, code(), now)
  assert.ok(typeof proven === 'object')
  assert.equal(await accept(code(1)), 'accepted')
  assert.equal(await codes.spend(proven), false)
})

test('to prove the right code as often as one likes locks nothing, and clears no wrong one', async () => {
  const { codes, accept, code, now } = await setting()
  for (let n = 0; n < 4; n++) assert.equal(await accept(WRONG), 'refused')
  for (let n = 0; n < 20; n++) assert.equal(typeof (await codes.prove(DEVICE, code(), now)), 'object')
  assert.equal(await codes.prove(DEVICE, WRONG, now), 'refused')
  assert.equal(await codes.prove(DEVICE, code(), now), 'locked')
})

test('a code of one of several devices is used up, and is no failure of the others', async () => {
  const { codes, code, now } = await setting()
  const other = { id: 'device-2', seed: new Secret('A'.repeat(32)) }
  const shown = (later: number) => codeAt(Buffer.alloc(20), stepOf(now) + later)
  for (const later of [-1, 0, 1]) assert.equal(await codes.accept([DEVICE, other], shown(later), now), other)
  assert.equal(await codes.accept([DEVICE, other], shown(1), now), 'refused')
  for (let n = 0; n < 4; n++) assert.equal(await codes.accept([DEVICE, other], WRONG, now), 'refused')
  assert.equal(await codes.accept([other], WRONG, now), 'locked')
  assert.equal(await codes.accept([DEVICE, other], code(), now), 'locked', 'a wrong code is wrong for all')
})

test('a device that is locked keeps no other from being used', async () => {
  const { codes, code, now } = await setting()
  const other = { id: 'device-2', seed: new Secret('A'.repeat(32)) }
  for (let n = 0; n < 5; n++) assert.equal(await codes.accept([other], WRONG, now), 'refused')
  assert.equal(await codes.accept([other, DEVICE], code(), now), DEVICE)
  assert.equal(await codes.accept([other, DEVICE], codeAt(Buffer.alloc(20), stepOf(now)), now), 'refused')
})

test('two codes in a row bring a device into step, and are used up', async () => {
  const { accept, synchronize, code, wait } = await setting()
  const [first, second] = [code(-1), code()]
  assert.equal(await synchronize(first, second), 'accepted')
  for (const used of [first, second]) assert.equal(await accept(used), 'refused')
  assert.equal(await synchronize(first, second), 'refused')
  wait(1)
  assert.equal(await accept(code()), 'accepted')
})

test('two codes are no two codes in a row when they are one code twice, turned round, apart, or of another device', async () => {
  const other = Buffer.alloc(20)
  const refused: readonly (readonly [number | undefined, number | undefined])[] = [
    [-1, -1],
    [0, -1],
    [-2, 0],
    [-1, undefined],
    [undefined, 0],
    [undefined, undefined],
  ]
  for (const pair of refused) {
    const { synchronize, code, accept, now } = await setting()
    const foreign = codeAt(other, stepOf(now))
    const [first = foreign, second = foreign] = pair.map((later) => (later === undefined ? undefined : code(later)))
    assert.equal(await synchronize(first, second), 'refused', `${pair}`)
    assert.equal(await accept(code()), 'accepted', 'nothing is used up')
  }
})

test('both codes are looked for ten steps around now to enable a device, and 120 to bring it into step', async () => {
  for (const [window, reach] of [
    ['enable', 10],
    ['resync', 120],
  ] as const) {
    for (const [steps, outcome] of [
      [-reach - 1, 'refused'],
      [-reach, 'accepted'],
      [reach - 1, 'accepted'],
      [reach, 'refused'],
    ] as const) {
      const { synchronize, code } = await setting()
      assert.equal(await synchronize(code(steps), code(steps + 1), window), outcome, `${window} ${steps}`)
    }
  }
})

test('a device with a clock of its own is out of step until it is synchronized, and then in step with that clock', async () => {
  for (const off of [-100, -3, 3, 100]) {
    const { accept, synchronize, code, wait } = await setting()
    assert.equal(await accept(code(off)), 'refused')
    assert.equal(await synchronize(code(off - 1), code(off), 'resync'), 'accepted')
    wait(2)
    assert.equal(await accept(code()), 'refused', 'the time here counts no more')
    assert.equal(await accept(code(off - 2)), 'refused')
    assert.equal(await accept(code(off + 2)), 'refused')
    assert.equal(await accept(code(off - 1)), 'accepted')
    assert.equal(await accept(code(off + 1)), 'accepted')
  }
})

test('two codes that were made at once are those of a device in time', async () => {
  const { accept, synchronize, code, wait } = await setting()
  assert.equal(await synchronize(code(), code(1)), 'accepted')
  wait(3)
  assert.equal(await accept(code(-1)), 'accepted')
  assert.equal(await accept(code(1)), 'accepted')
})

test('no code that is older than one that was accepted brings a device into step', async () => {
  const { accept, synchronize, code, wait } = await setting()
  const [seen, next] = [code(), code(1)]
  assert.equal(await accept(seen), 'accepted')
  wait(5)
  assert.equal(await synchronize(seen, next, 'resync'), 'refused')
  assert.equal(await synchronize(next, code(-3), 'resync'), 'accepted', 'a newer one does')
})

test('a locked device is not brought into step, and failing to bring one into step locks it', async () => {
  const { synchronize, accept, code, wait } = await setting()
  for (let n = 0; n < 5; n++) assert.equal(await synchronize(WRONG, WRONG, 'resync'), 'refused')
  assert.equal(await synchronize(code(-1), code(), 'resync'), 'locked')
  assert.equal(await accept(code()), 'locked')
  wait(10)
  assert.equal(await synchronize(code(-1), code(), 'resync'), 'accepted')
})

test('who tries to have a device for themselves locks it for nobody else', async () => {
  const { synchronize, code } = await setting()
  for (let n = 0; n < 5; n++) assert.equal(await synchronize(WRONG, WRONG, 'enable', 'AIDA-MALLORY'), 'refused')
  assert.equal(await synchronize(code(-1), code(), 'enable', 'AIDA-MALLORY'), 'locked')
  assert.equal(await synchronize(code(-1), code(), 'enable', 'AIDA-BOB'), 'accepted')
  assert.equal(await synchronize(code(-1), code(), 'enable', 'AIDA-CAROL'), 'refused', 'used up for everybody')
})

test('of many who synchronize with the same codes at once one succeeds', async () => {
  const { synchronize, code } = await setting()
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => synchronize(code(-1), code())))
  assert.equal(outcomes.filter((outcome) => outcome === 'accepted').length, 1)
})
