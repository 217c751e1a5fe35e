import type { Form } from '../form.ts'
import { html, type View } from '../html.ts'
import { field } from './fields.ts'

/** The fields for two codes that a device showed one after the other. */
export function twoCodes(): View {
  return html`
    <div class="pair">
      ${field({ name: 'code1', label: 'MFA code 1', maxLength: 8, digits: true, autocomplete: 'one-time-code' })}
      ${field({ name: 'code2', label: 'MFA code 2', maxLength: 8, digits: true })}
    </div>
  `
}

/** What was typed there, as IAM's actions take it: devices show their codes in two groups. */
export function codesIn(form: Form): { readonly AuthenticationCode1: string; readonly AuthenticationCode2: string } {
  const code = (name: string) => form.text(name).replaceAll(' ', '')
  return { AuthenticationCode1: code('code1'), AuthenticationCode2: code('code2') }
}

/** What to do about codes that were refused. */
export const ABOUT_CODES =
  'Wait until the device shows another code, type it as the first, and the next one as the second. Each code counts once; after five attempts, wait five minutes.'
