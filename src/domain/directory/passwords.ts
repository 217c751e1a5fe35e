import { scrypt, timingSafeEqual } from 'node:crypto'
import type { AccountId, EpochMillis, Secret } from '../../model/index.ts'
import { FairTurns, type TurnTaker } from '../../platform/fair-turns.ts'
import type { Random } from '../../platform/random.ts'
import { PasswordAttempts } from './password-attempts.ts'

/** What is kept of a password: what it takes to recognise it, and how that was made. */
export interface PasswordHash {
  /** scrypt's parameters. @see https://www.rfc-editor.org/rfc/rfc7914 */
  readonly cost: number
  readonly blockSize: number
  readonly parallelization: number
  /** Base64, as `hash`. */
  readonly salt: string
  readonly hash: string
}

/** Somebody who signs in, before anything is known of them. */
export interface Stranger {
  /** The network they come from: `peerNetwork`. */
  readonly peer: string
  /** As whom: what they typed. Nothing is looked up for it, so that nobody learns what there is. */
  readonly typed: string
}

/** One of the settings that OWASP holds equal: 16 MiB for each. @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const SETTING = { cost: 2 ** 14, blockSize: 8, parallelization: 5 } as const
const SALT_BYTES = 16
const HASH_BYTES = 32
const MAX_MEMORY = 64 * 1024 * 1024
/** Each occupies a thread of Node's pool of four for a fifth of a second: others want it too. */
const BOUNDS = { running: 2, waiting: 100 }
const NOBODYS: PasswordHash = { ...SETTING, salt: '', hash: Buffer.alloc(HASH_BYTES).toString('base64') }

/** Makes and compares hashes of passwords, on other threads, a few at once. Accounts take turns, and so do the networks of strangers. */
export class Passwords {
  readonly #random: Random
  readonly #turns = new FairTurns(BOUNDS)
  readonly #attempts = new PasswordAttempts()

  constructor(random: Random) {
    this.#random = random
  }

  /**
   * The hash of a password.
   * @param like - of the same user: with its salt and setting the two can be compared
   * @throws {@link Overloaded}
   */
  async hash(password: Secret, account: AccountId, like?: PasswordHash): Promise<PasswordHash> {
    const isCurrent = like !== undefined && sameSetting(like, SETTING)
    const salt = isCurrent ? like.salt : this.#random.bytes(SALT_BYTES).toString('base64')
    const hash = await this.#derive(password, account, { ...SETTING, salt })
    return { ...SETTING, salt, hash: hash.toString('base64') }
  }

  /**
   * Whether a password is the one that was hashed. Where there is none to compare with it is not, and that takes as long.
   * @throws {@link Overloaded}
   */
  async verify(password: Secret, account: AccountId, kept: PasswordHash | undefined): Promise<boolean> {
    return await this.#turns.run(ownTurns(account), () => isOf(password, kept))
  }

  /**
   * Whether somebody who says so knows a password; `locked` when it was tried too often of late. The work is the same
   * whatever comes of it. An attempt counts when its turn has come, so one that is refused before was none. Strangers and
   * those who are proven to be its user have attempts apart: the ones do not lock out the others.
   * @param by - the account of its user, who is proven; or a stranger
   * @param kept - `undefined`: there is none, which is `wrong`
   * @throws {@link Overloaded}
   */
  async prove(
    password: Secret,
    by: AccountId | Stranger,
    kept: PasswordHash | undefined,
    now: EpochMillis,
  ): Promise<'right' | 'wrong' | 'locked'> {
    const isStranger = typeof by !== 'string'
    const taker = isStranger ? { group: by.peer, lane: by.typed } : ownTurns(by)
    return await this.#turns.run(taker, async () => {
      const guessed = kept && `${isStranger ? 'stranger' : 'user'} ${kept.hash}`
      const isLocked = guessed !== undefined && !this.#attempts.begin(guessed, now)
      const isRight = await isOf(password, isLocked ? undefined : kept)
      if (isRight && guessed !== undefined) this.#attempts.clear(guessed)
      return isLocked ? 'locked' : isRight ? 'right' : 'wrong'
    })
  }

  /** Whether a password is one of those; of one salt and setting they cost no more than one. @throws {@link Overloaded} */
  async isAmong(password: Secret, account: AccountId, kept: readonly PasswordHash[]): Promise<boolean> {
    const derived = new Map<string, Buffer>()
    for (const { hash, ...setting } of kept) {
      const name = JSON.stringify(setting)
      const own = derived.get(name) ?? (await this.#derive(password, account, setting))
      derived.set(name, own)
      if (timingSafeEqual(own, Buffer.from(hash, 'base64'))) return true
    }
    return false
  }

  #derive(password: Secret, account: AccountId, setting: Omit<PasswordHash, 'hash'>): Promise<Buffer> {
    return this.#turns.run(ownTurns(account), () => derive(password, setting))
  }
}

function ownTurns(account: AccountId): TurnTaker {
  return { group: account, lane: '' }
}

async function isOf(password: Secret, kept: PasswordHash | undefined): Promise<boolean> {
  const { hash, ...setting } = kept ?? NOBODYS
  return timingSafeEqual(await derive(password, setting), Buffer.from(hash, 'base64')) && kept !== undefined
}

function derive(
  password: Secret,
  { cost, blockSize, parallelization, salt }: Omit<PasswordHash, 'hash'>,
): Promise<Buffer> {
  const options = { cost, blockSize, parallelization, maxmem: MAX_MEMORY }
  return new Promise((resolve, reject) => {
    scrypt(password.reveal(), Buffer.from(salt, 'base64'), HASH_BYTES, options, (error, derived) =>
      error === null ? resolve(derived) : reject(error),
    )
  })
}

function sameSetting(one: Omit<PasswordHash, 'salt' | 'hash'>, other: typeof SETTING): boolean {
  return one.cost === other.cost && one.blockSize === other.blockSize && one.parallelization === other.parallelization
}
