import type { Directory } from '../../domain/directory/index.ts'
import type { IssuerSearch, ReadToken, TrustedIssuer, WebIdentities } from '../../domain/federation/index.ts'
import { type AccountId, accountId, Violation } from '../../model/index.ts'

const HTTPS = 'https://'
const HTTP = 'http://'
/** In characters: what is longer names no provider, and is not looked up. */
const LONGEST_ISSUER = 255
const PRINTABLE = /^[\x21-\x7e]+$/

/** Providers of an account, and accounts, that are looked through for whoever asks why. */
const MOST_LOOKED_AT = 1000

/** Where issuers are known. */
export interface IssuerSources {
  readonly directory: Directory
  readonly webIdentities: WebIdentities
}

/**
 * The provider of exactly that issuer; AWS takes those that it knows itself with and without the scheme. These are known
 * whether there is such an account or not: anybody can have a token of theirs, and would learn which accounts there are.
 */
export async function issuerOf(
  { claims: { issuer } }: Pick<ReadToken, 'claims'>,
  account: AccountId,
  { directory, webIdentities }: IssuerSources,
): Promise<TrustedIssuer | undefined> {
  if (!canBeKnown(issuer)) return undefined
  const url = urlOf(issuer)
  const provider = await directory.oidcProvider(account, url)
  if (provider?.issuer === issuer) return provider
  return issuer.startsWith(HTTP) ? undefined : webIdentities.builtIn(url)
}

/**
 * Looks for the issuer of a token as a request does, and for what there is in its place: of other accounts, too, so only
 * the operator may be told.
 * @param account - the role's
 */
export function issuerSearch(account: string, sources: IssuerSources): IssuerSearch {
  const known = accountId(account)
  const { directory } = sources
  return {
    find: async (read) => (known instanceof Violation ? undefined : await issuerOf(read, known, sources)),

    async others(issuer) {
      const providers =
        known instanceof Violation
          ? []
          : await directory.records.page('oidc-provider', known, { limit: MOST_LOOKED_AT })
      const elsewhere: string[] = []
      for (const { id } of canBeKnown(issuer) ? await directory.accounts(MOST_LOOKED_AT) : []) {
        const provider = id === account ? undefined : await directory.oidcProvider(id, urlOf(issuer))
        if (provider?.issuer === issuer) elsewhere.push(id)
      }
      return { account, here: providers.map((each) => each.issuer), elsewhere }
    },
  }
}

function canBeKnown(issuer: string): boolean {
  return issuer.length <= LONGEST_ISSUER && PRINTABLE.test(issuer)
}

function urlOf(issuer: string): string {
  if (issuer.startsWith(HTTPS)) return issuer.slice(HTTPS.length)
  return issuer.startsWith(HTTP) ? issuer.slice(HTTP.length) : issuer
}
