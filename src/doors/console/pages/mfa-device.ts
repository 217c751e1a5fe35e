import { Fault } from '../../../model/index.ts'
import { type ActInIam, inIam, orRefusal } from '../acting.ts'
import { buttonForm, notice, tokenField } from '../components/fields.ts'
import { pointInTime } from '../components/point-in-time.ts'
import { ABOUT_CODES, codesIn, twoCodes } from '../components/two-codes.ts'
import type { ConsoleBroker } from '../console-broker.ts'
import { goToSay } from '../done.ts'
import { forKinds } from '../for-kinds.ts'
import { html, type View } from '../html.ts'
import { deviceName, holderOf, isVirtual, MFA_PATH, ownMfaDevices } from '../mfa-devices.ts'
import type { SignedInPage, SignedInVisit } from '../page.ts'
import { BAD_FORM, FOR_USERS, NOT_FOUND, refusal } from '../refusals.ts'
import { type Reply, show } from '../reply.ts'

const PATH = '/console/mfa/device'

/** A device of theirs, as IAM takes it. */
interface OwnDevice {
  readonly UserName: string
  readonly SerialNumber: string
}

const NOT_YOURS = {
  ...NOT_FOUND,
  title: 'No such device',
  what: 'You have no MFA device of that serial number.',
  next: 'Choose one of those that you have.',
  link: { path: MFA_PATH, text: 'Go to the MFA devices' },
} as const

/** One MFA device of whoever is signed in: bringing it into step, and removing it. */
export function mfaDevicePage(broker: Pick<ConsoleBroker, 'act' | 'states'>): SignedInPage {
  return forKinds(['user', 'root'], FOR_USERS, {
    path: PATH,
    for: 'signed-in',
    get: (visit) => page(visit, visit.query.text('serial'), inIam(broker, visit)),
    async post(visit) {
      const { form, session } = visit
      const act = inIam(broker, visit)
      const device = { ...holderOf(session), SerialNumber: form.text('serial') }
      if (form.text('do') === 'remove')
        return (await remove(device, act)) ?? (await goToSay(MFA_PATH, 'The device is removed.', visit, broker))
      if (form.text('do') !== 'synchronize') return refusal(BAD_FORM)
      const done = await orRefusal(act('ResyncMFADevice', { ...device, ...codesIn(form) }))
      return done instanceof Fault
        ? await page(visit, device.SerialNumber, act, done)
        : await goToSay(MFA_PATH, 'The device is in step.', visit, broker)
    },
  })
}

/**
 * Takes the device from its user, and deletes one that IAM made: as AWS's console does, and with the permissions for both.
 * @returns what there is to say when only the first succeeded
 */
async function remove({ UserName, SerialNumber }: OwnDevice, act: ActInIam): Promise<Reply | undefined> {
  await act('DeactivateMFADevice', { UserName, SerialNumber })
  const deleted = isVirtual(SerialNumber) && (await orRefusal(act('DeleteVirtualMFADevice', { SerialNumber })))
  if (!(deleted instanceof Fault)) return undefined
  const view = html`
    <h1>The device is yours no more</h1>
    <p>No code of it counts any longer, but it could not be deleted: its name stays taken.</p>
    ${notice('refused', html`<p>${deleted.message}</p>`)}
    <p><a class="button" href=${MFA_PATH}>Go to the MFA devices</a></p>
  `
  return show('Device not deleted', view, { showsReference: true, because: deleted })
}

async function page(visit: SignedInVisit, serial: string, act: ActInIam, refused?: Fault): Promise<Reply> {
  const { session, facts } = visit
  const device = (await ownMfaDevices(session, act)).find(({ serialNumber }) => serialNumber === serial)
  if (device === undefined) return refusal(NOT_YOURS)
  const title = `MFA device ${deviceName(serial)}`
  const view = html`
    <h1>${title}</h1>
    ${refused && notice('refused', html`<p><strong>${refused.message}</strong></p>${refused.code === 'InvalidAuthenticationCode' && html`<p>${ABOUT_CODES}</p>`}`)}
    <div class="sheet">
      <dl class="facts">
        <dt>Serial number</dt><dd><code>${serial}</code></dd>
        <dt>Yours since</dt><dd>${device.enabledAt && pointInTime(device.enabledAt, facts.now)}</dd>
      </dl>
    </div>
    ${synchronizing(serial, session)}
    <section class="sheet" aria-labelledby="remove-title">
      <h2 id="remove-title">Remove it</h2>
      <p>Its codes count no more. Without another device, whoever knows your password can sign in as you.</p>
      ${buttonForm(session, { action: PATH, values: { do: 'remove', serial }, button: html`<button class="danger">Remove the device</button>` })}
    </section>
    <p class="below"><a href=${MFA_PATH}>MFA devices</a></p>
  `
  if (refused === undefined) return show(title, view)
  return show(title, view, { status: refused.httpStatus, showsReference: true, because: refused })
}

function synchronizing(serial: string, session: SignedInVisit['session']): View {
  return html`
    <section class="sheet" aria-labelledby="synchronize-title">
      <h2 id="synchronize-title">Bring it into step</h2>
      <p>If its codes are refused although they are right, its clock may be off. Type two that it shows one after the other.</p>
      <form method="post" action=${PATH}>
        ${tokenField(session)}
        <input type="hidden" name="do" value="synchronize" />
        <input type="hidden" name="serial" value=${serial} />
        ${twoCodes()}
        <div class="actions"><button>Bring it into step</button></div>
      </form>
    </section>
  `
}
