import { html, type View } from '../html.ts'

interface Copyable {
  readonly id: string
  readonly label: string
  readonly text: string
}

/** A text that people take away, with a button that copies it where the script runs. */
export function copyable({ id, label, text }: Copyable): View {
  return html`
    <div class="text-head">
      <span class="hint" id=${`${id}-label`}>${label}</span>
      <button type="button" class="small" hidden data-needs-script data-copies=${id}>Copy<span class="unseen"> ${label}</span></button>
    </div>
    <pre tabindex="0" aria-labelledby=${`${id}-label`}><code id=${id}>${text}</code></pre>
  `
}
