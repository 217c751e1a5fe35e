import { Fault, NoSuchEntity } from '../../../model/index.ts'
import { inIam, orRefusal } from '../acting.ts'
import { copyable } from '../components/copyable.ts'
import { buttonForm, notice, tokenField } from '../components/fields.ts'
import { ABOUT_CODES, codesIn, twoCodes } from '../components/two-codes.ts'
import type { ConsoleBroker, ConsoleSession } from '../console-broker.ts'
import { goToSay } from '../done.ts'
import { forKinds } from '../for-kinds.ts'
import { html } from '../html.ts'
import { DISCARDED, deviceName, holderOf, MFA_PATH } from '../mfa-devices.ts'
import type { SignedInPage } from '../page.ts'
import { BAD_FORM, FOR_USERS, refusal } from '../refusals.ts'
import { goTo, type Reply, show } from '../reply.ts'

/** Where an app is shown a new device, and shows two codes of it. */
export const ENROLLMENT_PATH = '/console/mfa/enroll'
const ADDED =
  'The device is yours. From the next sign-in on you need a code of it; this one goes on without MFA until you sign out.'
const TITLE = 'Add an authenticator app'

interface Enrollment {
  readonly serialNumber: string
  readonly seed: string
  readonly png: string
}

/**
 * Enables a virtual device that has just been made: its seed is shown in this browser only, and until it is enabled, given
 * up, or half an hour has passed.
 */
export function mfaEnrollmentPage(broker: Pick<ConsoleBroker, 'act' | 'states'>): SignedInPage {
  return forKinds(['user', 'root'], FOR_USERS, {
    path: ENROLLMENT_PATH,
    for: 'signed-in',
    async get({ session, facts }) {
      const begun = await broker.states.find('mfa-enrollment', session.handle, facts.now)
      return begun === undefined ? goTo(MFA_PATH) : page(begun, session)
    },
    async post(visit) {
      const { session, facts, form } = visit
      const begun = await broker.states.find('mfa-enrollment', session.handle, facts.now)
      if (begun === undefined) return goTo(MFA_PATH)
      const act = inIam(broker, visit)
      const { serialNumber: SerialNumber } = begun
      const isOver = () => broker.states.end('mfa-enrollment', session.handle)
      if (form.text('do') === 'cancel') {
        const deleted = await orRefusal(act('DeleteVirtualMFADevice', { SerialNumber }))
        if (deleted instanceof Fault && !(deleted instanceof NoSuchEntity)) return page(begun, session, deleted)
        await isOver()
        return await goToSay(MFA_PATH, DISCARDED, visit, broker)
      }
      if (form.text('do') !== 'enable') return refusal(BAD_FORM)
      const params = { ...holderOf(session), SerialNumber, ...codesIn(form) }
      const enabled = await orRefusal(act('EnableMFADevice', params))
      if (enabled instanceof Fault) return page(begun, session, enabled)
      await isOver()
      return await goToSay(MFA_PATH, ADDED, visit, broker)
    },
  })
}

function page({ serialNumber, seed, png }: Enrollment, session: ConsoleSession, refused?: Fault): Reply {
  const view = html`
    <h1>${TITLE}</h1>
    ${refused && notice('refused', html`<p><strong>${refused.message}</strong></p>${refused.code === 'InvalidAuthenticationCode' && html`<p>${ABOUT_CODES}</p>`}`)}
    <div class="sheet">
      <ol class="steps">
        <li>
          Have your authenticator app scan this code for <strong>${deviceName(serialNumber)}</strong>.
          <img class="qr" src=${`data:image/png;base64,${png}`} alt="QR code for an authenticator app: it says the same as the secret key below." />
          <details>
            <summary>Show the secret key instead</summary>
            ${copyable({ id: 'mfa-seed', label: 'Secret key, for an app that cannot scan', text: seed })}
          </details>
        </li>
        <li>
          Type two codes that it shows one after the other: the second about half a minute after the first.
          <form method="post" action=${ENROLLMENT_PATH} id="enable">
            ${tokenField(session)}
            <input type="hidden" name="do" value="enable" />
            ${twoCodes()}
          </form>
        </li>
      </ol>
      <div class="actions">
        <button class="primary" form="enable">Add the device</button>
        ${buttonForm(session, { action: ENROLLMENT_PATH, values: { do: 'cancel' }, button: html`<button>Cancel</button>` })}
      </div>
    </div>
    <p class="unseen" role="status" data-copied></p>
    <p class="below">The code and the key are shown in this browser only, for half an hour. Until the device is added it counts for nothing.</p>
  `
  if (refused === undefined) return show(TITLE, view)
  return show(TITLE, view, { status: refused.httpStatus, showsReference: true, because: refused })
}
