import type { Directory } from '../../domain/directory/index.ts'
import { bearingStatements, decide } from '../../engines/policy/index.ts'
import type { IdentityCaller, RequestFacts } from '../../model/index.ts'
import type { Access } from './access.ts'
import { gatherForOutsider } from './gather.ts'

/** What a role would say to an exchange; `nearly`: it speaks of the provider, and a condition does not hold. */
export type ExchangeOutcome = 'allowed' | 'nearly' | 'refused'

/** An exchange that nobody asks for yet. */
interface WeighedExchange {
  readonly caller: IdentityCaller
  /** All that it needs. */
  readonly accesses: readonly Access[]
  readonly facts: RequestFacts
}

/**
 * Decides as `authorize` would whether somebody may exchange what a provider says of them for a role: from the same
 * policies, by the same engine. It permits nothing: who exchanges is decided on anew.
 */
export async function weighExchange(
  { caller, accesses, facts }: WeighedExchange,
  directory: Directory,
): Promise<ExchangeOutcome> {
  for (const access of accesses) {
    const { request, policies } = await gatherForOutsider(access, { caller, facts, region: undefined }, directory)
    if (decide(policies, request).outcome === 'allowed') continue
    const speaks = bearingStatements(policies, request).some(
      ({ statement, effect }) => statement.kind === 'trust' && effect === 'Allow',
    )
    return speaks ? 'nearly' : 'refused'
  }
  return 'allowed'
}
