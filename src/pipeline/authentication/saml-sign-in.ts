import type { SamlCaller, Secret } from '../../model/index.ts'
import { type AssertionSources, noSamlProvider, suspected } from './by-saml.ts'
import { samlCaller } from './callers.ts'

/** A response that a browser brings from an identity provider, before anybody said which role it is for. */
export interface PresentedResponse {
  readonly response: Secret
  /** The sign-in that was asked for here; left out: the response may answer none. */
  readonly asked?: { readonly request: string; readonly providerArn: string } | undefined
}

/**
 * Proves whom a response is about, by every provider that it names and that there is. The roles that may be chosen from
 * are those of all of them together: `roleArns` of each. Where a sign-in was asked for, the provider that was asked has
 * to be among those who prove it.
 * @returns one or more, each of another provider, in the order in which the response names them
 * @throws InvalidIdentityToken, ExpiredIdentityToken, IdpRejectedClaim, AccessDenied for a response that names nobody,
 *   ServiceUnavailable when too many are proven at once: what the first provider says, where none proves it
 */
export async function samlSignIn(
  { response, asked }: PresentedResponse,
  { directory, samlIdentities }: AssertionSources,
): Promise<readonly SamlCaller[]> {
  const text = response.reveal()
  const read = await samlIdentities.read(text)
  const named = samlIdentities.providersNamed(read)
  const proven: SamlCaller[] = []
  let refusal: unknown
  for (const arn of asked === undefined ? named : [asked.providerArn, ...named]) {
    if (proven.some(({ provider }) => provider === arn)) continue
    const provider = await directory.samlProvider(arn)
    if (provider !== undefined) {
      try {
        proven.push(samlCaller(provider, await samlIdentities.verify(read, provider, asked?.request)))
      } catch (error) {
        refusal ??= await suspected(error, provider, arn, () =>
          samlIdentities.whyRefused(read, text.length, provider, { answers: asked?.request }),
        )
      }
    }
    // The first one is who was asked: without them nobody answers.
    if (asked !== undefined && proven.length === 0) break
  }
  if (proven.length === 0) throw refusal ?? noSamlProvider()
  return proven
}
