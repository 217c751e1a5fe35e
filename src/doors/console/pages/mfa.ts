import { EntityAlreadyExists, Fault, iamArn, parseArn } from '../../../model/index.ts'
import { inIam, orRefusal } from '../acting.ts'
import { buttonForm, field, notice, tokenField } from '../components/fields.ts'
import { pointInTime } from '../components/point-in-time.ts'
import type { ConsoleBroker, ConsoleSession } from '../console-broker.ts'
import { goToSay, justDone } from '../done.ts'
import { forKinds } from '../for-kinds.ts'
import { html, type View } from '../html.ts'
import { DISCARDED, deviceName, MFA_PATH, type OwnMfaDevice, ownMfaDevices } from '../mfa-devices.ts'
import type { SignedInPage, SignedInVisit } from '../page.ts'
import { BAD_FORM, FOR_USERS, refusal } from '../refusals.ts'
import { goTo, type Reply, show } from '../reply.ts'
import { ENROLLMENT_PATH } from './mfa-enrollment.ts'

const TITLE = 'MFA devices'

type Broker = Pick<ConsoleBroker, 'act' | 'states'>

/** The MFA devices of whoever is signed in, and where another one is begun. */
export function mfaPage(broker: Broker): SignedInPage {
  return forKinds(['user', 'root'], FOR_USERS, {
    path: MFA_PATH,
    for: 'signed-in',
    get: (visit) => list(visit, broker),
    async post(visit) {
      const { form } = visit
      if (form.text('do') === 'add') return await add(visit, broker)
      if (form.text('do') !== 'discard') return refusal(BAD_FORM)
      await inIam(broker, visit)('DeleteVirtualMFADevice', { SerialNumber: serialOf(form.text('name'), visit.session) })
      return await goToSay(MFA_PATH, DISCARDED, visit, broker)
    },
  })
}

/** The serial number of a virtual device of that name. */
function serialOf(name: string, { arn, account }: ConsoleSession): string {
  return iamArn(parseArn(arn)?.partition ?? '', account, 'mfa', '/', name)
}

async function add(visit: SignedInVisit, broker: Broker): Promise<Reply> {
  const { form, session, facts } = visit
  const name = form.text('name').trim()
  const act = inIam(broker, visit)
  const made = await orRefusal(act('CreateVirtualMFADevice', { VirtualMFADeviceName: name }))
  if (made instanceof Fault) return await list(visit, broker, made)
  const device = made.part('VirtualMFADevice')
  const state = {
    serialNumber: device.text('SerialNumber'),
    // Both are blobs of AWS's model, in base64: a PNG goes into the page as it is.
    seed: Buffer.from(device.text('Base32StringSeed'), 'base64').toString('latin1'),
    png: device.text('QRCodePNG'),
  }
  try {
    await broker.states.keepUnder(session.handle, 'mfa-enrollment', state, facts.now, session.expiresAt)
  } catch (error) {
    // Nobody can ever enable it: its seed is told once.
    await act('DeleteVirtualMFADevice', { SerialNumber: state.serialNumber }).catch(() => undefined)
    throw error
  }
  return goTo(ENROLLMENT_PATH)
}

/** @param refused - why no device was begun */
async function list(visit: SignedInVisit, broker: Broker, refused?: Fault): Promise<Reply> {
  const { session, facts, form } = visit
  const listed = await orRefusal(ownMfaDevices(session, inIam(broker, visit)))
  const begun = await broker.states.find('mfa-enrollment', session.handle, facts.now)
  const done = refused === undefined ? await justDone(MFA_PATH, visit, broker) : undefined
  const because = refused ?? (listed instanceof Fault ? listed : undefined)
  const view = html`
    <h1>${TITLE}</h1>
    ${refused && notice('refused', html`<p>${refused.message}</p>`)}
    ${refused instanceof EntityAlreadyExists && discardForm(form.text('name').trim(), session)}
    ${done !== undefined && notice('done', html`<p>${done}</p>`)}
    ${begun !== undefined && notice('warning', html`<p>You have begun to add ${deviceName(begun.serialNumber)}: <a href=${ENROLLMENT_PATH}>go on with it</a>.</p>`)}
    ${listed instanceof Fault ? notice('refused', html`<p>${listed.message}</p>`) : devices(listed, facts.now)}
    <section class="sheet" aria-labelledby="add-title">
      <h2 id="add-title">Add an authenticator app</h2>
      <form method="post" action=${MFA_PATH}>
        ${tokenField(session)}
        <input type="hidden" name="do" value="add" />
        ${field({ name: 'name', label: 'Name of the device', value: suggestedName(session, listed), maxLength: 226, hint: 'Letters, digits and + = , . @ - _' })}
        <div class="actions"><button class="primary">Continue</button></div>
      </form>
    </section>
    <p class="below"><a href="/console">Start page</a></p>
  `
  if (because === undefined) return show(TITLE, view)
  return show(TITLE, view, { status: refused?.httpStatus ?? 200, showsReference: true, because })
}

function devices(listed: readonly OwnMfaDevice[], now: SignedInVisit['facts']['now']): View {
  if (listed.length === 0) return html`<p>You have none: whoever knows your password can sign in as you.</p>`
  return listed.map(({ serialNumber, enabledAt }) => {
    const address = `${MFA_PATH}/device?${new URLSearchParams({ serial: serialNumber })}`
    return html`
      <section class="sheet" aria-label=${`MFA device ${deviceName(serialNumber)}`}>
        <dl class="facts">
          <dt>Name</dt><dd><a href=${address}>${deviceName(serialNumber)}</a></dd>
          <dt>Serial number</dt><dd><code>${serialNumber}</code></dd>
          <dt>Yours since</dt><dd>${enabledAt && pointInTime(enabledAt, now)}</dd>
        </dl>
      </section>
    `
  })
}

/** For a device of that name that somebody began to add and did not enable: its seed is lost. */
function discardForm(name: string, session: ConsoleSession): View {
  return html`
    <p>Choose another name. If you began to add that device and did not finish, it can be deleted and begun anew.</p>
    ${buttonForm(session, { action: MFA_PATH, values: { do: 'discard', name }, button: html`<button class="small danger">Delete the unfinished device</button>` })}
  `
}

/** AWS's examples of policies let users make devices that are called as they are. */
function suggestedName({ caller }: ConsoleSession, listed: readonly OwnMfaDevice[] | Fault): string {
  const name = caller.kind === 'user' ? caller.userName : 'root-account-mfa-device'
  const isFree = listed instanceof Fault || listed.every(({ serialNumber }) => deviceName(serialNumber) !== name)
  return isFree ? name : ''
}
