import { type AccountId, isWholeBase32, Secret } from '../../model/index.ts'
import type { DesiredMfaDevice } from './desired-directory.ts'
import type { DesiredPath } from './mistakes.ts'
import type { Plan } from './plan.ts'
import { mfaDeviceKey, reference } from './record-keys.ts'
import type { MfaDeviceBody } from './records.ts'
import { keeps, QUOTAS, RULES } from './rules.ts'
import { isSameSecret, openSecret, sealingKeyOf, sealSecret } from './sealed-secret.ts'

/** Whose MFA devices are planned: a user by unique id, or root by the id of its account. */
export interface MfaHolder {
  readonly account: AccountId
  readonly id: string
  /** Whoever had the name until now: under another path it is another user, who has no devices. */
  readonly previousId: string | undefined
}

/**
 * Plans the MFA devices of one holder. A list that names devices is the whole truth: one that it does not name is
 * removed, so that replacing a lost device ends it.
 * @param desired - left out, the holder keeps them: a file need not hold secrets. An empty list leaves none when what is
 *   not listed is pruned.
 */
export async function planMfaDevices(
  plan: Plan,
  at: DesiredPath,
  holder: MfaHolder,
  desired: readonly DesiredMfaDevice[] | undefined,
): Promise<void> {
  const { account, id, previousId } = holder
  if (desired === undefined || (desired.length === 0 && plan.unlisted !== 'pruned')) {
    if (previousId !== undefined && previousId !== id) await planWithoutMfa(plan, previousId)
    return
  }
  const listed = new Set<string>()
  for (const [index, device] of desired.entries()) {
    listed.add(mfaDeviceKey(account, device.SerialNumber))
    await planMfaDevice(plan, [...at, index], holder, device)
  }
  if (previousId !== undefined) await planWithoutMfa(plan, previousId, listed)
  if (listed.size > QUOTAS.mfaDevicesPerPrincipal) {
    plan.mistake(at, `a user or root has at most ${QUOTAS.mfaDevicesPerPrincipal} MFA devices`)
  }
}

/** Plans the removal of the MFA devices that somebody has. @param kept - the keys of those that stay */
export async function planWithoutMfa(plan: Plan, holder: string, kept: ReadonlySet<string> = new Set()): Promise<void> {
  const limit = QUOTAS.mfaDevicesPerPrincipal
  for (const { account, serialNumber } of await plan.referring('mfa-device', reference.mfaDevicesOf(holder), limit)) {
    const key = mfaDeviceKey(account, serialNumber)
    if (!kept.has(key)) plan.changes.push({ remove: { kind: 'mfa-device', key, account } })
  }
}

async function planMfaDevice(
  plan: Plan,
  at: DesiredPath,
  { account, id, previousId }: MfaHolder,
  { SerialNumber: serialNumber, Base32StringSeed: given }: DesiredMfaDevice,
): Promise<void> {
  const { directory, keyring, random, now } = plan.parts
  const says = serialMistake(serialNumber, account, directory.partition)
  if (says !== undefined) return plan.mistake([...at, 'SerialNumber'], `"${serialNumber}" ${says}`)
  const key = mfaDeviceKey(account, serialNumber)
  if (!plan.claim('mfa-device', key)) plan.mistake([...at, 'SerialNumber'], `"${serialNumber}" stands here twice`)
  const stored = await plan.stored('mfa-device', key)
  const holder = stored?.enabled?.holder
  if (holder !== undefined && holder !== previousId) {
    plan.mistake([...at, 'SerialNumber'], 'this device belongs to another principal')
  }
  const existing = stored?.serialNumber === serialNumber ? stored : undefined
  const seed = given === undefined ? existing && seedOf(existing, plan) : new Secret(given)
  if (seed === undefined)
    return plan.mistake([...at, 'Base32StringSeed'], 'is needed for a device that is not there yet')
  if (!keeps(seed.reveal(), RULES.mfaSeed) || !isWholeBase32(seed.reveal())) {
    return plan.mistake([...at, 'Base32StringSeed'], RULES.mfaSeed.says)
  }
  if (!plan.claim('mfa-seed', sameCodesAs(seed))) {
    const place = given === undefined ? 'SerialNumber' : 'Base32StringSeed'
    plan.mistake([...at, place], 'another device here has the same seed: one code would be good at both of them')
  }
  // A seed that stays is not sealed again: sealing it twice looks like two seeds.
  const kept = existing !== undefined && isSameSecret(seed, seedOf(existing, plan)) ? existing : undefined
  const { sealed, keyId } =
    kept === undefined
      ? sealSecret(serialNumber, seed, keyring, random)
      : { sealed: kept.sealedSeed, keyId: sealingKeyOf(kept.sealedSeed) }
  const enabled = { holder: id, at: (previousId === id ? existing?.enabled?.at : undefined) ?? now }
  const createdAt = existing?.createdAt ?? now
  const tags = existing?.tags ?? []
  // With another seed it is another device: what was accepted of the one before says nothing about it.
  const body = { account, serialNumber, id: kept?.id ?? random.uuid(), sealedSeed: sealed, createdAt, enabled, tags }
  plan.put('mfa-device', key, account, body, keyId)
}

/** Whatever seeds show the same codes have this in common: HMAC fills keys up with zeros, which are `A` in Base32. */
function sameCodesAs(seed: Secret): string {
  return seed.reveal().replace(/A{1,103}$/, '')
}

/** What is wrong with a serial number: it is that of a virtual device of the account, or stands on a hardware device. */
function serialMistake(serialNumber: string, account: AccountId, partition: string): string | undefined {
  if (serialNumber.length < 9 || serialNumber.length > 256) return 'must have 9 to 256 characters'
  const arn = `arn:${partition}:iam::${account}:mfa/`
  const isVirtual =
    serialNumber.startsWith(arn) && /^(?:[\w+=:,.@-]+\/)*[\w+=,.@-]+$/.test(serialNumber.slice(arn.length))
  if (isVirtual || /^[\w+=,.@-]+$/.test(serialNumber)) return undefined
  return `must be ${arn} and a name, or what stands on a hardware device that shows codes`
}

function seedOf({ serialNumber, sealedSeed }: MfaDeviceBody, { parts }: Plan): Secret {
  return openSecret(serialNumber, sealedSeed, parts.keyring)
}
