import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { after } from 'node:test'

/** Makes scrypt the same function at a cost of nothing, for the tests of this file: what is tested is something else. */
export function cheapPasswords(): void {
  const { scrypt } = crypto
  const replace = (by: typeof crypto.scrypt) => {
    crypto.scrypt = by
    syncBuiltinESMExports()
  }
  replace(((password, salt, length, options, done) =>
    scrypt(password, salt, length, { ...options, cost: 2 }, done)) as typeof crypto.scrypt)
  after(() => replace(scrypt))
}
