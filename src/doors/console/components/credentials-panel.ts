import type { EpochMillis } from '../../../model/index.ts'
import { html, type View } from '../html.ts'
import { credentialTexts, type ShownCredentials } from './credential-texts.ts'
import { timeLeft } from './time-left.ts'

/** Credentials to take away: each way of writing them can be unfolded and copied. */
export function credentialsPanel(shown: ShownCredentials, expiresAt: EpochMillis, now: EpochMillis): View {
  return html`
    <p class="lead">They end in ${timeLeft(expiresAt, now)}. Whoever has them can act as you until then.</p>
    <div class="texts">
      ${credentialTexts(shown).map(
        ({ id, title, use, text }, index) => html`
          <details name="credentials" open=${index === 0}>
            <summary>${title}</summary>
            <div class="text">
              <div class="text-head">
                <p class="hint">${use}</p>
                <button type="button" class="small" hidden data-needs-script data-copies=${`text-${id}`}>
                  Copy<span class="unseen"> for ${title}</span>
                </button>
              </div>
              <pre tabindex="0" aria-label=${`${title}: credentials`}><code id=${`text-${id}`}>${text}</code></pre>
            </div>
          </details>
        `,
      )}
    </div>
    <p class="unseen" role="status" data-copied></p>
  `
}
