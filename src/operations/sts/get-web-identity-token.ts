import { SIGNING_ALGORITHMS } from '../../domain/federation/index.ts'
import { integer } from '../../engines/wire/index.ts'
import { epochMillis, isoSeconds, SessionDurationEscalation, ValidationError } from '../../model/index.ts'
import { requestTags } from '../../pipeline/authorization/index.ts'
import { defineOperation } from '../../pipeline/index.ts'
import { checkTagKeys, readTags } from './asked-terms.ts'
import { audience as audienceText, signingAlgorithm } from './sts-types.ts'

const FIVE_MINUTES = 300

/**
 * Signs a token that proves outside who the caller is. It says nothing that the caller could choose but the audience and
 * tags, and is never good for longer than the session that asked for it.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html
 */
export const getWebIdentityToken = defineOperation({
  action: 'sts:GetWebIdentityToken',
  proof: 'signed-headers',
  grants: true,

  parse(params) {
    const { algorithm: asked, ...input } = params.collect({
      audience: params.texts('Audience', audienceText, { max: 10, required: true }),
      durationSeconds: params.optional('DurationSeconds', integer({ min: 60, max: 3600 }), FIVE_MINUTES),
      algorithm: params.required('SigningAlgorithm', signingAlgorithm),
      tags: readTags(params),
    })
    if (input.audience.length === 0) {
      throw new ValidationError(
        "1 validation error detected: Value '[]' at 'audience' failed to satisfy constraint: Member must have length greater than or equal to 1",
      )
    }
    const algorithm = SIGNING_ALGORITHMS.find((each) => each === asked)
    if (algorithm === undefined) {
      throw new ValidationError(
        'Requested SigningAlgorithm is not supported. See the GetWebIdentityToken documentation for supported algorithms',
      )
    }
    // Unlike those of a session they may begin with `aws:`: they are claims below `request_tags`, and no condition keys.
    checkTagKeys(input.tags)
    return { ...input, algorithm }
  },

  requires({ audience, durationSeconds, algorithm, tags }, { account }, { partition }) {
    const resource = `arn:${partition}:sts::${account}:self`
    const context = requestTags(tags)
    context.set('sts:identitytokenaudience', audience)
    context.set('sts:durationseconds', String(durationSeconds))
    context.set('sts:signingalgorithm', algorithm)
    const access = { action: 'sts:GetWebIdentityToken', resource, context }
    return tags.length === 0 ? [access] : [access, { action: 'sts:TagGetWebIdentityToken', resource, context }]
  },

  async perform({ caller, input, facts, region }, { directory, outboundIdentities, wireClock }) {
    const { audience, tags, durationSeconds, algorithm } = input
    const { account, session } = caller
    const lifetimeMs = durationSeconds * 1000
    const leftMs = session && session.expiresAt - facts.now
    // Before anything else, as was observed: also where the account does not vouch for anybody.
    if (leftMs !== undefined && lifetimeMs >= leftMs) throw new SessionDurationEscalation()
    // Real time: whoever verifies it has another clock than ours.
    const issuedAt = wireClock.now()
    const expiresAt = epochMillis(issuedAt + lifetimeMs)
    const sessionEndsAt = leftMs === undefined ? undefined : epochMillis(issuedAt + leftMs)
    const place = await directory.placeOf(account)
    const order = { caller, audience, tags, region, place, issuedAt, expiresAt, sessionEndsAt }
    const token = await outboundIdentities.sign(order, algorithm)
    return { Expiration: new Date(expiresAt), WebIdentityToken: token }
  },

  details: ({ audience, durationSeconds, algorithm, tags }, output) => ({
    requestParameters: {
      audience,
      durationSeconds,
      signingAlgorithm: algorithm,
      ...(tags.length > 0 && { tags: tags.map(({ key, value }) => ({ key, value })) }),
    },
    responseElements: output && { expiration: isoSeconds(epochMillis(output.Expiration.getTime())) },
  }),
})
