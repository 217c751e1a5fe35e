import type { ConsoleSession } from '../console-broker.ts'
import { html, type View } from '../html.ts'
import type { OwnPath } from '../reply.ts'

/** The hidden field that forms of somebody who is signed in carry. */
export const TOKEN_FIELD = 'token'

/** What every form of somebody who is signed in has to hold. */
export function tokenField({ formToken }: Pick<ConsoleSession, 'formToken'>): View {
  return html`<input type="hidden" name=${TOKEN_FIELD} value=${formToken} />`
}

/** A line of a form. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly type?: 'text' | 'password'
  readonly value?: string
  /** Said below the field. */
  readonly hint?: View
  readonly optional?: boolean
  /** As browsers and password managers know it. @see https://html.spec.whatwg.org/#autofill */
  readonly autocomplete?: string
  readonly maxLength?: number
  /** For codes: digits on the keyboard of a phone. */
  readonly digits?: boolean
  /** The cursor starts here. */
  readonly first?: boolean
}

/** What a form says that is one button. */
interface ButtonForm {
  readonly action: OwnPath
  readonly values: Readonly<Record<string, string>>
  readonly button: View
}

/** A field with its label and its hint. */
export function field(field: Field): View {
  const { name, label, type = 'text', value, hint, optional = false, autocomplete, maxLength, digits, first } = field
  const id = `field-${name}`
  return html`
    <div class="field">
      <label for=${id}>${label}${optional && html` <span class="optional">optional</span>`}</label>
      <input
        id=${id}
        name=${name}
        type=${type}
        value=${value}
        required=${!optional}
        maxlength=${maxLength}
        autocomplete=${autocomplete ?? 'off'}
        autocapitalize="none"
        autocorrect="off"
        spellcheck="false"
        autofocus=${first}
        inputmode=${digits && 'numeric'}
        aria-describedby=${hint && `${id}-hint`}
      />
      ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    </div>
  `
}

/** A form that is one button: it posts its values to the page that it stands on, or to `action`. */
export function buttonForm(session: Pick<ConsoleSession, 'formToken'>, { action, values, button }: ButtonForm): View {
  return html`
    <form method="post" action=${action}>
      ${tokenField(session)}
      ${Object.entries(values).map(([name, value]) => html`<input type="hidden" name=${name} value=${value} />`)}
      ${button}
    </form>
  `
}

/** Something that has to be read before anything else: what was refused, or what needs care. */
export function notice(kind: 'refused' | 'warning' | 'done', view: View): View {
  return html`<div class=${`notice ${kind}`} role=${kind === 'done' ? 'status' : 'alert'}>${view}</div>`
}
