import {
  type ExplanationView,
  findReferred,
  type KeptExplanation,
  openReference,
  readExplanation,
  sideOf,
  viewFor,
} from '../../domain/explanation/index.ts'
import { type EpochMillis, InvalidAuthorizationMessage, isoSeconds } from '../../model/index.ts'
import { defineOperation } from '../../pipeline/index.ts'
import { encodedMessage as encodedMessageText } from './sts-types.ts'

/** How long a message can be decoded. */
const LIFE_MS = 86_400_000
/** The clock of the node that sealed it may be ahead of this one's by as much. */
const CLOCK_SKEW_MS = 60_000

/**
 * Decodes the `x-rolecall-explanation` of a refusal for an account that it concerns: for the caller's, what the
 * policies on the caller's side say, for the resource's, what those on the resource's side say, and of the other side
 * only that it does not allow. Whoever is in neither is answered as about a message that is none.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
 */
export const decodeAuthorizationMessage = defineOperation({
  action: 'sts:DecodeAuthorizationMessage',
  proof: 'signature',
  grants: false,

  parse: (params) => params.collect({ encodedMessage: params.required('EncodedMessage', encodedMessageText) }),

  requires: () => [{ action: 'sts:DecodeAuthorizationMessage', resource: '*' }],

  async perform({ caller, input: { encodedMessage }, facts }, { keyring, audit }) {
    const reference = openReference(encodedMessage, keyring)
    if (reference === undefined) throw new InvalidAuthorizationMessage()
    const { time, requestId } = reference
    const side = sideOf(caller.account, reference)
    if (side === undefined || isOutOfDate(time, facts.now)) throw new InvalidAuthorizationMessage()
    const { explanation } = (await findReferred(reference, audit)) ?? {}
    if (explanation === undefined) {
      // Only whoever it concerns gets here, so this tells nobody anything.
      throw new InvalidAuthorizationMessage(
        `Message is valid, but what it refers to was not kept: request ${requestId}`,
      )
    }
    const kept = readExplanation(explanation)
    return { DecodedMessage: JSON.stringify(decoded(kept, viewFor(kept, side), requestId, time)) }
  },

  // The message stands for the request that it is about, and nothing else needs to be known of it.
  details: () => ({}),
})

function isOutOfDate(time: EpochMillis, now: EpochMillis): boolean {
  return now - time >= LIFE_MS || time - now > CLOCK_SKEW_MS
}

/** What AWS's documentation shows, and under `rolecall` what is only told here. What a list would leave out is no member. */
function decoded(kept: KeptExplanation, view: ExplanationView, requestId: string, time: EpochMillis): object {
  const { action, resource } = kept
  const { side, caller, explicitDeny, because, tree, changes, denying, failing, context } = view
  return {
    allowed: false,
    explicitDeny,
    matchedStatements: listed(denying, ({ statement, conditions }) => ({
      statementId: statement.sid ?? '',
      effect: 'DENY',
      policy: statement.policy,
      policyType: statement.kind,
      conditions: listed(conditions, ({ key, expected }) => ({
        key,
        values: listed(
          expected.filter((value) => value !== undefined),
          (value) => ({ value }),
        ),
      })),
    })),
    failures: listed(failing, ({ statement }) => ({
      statementId: statement.sid ?? '',
      policy: statement.policy,
      policyType: statement.kind,
    })),
    context: {
      principal: { id: caller.id, name: caller.name, arn: caller.arn },
      action,
      resource,
      conditions: listed(context, ({ key, values }) => ({ key, values: listed(values, (value) => ({ value })) })),
    },
    rolecall: { requestId, time: isoSeconds(time), side, because, tree, changes },
  }
}

/** A list, as AWS writes lists here. */
function listed<Item>(items: readonly Item[], shown: (item: Item) => object): { readonly items: readonly object[] } {
  return { items: items.map(shown) }
}
