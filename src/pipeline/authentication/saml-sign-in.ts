import type { ReadResponse } from '../../domain/federation/index.ts'
import { InvalidIdentityToken, type SamlCaller } from '../../model/index.ts'
import { peerNetwork } from '../../platform/peer-network.ts'
import { type AssertionSources, noSamlProvider, suspected } from './by-saml.ts'
import { samlCaller } from './callers.ts'

/** A response that a browser brings from an identity provider, before anybody said which role it is for. */
export interface PresentedResponse {
  readonly read: ReadResponse
  /** Where the browser is. */
  readonly sourceIp: string | undefined
  /** The sign-in that was asked for here; left out: the response may answer none. */
  readonly asked?: AskedSignIn | undefined
}

interface AskedSignIn {
  readonly request: string
  readonly providerArn: string
  /** Whether the request was sent to that URL. */
  wasSentTo(url: string): boolean
}

const MOVED = 'The specified provider has another place to sign in by now. Sign in again.'

/**
 * Proves whom a response is about, by every provider that it names and that there is. The roles that may be chosen from
 * are those of all of them together: `roleArns` of each. Where a sign-in was asked for, the provider that was asked has
 * to be among those who prove it, and no other counts than one that has people sign in at the URL that the request was
 * sent to: somebody with an account here can have a provider of the same entity id and certificates, both are public, and
 * learn at a URL of their own what others ask.
 * @returns one or more, each of another provider, in the order in which the response names them
 * @throws InvalidIdentityToken, ExpiredIdentityToken, IdpRejectedClaim, AccessDenied for a response that names nobody,
 *   ServiceUnavailable when too many are proven at once: what the first provider says, where none proves it
 */
export async function samlSignIn(
  { read, sourceIp, asked }: PresentedResponse,
  { directory, samlIdentities }: AssertionSources,
): Promise<readonly SamlCaller[]> {
  const coming = { peer: peerNetwork(sourceIp ?? ''), answers: asked?.request }
  const named = samlIdentities.providersNamed(read)
  const proven: SamlCaller[] = []
  let refusal: unknown
  for (const arn of asked === undefined ? named : [asked.providerArn, ...named]) {
    if (proven.some(({ provider }) => provider === arn)) continue
    const provider = await directory.samlProvider(arn)
    const isElsewhere = asked !== undefined && !asked.wasSentTo(provider?.signOnUrl ?? '')
    if (provider !== undefined && !(isElsewhere && proven.length > 0)) {
      try {
        if (isElsewhere) throw new InvalidIdentityToken(MOVED)
        proven.push(samlCaller(provider, await samlIdentities.verify(read, provider, coming)))
      } catch (error) {
        refusal ??= await suspected(error, provider, arn, () =>
          samlIdentities.whyRefused(read, read.text.length, provider, { answers: asked?.request }),
        )
      }
    }
    // The first one is who was asked: without them nobody answers.
    if (asked !== undefined && proven.length === 0) break
  }
  if (proven.length === 0) throw refusal ?? noSamlProvider()
  return proven
}
