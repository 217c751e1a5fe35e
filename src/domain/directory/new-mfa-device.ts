import { base32Text, type EpochMillis, Secret } from '../../model/index.ts'
import type { KeyRing } from '../../platform/keyring/index.ts'
import type { Random } from '../../platform/random.ts'
import type { MfaDeviceBody } from './records.ts'
import { sealSecret } from './sealed-secret.ts'

/** As AWS has it: 64 characters of Base32. */
const SEED_BYTES = 40

/** A device that was made now and nobody has: what is kept of it, the key of the ring that seals it, and its seed. */
interface NewMfaDevice {
  readonly body: MfaDeviceBody
  readonly keyId: string
  readonly seed: Secret
}

/** Makes a virtual MFA device. */
export function newMfaDevice(
  { account, serialNumber, tags }: Pick<MfaDeviceBody, 'account' | 'serialNumber' | 'tags'>,
  { keyring, random, now }: { readonly keyring: KeyRing; readonly random: Random; readonly now: EpochMillis },
): NewMfaDevice {
  const seed = new Secret(base32Text(random.bytes(SEED_BYTES)))
  const { sealed, keyId } = sealSecret(serialNumber, seed, keyring, random)
  const id = random.uuid()
  const body = { account, serialNumber, id, sealedSeed: sealed, createdAt: now, enabled: undefined, tags }
  return { body, keyId, seed }
}
