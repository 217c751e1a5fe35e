import { type EpochMillis, type ProvenCode, Secret } from '../../model/index.ts'
import {
  type MfaDeviceChange,
  type MfaDeviceState,
  type MfaDeviceStates,
  StoreUnavailable,
} from '../../platform/storage/index.ts'
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

/** What two codes are offered for: to bring a device into step, or to enable it for somebody, who is named by unique id. */
export type CodesPurpose = { readonly kind: 'resync' } | { readonly kind: 'enable'; readonly holder: string }

/** How far from now two codes are looked for, both of them, in time steps. */
const WINDOWS = { enable: 10, resync: 120 } as const

const TOLERANCE = 1
/** As many as anybody has. So many codes are compared for everybody: it takes most of a millisecond. */
const MOST_DEVICES = 8
/** A device that nobody has: who has none is kept as long as who has one. */
const NOBODYS: MfaDevice = { id: 'nobody', seed: new Secret('A'.repeat(64)) }
/** Whenever somebody else was faster one attempt of theirs has been counted, so there are few. */
const MOST_ROUNDS = 100
const TOO_FAST = 'The state of an MFA device changes faster than it can be changed.'

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
   * Accepts a code of one of these devices, once, where nobody says of which. A refusal is the same work whatever the
   * reason, however many devices there are, and costs one durable write: nobody learns by its time what was wrong.
   * @param devices - eight at most; none, of whoever is refused for another reason
   * @returns the device that showed it; `locked` when every one of them is
   */
  async accept<Device extends MfaDevice>(
    devices: readonly Device[],
    code: string,
    now: EpochMillis,
  ): Promise<Device | 'refused' | 'locked'> {
    const open = await this.#attempt(devices, now)
    let right: { readonly device: Device; readonly step: number } | undefined
    for (let each = 0; each < MOST_DEVICES; each++) {
      const device = devices[each]
      const state = device && open.get(device)
      const step = newStep(device ?? NOBODYS, state ?? FRESH, code, now)
      if (device !== undefined && state !== undefined && step !== undefined) right ??= { device, step }
    }
    if (right === undefined) return devices.length > 0 && open.size === 0 ? 'locked' : 'refused'
    const { device: shownBy, step } = right
    if (!(await this.spend({ deviceId: shownBy.id, step, provenAt: now }))) return 'refused'
    // Who has the right code of one device did not guess at the others.
    for (const other of open.keys()) {
      if (other !== shownBy) await this.#change(other.id, (state) => withoutAttempt(state, now))
    }
    return shownBy
  }

  /**
   * Whether a code is right. It can still be used, so one who is refused for another reason need not wait for the next;
   * whatever is granted because of it is granted after {@link spend}.
   */
  async prove(device: MfaDevice, code: string, now: EpochMillis): Promise<ProvenCode | 'refused' | 'locked'> {
    const state = await this.#change(device.id, (before) => withAttempt(before, now))
    if (state === undefined) return 'locked'
    const step = newStep(device, state, code, now)
    if (step === undefined) return 'refused'
    await this.#change(device.id, (before) => withoutAttempt(before, now))
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
   * brought into step again, as at AWS. Attempts at a device that nobody has are counted for each whom it is to be for:
   * who may enable it for themselves alone locks it for nobody else.
   * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ResyncMFADevice.html
   */
  async synchronize(
    device: MfaDevice,
    code1: string,
    code2: string,
    purpose: CodesPurpose,
    now: EpochMillis,
  ): Promise<CodeOutcome> {
    const counted = purpose.kind === 'enable' ? `${device.id}/${purpose.holder}` : device.id
    if ((await this.#change(counted, (state) => withAttempt(state, now))) === undefined) return 'locked'
    const current = stepOf(now)
    const reach = WINDOWS[purpose.kind]
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

  /**
   * Counts an attempt at each of these devices, in one write: whatever comes of it there is one, also where there is no
   * device, or none that is not locked.
   * @returns those that are not locked, as they are with it
   */
  async #attempt<Device extends MfaDevice>(
    devices: readonly Device[],
    now: EpochMillis,
  ): Promise<ReadonlyMap<Device, MfaDeviceState>> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const open = new Map<Device, MfaDeviceState>()
      const changes: MfaDeviceChange[] = []
      for (const device of devices) {
        const before = await this.#states.find(device.id)
        const after = withAttempt(before ?? FRESH, now)
        if (after === undefined) continue
        open.set(device, after)
        changes.push([device.id, before, after])
      }
      if (open.size === 0) {
        changes.push([NOBODYS.id, await this.#states.find(NOBODYS.id), { ...FRESH, failures: [now] }])
      }
      if (await this.#states.replaceAll(changes)) return open
    }
    throw new StoreUnavailable(TOO_FAST)
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
    throw new StoreUnavailable(TOO_FAST)
  }
}

/** The step of a code that is right, and newer than every one that was used. */
function newStep({ seed }: MfaDevice, { drift, lastStep }: MfaDeviceState, code: string, now: EpochMillis) {
  const expected = stepOf(now) + drift
  const step = fittingStep({ seed, codes: [code] }, expected - TOLERANCE, expected + TOLERANCE)
  return step !== undefined && step > lastStep ? step : undefined
}
