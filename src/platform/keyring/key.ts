import { createSecretKey, type KeyObject } from 'node:crypto'
import type { EpochMillis } from '../../model/index.ts'
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'

/** What a key is for; no key serves two purposes. */
export const KEY_PURPOSES = [
  'session-seal',
  'session-secret',
  'at-rest',
  'explanation',
  'page-marker',
  'browser-state',
  'imds-token',
  'imds-document',
  'task-token',
  'service-account-token',
  'outbound-rs256',
  'outbound-es384',
  'cluster-rs256',
] as const

/**
 * One of {@link KEY_PURPOSES}: sealing session tokens, deriving their secrets, sealing stored long-term secrets, sealing
 * explanations of refusals, proving that markers which lead to the next page of a list are ours, sealing what browsers
 * have begun, and session tokens of the metadata service; signing identity documents of instances; what tasks of ECS show
 * for their credentials, and pods of EKS for theirs; signing tokens for verifiers outside, by each of two algorithms, and
 * those by which clusters of EKS vouch for their pods.
 */
export type KeyPurpose = (typeof KEY_PURPOSES)[number]

/** What is known of a key for good. */
export interface KeyFacts {
  /** Random, so that two keys never share one, not even keys of two rings. */
  readonly id: string
  readonly purpose: KeyPurpose
  /** The how-manieth key of its purpose it is, from 1. */
  readonly generation: number
  readonly createdAt: EpochMillis
  /** When it begins to make seals; until then every node gets to know it. */
  readonly activeFrom: EpochMillis
}

/** One key of the ring. */
export interface Key extends KeyFacts {
  /** 256 bits. A KeyObject, because it prints as nothing and `createCipheriv` and `createHmac` take it three times as fast as bytes. */
  readonly material: KeyObject
}

/** What is left of a key whose material is gone. */
export interface DestroyedKey extends KeyFacts {
  readonly destroyedAt: EpochMillis
}

/** Where new keys come from. */
export interface KeySources {
  readonly random: Random
  /** Judges the schedule, and so has to be the clock that judges when credentials expire. */
  readonly clock: Clock
}

/** Makes a key of 256 random bits, active from now on unless told otherwise. */
export function newKey(
  purpose: KeyPurpose,
  { random, clock }: KeySources,
  { generation = 1, activeFrom = clock.now() }: { generation?: number; activeFrom?: EpochMillis } = {},
): Key {
  const id = random.bytes(8).toString('base64url')
  return { id, purpose, generation, createdAt: clock.now(), activeFrom, material: createSecretKey(random.bytes(32)) }
}
