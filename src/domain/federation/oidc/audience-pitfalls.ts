import { GITHUB } from '../../../engines/policy/index.ts'
import { quoted, quotedAny } from '../../../model/index.ts'
import { type JsonObject, memberOf } from './json-object.ts'
import type { TrustedIssuer } from './trusted-issuer.ts'

/** What would have to change for a token's audience to be one that a provider takes, and what is often the matter. */
export function audienceChanges(claims: JsonObject, { arn, url, clientIds = [] }: TrustedIssuer): readonly string[] {
  const [aud, azp] = [memberOf(claims, 'aud'), memberOf(claims, 'azp') ?? undefined]
  const audiences = textsIn(aud)
  if (azp === undefined && audiences.length > 1) {
    return ['Ask the issuer for a token with one audience: of several, azp has to say which counts, and there is none.']
  }
  const counts = azp === undefined ? audiences[0] : azp
  if (typeof counts !== 'string' || counts === '') return ['Have the issuer write the audience as a text.']
  const taken = quotedAny(clientIds) || 'none: the provider has no client IDs'
  const changes = [`Ask the issuer for a token for ${taken}, or add ${quoted(counts)} to the client IDs of ${arn}.`]
  if (azp !== undefined && audiences.some((each) => clientIds.includes(each))) {
    changes.push('aud would do, but azp counts wherever a token has it: Keycloak, Entra and Google write it.')
  }
  const near = clientIds.find((each) => plainly(each) === plainly(counts))
  if (near !== undefined)
    changes.push(
      `${quoted(counts)} and ${quoted(near)} are not the same: every letter, and a slash at the end, counts.`,
    )
  if (GITHUB.test(url) && counts.startsWith('https://github.com/')) {
    changes.push('That is what GitHub writes unless a workflow asks for another: audience: sts.amazonaws.com.')
  }
  return changes
}

function textsIn(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.filter((each) => typeof each === 'string')
}

function plainly(text: string): string {
  return text.trim().toLowerCase().replace(/\/$/, '')
}
