import { isoSeconds } from '../../model/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'
import type { KeyLife, KeyPurpose, KeyState } from '../../platform/keyring/index.ts'

/** What the operator may know of a key: everything but its material. Instants are ISO 8601. */
export interface KeyDescription {
  readonly purpose: KeyPurpose
  readonly id: string
  readonly state: KeyState
  readonly createdAt: string
  readonly activeFrom: string
  /** When another takes its place; as scheduled for a key that none was made to follow. */
  readonly retiresAt: string
  /** When it stops to open what it sealed; an `at-rest` key not before everything under it is sealed anew. */
  readonly destroyedAt: string
}

/** The keys of the ring. */
export interface KeyList {
  /** Destroyed ones too: by purpose, oldest first. */
  readonly keys: readonly KeyDescription[]
  /** What keeps the ring from being looked after; `undefined` when all is well. */
  readonly problem: string | undefined
}

/** Says which keys there are and what becomes of them when. */
export const listKeys = defineOperatorOperation<undefined, KeyList>({
  action: 'rolecall:ListKeys',
  grants: false,
  requires: () => [{ action: 'rolecall:ListKeys', resource: '*' }],
  perform: async (_call, { keyring }) => ({ keys: keyring.list().map(describeKey), problem: keyring.problem }),
  details: () => ({}),
})

/** A key in words and ISO dates. */
export function describeKey({ key, state, retiresAt, destroyedAt }: KeyLife): KeyDescription {
  const { purpose, id, createdAt, activeFrom } = key
  return {
    purpose,
    id,
    state,
    createdAt: isoSeconds(createdAt),
    activeFrom: isoSeconds(activeFrom),
    retiresAt: isoSeconds(retiresAt),
    destroyedAt: isoSeconds(destroyedAt),
  }
}
