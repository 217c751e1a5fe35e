import type { AccountCaller } from '../model/index.ts'
import type { BrowserShare } from '../platform/storage/index.ts'

/** More browsers than anybody signs in with. */
const OF_ONE_PERSON = 100
/** Of all who sign in with it: sessions of a role can be called anything, so their names are nobody's share. */
const OF_ONE_ROLE = 1000

/** More roles than anybody works with at a time. */
const OF_ONE_SIGN_IN = 10

/** How many switched roles are kept for one sign-in: whoever switches again and again ends what they switched to. */
export function switchedPlacesOf(handle: string): BrowserShare {
  return { holder: `switched ${handle}`, most: OF_ONE_SIGN_IN }
}

/** How many sign-ins are kept for a user, for root, or for everybody with one role: one more ends what would end first. */
export function placesOf(caller: AccountCaller): BrowserShare {
  switch (caller.kind) {
    case 'assumed-role':
      return { holder: caller.uniqueId, most: OF_ONE_ROLE }
    case 'federated-user':
      return { holder: `federated ${caller.issuer?.uniqueId ?? caller.account}`, most: OF_ONE_ROLE }
    default:
      return { holder: caller.userId, most: OF_ONE_PERSON }
  }
}
