import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Key, KeyRing } from '../../platform/keyring/index.ts'

const MAX_MARKER = 2048

/**
 * The marker of a place in a list. Whoever gets it can read the place, so it must say nothing that is not theirs to know.
 * @param list - everything that the list depends on, the account included: the marker is good for no other
 */
export function sealMarker(place: string, list: string, keyring: KeyRing): string {
  const key = keyring.active('page-marker')
  return `${key.id}.${Buffer.from(place).toString('base64url')}.${proofOf(place, list, key).toString('base64url')}`
}

/** The place that a marker of that list stands for; `undefined` whatever the reason it is none. */
export function openMarker(marker: string, list: string, keyring: KeyRing): string | undefined {
  if (marker.length > MAX_MARKER) return undefined
  const [keyId = '', placeText = '', proofText = '', ...more] = marker.split('.', 4)
  const key = keyring.find('page-marker', keyId)
  if (key === undefined || more.length > 0) return undefined
  const place = Buffer.from(placeText, 'base64url').toString()
  const expected = proofOf(place, list, key)
  const proof = Buffer.from(proofText, 'base64url')
  return proof.length === expected.length && timingSafeEqual(proof, expected) ? place : undefined
}

function proofOf(place: string, list: string, { material }: Key): Buffer {
  return createHmac('sha256', material)
    .update(JSON.stringify(['rolecall/page-marker/v1', list, place]))
    .digest()
}
