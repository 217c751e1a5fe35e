import type { Directory } from '../../domain/directory/index.ts'
import { KeyRingFailure, NoSuchEntity, ValidationError } from '../../model/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'
import { KEY_PURPOSES, type KeyPurpose, type ManagedKeyRing } from '../../platform/keyring/index.ts'
import { describeKey, type KeyDescription } from './list-keys.ts'

/** Which keys are to be replaced. */
export interface RotateKeysInput {
  /** Those of one purpose; of all when `undefined`. */
  readonly purpose: KeyPurpose | undefined
  /** The id of a key that somebody else may know: it is destroyed at once, with everything that only it opens. */
  readonly compromised: string | undefined
}

/** What became of the keys. */
export interface RotatedKeys {
  /** The keys of the purposes that were asked for, destroyed ones left out but for the one that was compromised. */
  readonly keys: readonly KeyDescription[]
  /** How many stored secrets were sealed anew. */
  readonly resealed: number
}

/**
 * Replaces keys. As a matter of course another key takes over once every node knows it, and what the old one sealed opens
 * until every credential of its time has expired. A compromised key is replaced and destroyed before this is answered:
 * sessions under it are over, and what is stored under it was sealed anew.
 */
export const rotateKeys = defineOperatorOperation<RotateKeysInput, RotatedKeys>({
  action: 'rolecall:RotateKeys',
  grants: true,
  requires: () => [{ action: 'rolecall:RotateKeys', resource: '*' }],

  async perform({ input }, { keyring, directory }) {
    const { compromised } = input
    if (compromised === undefined) {
      const purposes = input.purpose === undefined ? KEY_PURPOSES : [input.purpose]
      for (const purpose of purposes) await changing(() => keyring.rotate(purpose))
      return { keys: described(keyring, purposes), resealed: 0 }
    }
    const purpose = purposeOf(compromised, input.purpose, keyring)
    const resealed = await changing(() => replace(purpose, compromised, keyring, directory))
    return { keys: described(keyring, [purpose], compromised), resealed }
  },

  details: ({ purpose, compromised }, output) => ({
    requestParameters: { purpose, compromised },
    responseElements: output && {
      resealed: output.resealed,
      keys: output.keys.map(({ id, state }) => ({ id, state })),
    },
  }),
})

/** Reads the input as it comes through the operator's door. @throws ValidationError */
export function readRotateKeys(value: unknown): RotateKeysInput {
  const given: { purpose?: unknown; compromised?: unknown } = typeof value === 'object' && value !== null ? value : {}
  const purpose = KEY_PURPOSES.find((known) => known === given.purpose)
  const { compromised } = given
  if (
    (given.purpose !== undefined && purpose === undefined) ||
    (compromised !== undefined && typeof compromised !== 'string')
  ) {
    throw new ValidationError(
      `Send {"purpose": ..., "compromised": ID}, either or none of them; a purpose is one of ${KEY_PURPOSES.join(', ')}.`,
    )
  }
  return { purpose, compromised }
}

async function replace(
  purpose: KeyPurpose,
  id: string,
  keyring: ManagedKeyRing,
  directory: Directory,
): Promise<number> {
  await keyring.supersede(purpose, id)
  const resealed = purpose === 'at-rest' ? await directory.resealSecrets() : 0
  await keyring.destroy(purpose, id)
  return resealed
}

/** What a key is for. @throws NoSuchEntity when there is none of that id, ValidationError when it is for something else */
function purposeOf(id: string, expected: KeyPurpose | undefined, keyring: ManagedKeyRing): KeyPurpose {
  const found = keyring.list().find(({ key }) => key.id === id)
  if (found === undefined) throw new NoSuchEntity(`There is no key ${id}: "rolecall keys list" shows them.`)
  const { purpose } = found.key
  if (expected !== undefined && purpose !== expected) throw new ValidationError(`The key ${id} is for ${purpose}.`)
  return purpose
}

function described(keyring: ManagedKeyRing, purposes: readonly KeyPurpose[], id?: string): readonly KeyDescription[] {
  return keyring
    .list()
    .filter(({ key, state }) => purposes.includes(key.purpose) && (state !== 'destroyed' || key.id === id))
    .map(describeKey)
}

/** The operator alone asks, and can mend what is wrong only when told. */
async function changing<Result>(change: () => Promise<Result>): Promise<Result> {
  try {
    return await change()
  } catch (cause) {
    throw new KeyRingFailure(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
