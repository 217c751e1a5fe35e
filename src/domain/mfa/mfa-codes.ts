import { type EpochMillis, type ProvenCode, Secret } from '../../model/index.ts'
import { type MfaDeviceState, type MfaDeviceStates, StoreUnavailable } from '../../platform/storage/index.ts'
import { FRESH, withAttempt, withoutAttempt } from './attempts.ts'
import { fittingStep, stepOf } from './code-steps.ts'

/** A device as its codes are checked. */
interface MfaDevice {
  /** The unique id: a device that is made anew is another. */
  readonly id: string
  /** In Base32. */
  readonly seed: Secret
}

/** What becomes of two codes that are offered. Whoever offers them is told the same for `refused` and `locked`. */
type CodeOutcome = 'accepted' | 'refused' | 'locked'

/** How far from now two codes are looked for, both of them, in time steps: to enable a device, and to bring it into step. */
const WINDOWS = { enable: 10, resync: 120 } as const

const TOLERANCE = 1
/** A device that nobody has: who names none is kept as long as who names one. */
const NOBODYS: MfaDevice = { id: 'nobody', seed: new Secret('A'.repeat(64)) }
/** Whenever somebody else was faster one attempt of theirs has been counted, so there are few. */
const MOST_ROUNDS = 100

/**
 * Checks the one-time codes of MFA devices: one step early or late at most, never twice, never an older one after a
 * newer one, whatever they are offered for and to whichever node. An attempt is counted before its code is looked at.
 * @see https://www.rfc-editor.org/rfc/rfc6238
 */
export class MfaCodes {
  readonly #states: MfaDeviceStates

  constructor(states: MfaDeviceStates) {
    this.#states = states
  }

  /**
   * Accepts a code of one of these devices, once, where nobody says of which. Takes as long for no device as for one
   * whose code is wrong, so that nobody learns by it whether there is one.
   * @returns the device that showed it; `locked` when every one of them is
   */
  async accept<Device extends MfaDevice>(
    devices: readonly Device[],
    code: string,
    now: EpochMillis,
  ): Promise<Device | 'refused' | 'locked'> {
    if (devices.length === 0) return await this.#refuse(code, now)
    const wrong: MfaDevice[] = []
    for (const device of devices) {
      const step = await this.#check(device, code, now)
      if (step === 'refused') wrong.push(device)
      if (typeof step !== 'number') continue
      if (!(await this.spend({ deviceId: device.id, step, provenAt: now }))) return 'refused'
      // Who has the right code of one device did not guess at the others.
      for (const { id } of wrong) await this.#change(id, (state) => withoutAttempt(state, now))
      return device
    }
    return wrong.length === 0 ? 'locked' : 'refused'
  }

  /**
   * Whether a code is right. It can still be used, so one who is refused for another reason need not wait for the next;
   * whatever is granted because of it is granted after {@link spend}.
   */
  async prove(device: MfaDevice, code: string, now: EpochMillis): Promise<ProvenCode | 'refused' | 'locked'> {
    const step = await this.#check(device, code, now)
    if (typeof step !== 'number') return step
    await this.#change(device.id, (state) => withoutAttempt(state, now))
    return { deviceId: device.id, step, provenAt: now }
  }

  /** Uses a code up; false when it, or a later one of the same device, was used in the meantime. */
  async spend({ deviceId, step }: ProvenCode): Promise<boolean> {
    const spent = await this.#change(deviceId, (state) =>
      step > state.lastStep ? { ...state, lastStep: step, failures: [] } : undefined,
    )
    return spent !== undefined
  }

  /**
   * Finds out how far the clock of a device is off, by two codes that it showed one after the other, and uses both up.
   * From then on codes are expected by that clock. It never changes by itself: what is too far off later has to be
   * brought into step again, as at AWS.
   * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ResyncMFADevice.html
   */
  async synchronize(
    device: MfaDevice,
    code1: string,
    code2: string,
    window: keyof typeof WINDOWS,
    now: EpochMillis,
  ): Promise<CodeOutcome> {
    if ((await this.#change(device.id, (state) => withAttempt(state, now))) === undefined) return 'locked'
    const current = stepOf(now)
    const reach = WINDOWS[window]
    const asked = { seed: device.seed, codes: [code1, code2] }
    const step = fittingStep(asked, current - reach, current + reach - 1)
    if (step === undefined) return 'refused'
    const lastStep = step + 1
    const ahead = lastStep - current
    // One step ahead is within the tolerance: so are two codes that were made at once, by no clock at all.
    const drift = ahead === TOLERANCE ? 0 : ahead
    const synchronized = await this.#change(device.id, (state) =>
      step > state.lastStep ? { lastStep, drift, failures: [] } : undefined,
    )
    return synchronized === undefined ? 'refused' : 'accepted'
  }

  /** The step of a code that is right and new. The attempt is counted, and stays so. */
  async #check({ id, seed }: MfaDevice, code: string, now: EpochMillis): Promise<number | 'refused' | 'locked'> {
    const state = await this.#change(id, (before) => withAttempt(before, now))
    if (state === undefined) return 'locked'
    const expected = stepOf(now) + state.drift
    const step = fittingStep({ seed, codes: [code] }, expected - TOLERANCE, expected + TOLERANCE)
    return step !== undefined && step > state.lastStep ? step : 'refused'
  }

  /** The same reads, writes and computations as for a device, but for one that never locks and has no right code. */
  async #refuse(code: string, now: EpochMillis): Promise<'refused'> {
    const state = await this.#states.find(NOBODYS.id)
    await this.#states.replace(NOBODYS.id, state, { ...FRESH, failures: [now] })
    const expected = stepOf(now)
    fittingStep({ seed: NOBODYS.seed, codes: [code] }, expected - TOLERANCE, expected + TOLERANCE)
    return 'refused'
  }

  /** Changes the state of a device, from whatever it is when nobody else changes it; gives what became of it. */
  async #change(
    device: string,
    change: (state: MfaDeviceState) => MfaDeviceState | undefined,
  ): Promise<MfaDeviceState | undefined> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const before = await this.#states.find(device)
      const after = change(before ?? FRESH)
      if (after === undefined || (await this.#states.replace(device, before, after))) return after
    }
    throw new StoreUnavailable('The state of an MFA device changes faster than it can be changed.')
  }
}
