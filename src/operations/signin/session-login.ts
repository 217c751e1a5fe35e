import { type AccountCaller, InvalidClientTokenId } from '../../model/index.ts'
import type { Operation } from '../../pipeline/index.ts'

/** Where somebody signs in. */
interface SessionLoginInput {
  readonly loginTo: string
}

/**
 * Signs a browser in with a session that there is: of a role, or of a federated user. Nothing is minted for it; it stands
 * in the audit trail as every sign-in does.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
 */
export const sessionLogin: Operation<AccountCaller, SessionLoginInput, void> = {
  action: 'signin:ConsoleLogin',
  proof: 'credentials',
  grants: true,

  requires(_input, { kind }) {
    // Or a session without MFA would become one that IAM takes.
    if (kind === 'user' || kind === 'root') {
      throw new InvalidClientTokenId('users and root sign in with their passwords')
    }
    return []
  },

  perform: async () => undefined,

  details: ({ loginTo }) => ({ additionalEventData: { LoginTo: loginTo, MobileVersion: 'No', MFAUsed: 'No' } }),
}
