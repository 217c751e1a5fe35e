import { randomBytes, randomFillSync, randomUUID } from 'node:crypto'

/** Chance: unpredictable bytes and the ids made of them. */
export interface Random {
  /** That many bytes, never handed out before; the caller owns them. */
  bytes(length: number): Buffer
  /** A version 4 UUID in lower case. @see https://www.rfc-editor.org/rfc/rfc9562#section-5.4 */
  uuid(): string
}

/** The randomness of the operating system. */
export const systemRandom: Random = { bytes: pooledBytes(4096), uuid: () => randomUUID() }

/** Asks the system for `poolBytes` at a time: one call for every few bytes costs more than the cipher they are for. */
function pooledBytes(poolBytes: number): (length: number) => Buffer {
  const pool = Buffer.alloc(poolBytes)
  let used = poolBytes
  return (length) => {
    // Not only the large ones: a negative or broken length would make the pool hand out spent bytes again.
    if (!(length >= 0 && length <= poolBytes / 4)) return randomBytes(length)
    if (used + length > poolBytes) {
      randomFillSync(pool)
      used = 0
    }
    used += length
    // A copy: whoever holds these bytes must not see or change the next.
    return Buffer.from(pool.subarray(used - length, used))
  }
}
