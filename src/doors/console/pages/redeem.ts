import { AccessDenied, Secret } from '../../../model/index.ts'
import type { ConsoleBroker } from '../console-broker.ts'
import type { Page } from '../page.ts'
import { send } from '../reply.ts'

const JSON_TYPE = 'application/json'

/**
 * Where a program gets the credentials that somebody signed in for, once, for the code that the browser brought it and what
 * it kept to itself.
 */
export function redeemPage(broker: Pick<ConsoleBroker, 'redeem'>): Page {
  return {
    path: '/terminal/redeem',
    for: 'strangers',
    async post({ facts, form }) {
      const credentials = await broker.redeem(form.text('code'), new Secret(form.text('verifier')), facts)
      if (credentials === undefined) {
        const fault = new AccessDenied('The code is none, has expired, was redeemed before, or is of another sign-in.')
        const { code: Code, message: Message, httpStatus } = fault
        return { ...send(JSON_TYPE, JSON.stringify({ Error: { Code, Message } }), httpStatus), because: fault }
      }
      const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = credentials
      const answer = {
        Version: 1,
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey.reveal(),
        SessionToken: sessionToken,
        Expiration: new Date(expiresAt).toISOString(),
      }
      return send(JSON_TYPE, JSON.stringify(answer))
    },
  }
}
