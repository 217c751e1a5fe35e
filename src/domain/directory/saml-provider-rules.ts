import { METADATA_LENGTH, MetadataRefused, readMetadata } from '../../engines/saml/index.ts'
import { type EpochMillis, epochMillis } from '../../model/index.ts'
import type { NameRule } from './rules.ts'

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateSAMLProvider.html */
export const SAML_RULES = {
  name: { min: 1, max: 128, matches: /^[\w._-]+$/, says: 'must be 1 to 128 letters, digits and ._-' },
} as const satisfies Record<string, NameRule>

const YEARS = 100

/**
 * Until when metadata may be relied on, once it was read: as it says, or for a hundred years, as AWS answers.
 * @returns what is wrong with it, as a sentence goes on, when no identity provider could be trusted by it
 */
export function validityOf(metadata: string, now: EpochMillis): EpochMillis | string {
  if (metadata.length > METADATA_LENGTH.max) return `must have at most ${METADATA_LENGTH.max} characters`
  try {
    const { validUntil } = readMetadata(metadata)
    if (validUntil === undefined) return inYears(now, YEARS)
    return validUntil > now ? validUntil : 'is not valid any more: its validUntil has passed'
  } catch (error) {
    if (error instanceof MetadataRefused) return error.message
    throw error
  }
}

function inYears(now: EpochMillis, years: number): EpochMillis {
  const date = new Date(now)
  date.setUTCFullYear(date.getUTCFullYear() + years)
  return epochMillis(date.getTime())
}
