import { integer } from '../../engines/wire/index.ts'
import { type AccountCaller, PLAIN_TERMS, type SessionHolder } from '../../model/index.ts'
import { useCode } from '../../pipeline/authentication/index.ts'
import { defineOperation } from '../../pipeline/index.ts'
import { answeredCredentials, recordedCredentials } from './answered-credentials.ts'
import { offeredCode, readMfa } from './asked-mfa.ts'
import { LONG_LIFETIME, lifetimeMs } from './long-lifetime.ts'

/**
 * Makes temporary credentials that are the user, or the root user, who asks with a long-term key. Needs no permission,
 * and no policy can forbid it.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
 */
export const getSessionToken = defineOperation({
  action: 'sts:GetSessionToken',
  proof: 'signed-headers',
  grants: true,

  parse: (params) =>
    params.collect({
      durationSeconds: params.optional('DurationSeconds', integer(LONG_LIFETIME), undefined),
      ...readMfa(params),
    }),

  offeredCode: (input) => offeredCode(input),

  requires: () => [{ action: 'sts:GetSessionToken', resource: '*' }],

  async perform({ caller, input, facts }, { sessions, mfaCodes }) {
    const mfaAt = await useCode(caller, mfaCodes)
    const { credentials } = sessions.mint({
      account: caller.account,
      holder: holderOf(caller),
      issuedAt: facts.now,
      lifetimeMs: lifetimeMs(input.durationSeconds, caller),
      terms: mfaAt === undefined ? PLAIN_TERMS : { ...PLAIN_TERMS, mfaAt },
    })
    return { Credentials: answeredCredentials(credentials) }
  },

  details: ({ durationSeconds, serialNumber }, output) => ({
    requestParameters: { durationSeconds, serialNumber },
    responseElements: output && { credentials: recordedCredentials(output.Credentials) },
  }),
})

function holderOf(caller: AccountCaller): SessionHolder {
  if (caller.kind === 'user') return { kind: 'user', userName: caller.userName, userId: caller.uniqueId }
  if (caller.kind === 'root') return { kind: 'root' }
  throw new Error('a session was permitted to make a session of itself')
}
