import { createPrivateKey, type KeyObject } from 'node:crypto'
import { deriveNumber } from '../../platform/keyring/index.ts'
import { integer, objectId, octets, sequence } from './der.ts'
import type { DsaDomain } from './dsa-domains.ts'

const DSA = '1.2.840.10040.4.1'

/** The DSA key that a secret stands for. @see https://csrc.nist.gov/pubs/fips/186-4/final appendix B.1.1 */
export function deriveDsaKey(secret: KeyObject, name: string, { p, q, g }: DsaDomain): KeyObject {
  const x = deriveNumber(secret, name, q)
  const domain = sequence(objectId(DSA), sequence(integer(p), integer(q), integer(g)))
  return createPrivateKey({
    key: sequence(integer(0), domain, octets(integer(x))),
    format: 'der',
    type: 'pkcs8',
  })
}
