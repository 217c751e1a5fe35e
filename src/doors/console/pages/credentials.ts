import { credentialsPanel } from '../components/credentials-panel.ts'
import type { ConsoleBroker } from '../console-broker.ts'
import { html } from '../html.ts'
import type { SignedInPage } from '../page.ts'
import { show } from '../reply.ts'
import { nameOf } from '../who.ts'

/** The credentials of whoever is signed in with a role, to take away. */
export function credentialsPage(broker: Pick<ConsoleBroker, 'credentialsOf' | 'origin' | 'region'>): SignedInPage {
  return {
    path: '/console/credentials',
    for: 'signed-in',
    get: ({ session, facts: { now } }) => {
      const credentials = broker.credentialsOf(session)
      if (credentials === undefined) {
        return show(
          'Temporary credentials',
          html`
            <h1>There are no credentials to show</h1>
            <p>Only sign-ins with a role have temporary credentials to take away, and you are signed in as ${nameOf(session)}.</p>
            <p><a class="button" href="/console">Go to the start page</a></p>
          `,
        )
      }
      const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = credentials
      const shown = {
        endpoint: broker.origin,
        region: broker.region,
        credentials: { accessKeyId, secretAccessKey: secretAccessKey.reveal(), sessionToken },
        expiration: new Date(expiresAt).toISOString(),
        profile: profileOf(session.arn),
      }
      return show(
        'Temporary credentials',
        html`
          <h1>Temporary credentials</h1>
          <p><code>${session.arn}</code></p>
          ${credentialsPanel(shown, expiresAt, now)}
          <p class="below"><a href="/console">Start page</a></p>
        `,
      )
    },
  }
}

/** The role's name: what it may consist of, a profile's may, too, but for commas and equals signs. */
function profileOf(arn: string): string {
  return (arn.split('/')[1] ?? 'rolecall').replaceAll(/[,=]/g, '-')
}
