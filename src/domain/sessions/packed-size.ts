import { deflateRawSync } from 'node:zlib'
import type { SessionTerms } from '../../model/index.ts'

/** Of deflated policies and tags: what a token has room for. */
const ALLOTTED_BYTES = 2048

/** How much of the room in a token is taken, in percent; more than 100 does not fit. */
interface PackedSize {
  readonly percent: number
  /** Of it, the tags alone. */
  readonly tagsPercent: number
}

/**
 * How much room session policies and session tags take. AWS's own packing is not public: this is an approximation that
 * holds for tokens made here.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_ResponseElements
 */
export function packedSize({ policies, tags }: Pick<SessionTerms, 'policies' | 'tags'>): PackedSize {
  return { percent: percentOf([policies, tags]), tagsPercent: percentOf(tags) }
}

function percentOf(value: unknown): number {
  return Math.ceil((100 * deflateRawSync(JSON.stringify(value)).length) / ALLOTTED_BYTES)
}
