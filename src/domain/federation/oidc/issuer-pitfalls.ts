import { quoted } from '../../../model/index.ts'

/** Where a token's issuer was looked for in vain, and what there is. */
export interface KnownIssuers {
  readonly account: string
  /** The issuers of the account's providers. */
  readonly here: readonly string[]
  /** Other accounts that have a provider of exactly that issuer. */
  readonly elsewhere: readonly string[]
}

const MOST_NAMED = 5
const LONGEST_COMPARED = 255
/** Two hosts that differ in as few letters are taken for each other by people. */
const FEW_LETTERS = 2

/** What would have to change for a token's issuer to be known in an account, and what is often the matter. */
export function issuerChanges(told: string, { account, here, elsewhere }: KnownIssuers): readonly string[] {
  const near = here.flatMap((known) => likeness(told, known))
  const others = elsewhere.slice(0, MOST_NAMED).join(', ')
  const changes = near.slice(0, MOST_NAMED)
  if (elsewhere.length > 0) {
    changes.push(
      `Account ${others} has that provider, and a role can only trust providers of its own account: create it in ${account}, or ask for a role of ${others}.`,
    )
  }
  if (told.startsWith('http://')) {
    changes.push(
      `An issuer over plain http is taken only where the broker was told its origin: rolecall serve --local-issuer ${originOf(told)}.`,
    )
  } else if (!told.startsWith('https://')) {
    changes.push('The issuer has to write iss as a URL that begins with https://.')
  }
  // The likeliest first: who means an issuer that is there has mistaken its name.
  const create = `Create a provider in account ${account} whose Url is ${quoted(told)}, letter by letter, if you trust that issuer.`
  return near.length > 0 || elsewhere.length > 0 ? [...changes, create] : [create, ...changes]
}

function likeness(told: string, known: string): readonly string[] {
  const [one, other] = [quoted(told), quoted(known)]
  if (told.length > LONGEST_COMPARED || told === known) return []
  if (trimmed(told) === trimmed(known)) {
    return [`The provider's URL is ${other}, the token's issuer ${one}: the slash at the end counts.`]
  }
  if (told.toLowerCase() === known.toLowerCase()) {
    return [`The provider's URL is ${other}, the token's issuer ${one}: capitals count.`]
  }
  if (told.replace(/^http:/, 'https:') === known.replace(/^http:/, 'https:')) {
    return [`The provider's URL is ${other}, the token's issuer ${one}: http is not https.`]
  }
  const [toldHost, knownHost] = [hostOf(told), hostOf(known)]
  if (toldHost === knownHost && toldHost !== '') {
    return [`The provider's URL is ${other}, the token's issuer ${one}: the same host, but another port or path.`]
  }
  if (toldHost !== '' && differsInFew(toldHost, knownHost)) {
    return [`Beware: ${one} looks like ${other}, which the account trusts, and is another issuer.`]
  }
  return []
}

function trimmed(url: string): string {
  return url.replace(/\/$/, '')
}

/** As it is written, not as a URL is read: letters of other scripts are to be seen. */
function hostOf(url: string): string {
  return /^https?:\/\/([^/?#:]+)/i.exec(url)?.[1]?.toLowerCase() ?? ''
}

function originOf(url: string): string {
  return URL.parse(url)?.origin ?? 'ORIGIN'
}

/** Whether one becomes the other by changing, adding or leaving out a few letters. */
function differsInFew(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > FEW_LETTERS) return false
  let before = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const next = [row]
    for (let column = 1; column <= other.length; column++) {
      const changed = (before[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1)
      next.push(Math.min(changed, (before[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    before = next
  }
  return (before[other.length] ?? 0) <= FEW_LETTERS
}
