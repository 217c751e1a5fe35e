import type { Directory, SamlProviderView } from '../../domain/directory/index.ts'
import type { ReadResponse, SamlIdentities } from '../../domain/federation/index.ts'
import {
  type Arn,
  Fault,
  InvalidIdentityToken,
  type SamlCaller,
  type Secret,
  ServiceUnavailable,
} from '../../model/index.ts'
import { peerNetwork } from '../../platform/peer-network.ts'
import { samlCaller } from './callers.ts'
import type { Proven } from './proven.ts'
import { RefusedProof } from './refused-proof.ts'

/** An assertion that somebody shows instead of signing, the provider that it is of, and the role that they show it for. */
export interface PresentedAssertion {
  /** The whole response that it came in. */
  readonly assertion: Secret
  readonly principalArn: Arn
  readonly roleArn: Arn
  /** The request for a sign-in that it has to answer; left out: it may answer none. */
  readonly answers?: string | undefined
}

/** What proving an assertion consults. */
export interface AssertionSources {
  readonly directory: Directory
  readonly samlIdentities: SamlIdentities
}

const ATTEMPTS = 10

/**
 * Proves who shows an assertion: by the provider that they name, where the role's account has it. Whether the role exists
 * is not asked, nor whether the assertion was shown before.
 * @param region - that answers: nothing in the request names one
 * @param sourceIp - whose turn it is to have something read and verified
 * @param wait - waits for what reads and verifies, and lets others work meanwhile
 * @throws InvalidIdentityToken, ExpiredIdentityToken, IdpRejectedClaim, AccessDenied for an assertion that names nobody,
 *   ServiceUnavailable when too many are proven at once
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
 */
export async function bySaml(
  { assertion, principalArn, roleArn, answers }: PresentedAssertion,
  { region, sourceIp }: { readonly region: string; readonly sourceIp: string | undefined },
  { directory, samlIdentities }: AssertionSources,
  wait: <Result>(load: Promise<Result>) => Promise<Result>,
): Promise<Proven<SamlCaller>> {
  const text = assertion.reveal()
  const peer = peerNetwork(sourceIp ?? '')
  let read: ReadResponse | undefined
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { version } = directory
    // A provider and the roles that trust it are of one account.
    const known = principalArn.account === roleArn.account ? await directory.samlProvider(principalArn.text) : undefined
    if (known === undefined) throw noSamlProvider()
    try {
      read ??= await wait(samlIdentities.read(text, { peer, account: known.account }))
      const identity = await wait(samlIdentities.verify(read, known, { answers, peer }))
      // While it was verified, the provider may have been taken away, or given other keys: then it is judged anew.
      if (directory.version !== version && (await directory.samlProvider(known.arn)) !== known) continue
      return { caller: samlCaller(known, identity), region, presigned: false }
    } catch (error) {
      const wanted = { roleArn: roleArn.text, answers }
      throw await suspected(error, known, roleArn.text, (fault) =>
        samlIdentities.whyRefused(read ?? fault, text.length, known, wanted),
      )
    }
  }
  throw new ServiceUnavailable('the provider changes faster than its assertions can be judged')
}

/** AWS's answer where nobody can say who vouches. */
export function noSamlProvider(): InvalidIdentityToken {
  return new InvalidIdentityToken("Specified provider doesn't exist.")
}

/**
 * A refusal, with the provider that is told of it, and why.
 * @param resource - what was asked for
 */
export async function suspected(
  error: unknown,
  { account, arn: provider }: SamlProviderView,
  resource: string,
  why: (fault: Fault) => Promise<RefusedProof['checks']>,
): Promise<unknown> {
  if (!(error instanceof Fault)) return error
  error.suspect = { kind: 'suspected-identity', as: 'saml', account, provider }
  if (error.httpStatus < 500) error.cause = new RefusedProof(resource, await why(error))
  return error
}
