import { digestOf, isDigestOf } from '../../../domain/browser/index.ts'
import { Fault } from '../../../model/index.ts'
import { type ActInIam, type IamAnswer, inIam, orRefusal } from '../acting.ts'
import { copyable } from '../components/copyable.ts'
import { buttonForm, notice, tokenField } from '../components/fields.ts'
import { pointInTime } from '../components/point-in-time.ts'
import type { ConsoleBroker, ConsoleSession } from '../console-broker.ts'
import { forKinds } from '../for-kinds.ts'
import { html, type View } from '../html.ts'
import type { SignedInPage, SignedInVisit } from '../page.ts'
import { BAD_FORM, FOR_USERS, refusal, SENT_BEFORE } from '../refusals.ts'
import { goTo, type Reply, show } from '../reply.ts'

const TITLE = 'Access keys'
const PATH = '/console/access-keys'
/** Of one user: more than anybody makes keys before they sign in anew. */
const MOST_FORMS = 100
const NOT_TOLD = 'You are not permitted to see this.'

type Broker = Pick<ConsoleBroker, 'act' | 'states'>

/** What can be done to a key that there is. */
const CHANGES = {
  deactivate: { action: 'UpdateAccessKey', params: { Status: 'Inactive' } },
  activate: { action: 'UpdateAccessKey', params: { Status: 'Active' } },
  delete: { action: 'DeleteAccessKey', params: {} },
} as const

/** The access keys of whoever is signed in: what they are, and making, stopping and deleting them. */
export function accessKeysPage(broker: Broker): SignedInPage {
  return forKinds(['user', 'root'], FOR_USERS, {
    path: PATH,
    for: 'signed-in',
    get: (visit) => list(visit, broker),
    async post(visit) {
      const { form, session } = visit
      const asked = form.text('do')
      if (asked === 'create') return await create(visit, broker)
      if (!isChange(asked)) return refusal(BAD_FORM)
      const { action, params } = CHANGES[asked]
      await inIam(broker, visit)(action, { ...nameOf(session), AccessKeyId: form.text('key'), ...params })
      return goTo(PATH)
    },
  })
}

function isChange(asked: string): asked is keyof typeof CHANGES {
  return Object.hasOwn(CHANGES, asked)
}

/** Whose keys they are: root has no name, and none is needed for it. */
function nameOf({ caller }: ConsoleSession): Record<string, string> {
  return caller.kind === 'user' ? { UserName: caller.userName } : {}
}

async function list(visit: SignedInVisit, broker: Broker): Promise<Reply> {
  const { session, facts } = visit
  const act = inIam(broker, visit)
  const once = broker.states.seal('one-time-form', { session: digestOf(session.handle) }, facts.now, session.expiresAt)
  const listed = await orRefusal(act('ListAccessKeys', nameOf(session)))
  const keys = listed instanceof Fault ? [] : listed.list('AccessKeyMetadata')
  const rows = []
  for (const key of keys) rows.push(await row(key, visit, act))
  const view = html`
    <h1>${TITLE}</h1>
    <p class="lead">Whoever has such a key can act as you until it is deactivated. For people, and for programs that run with a role, temporary credentials are better.</p>
    ${listed instanceof Fault && notice('refused', html`<p>${listed.message}</p>`)}
    ${!(listed instanceof Fault) && rows.length === 0 && html`<p>You have none.</p>`}
    ${rows}
    <form class="actions" method="post" action=${PATH}>
      ${tokenField(session)}
      <input type="hidden" name="do" value="create" />
      <input type="hidden" name="once" value=${once} />
      <button class="primary">Create an access key</button>
    </form>
    <p class="below"><a href="/console">Start page</a></p>
  `
  return listed instanceof Fault ? show(TITLE, view, { showsReference: true, because: listed }) : show(TITLE, view)
}

/** A key that works has to be deactivated before it can be deleted here: what still uses it shows in between. */
async function row(key: IamAnswer, { session, facts }: SignedInVisit, act: ActInIam): Promise<View> {
  const id = key.text('AccessKeyId')
  const isActive = key.text('Status') === 'Active'
  const used = await orRefusal(act('GetAccessKeyLastUsed', { AccessKeyId: id }))
  const createdAt = key.date('CreateDate')
  const button = (what: keyof typeof CHANGES, text: string, looks = 'small') =>
    buttonForm(session, {
      action: PATH,
      values: { do: what, key: id },
      button: html`<button class=${looks}>${text}<span class="unseen"> ${id}</span></button>`,
    })
  return html`
    <section class="sheet" aria-label=${`Access key ${id}`}>
      <dl class="facts">
        <dt>Access key ID</dt><dd><code>${id}</code></dd>
        <dt>Status</dt><dd>${key.text('Status')}</dd>
        <dt>Created</dt><dd>${createdAt && pointInTime(createdAt, facts.now)}</dd>
        <dt>Last used</dt><dd>${used instanceof Fault ? NOT_TOLD : lastUse(used.part('AccessKeyLastUsed'), facts.now)}</dd>
      </dl>
      <div class="actions">
        ${isActive ? button('deactivate', 'Deactivate') : [button('activate', 'Activate'), button('delete', 'Delete', 'small danger')]}
      </div>
    </section>
  `
}

function lastUse(used: IamAnswer, now: SignedInVisit['facts']['now']): View {
  const at = used.date('LastUsedDate')
  if (at === undefined) return 'Never, as far as is known'
  return html`${pointInTime(at, now)}, for ${used.text('ServiceName')} in ${used.text('Region')}`
}

/** Its answer is the only page that shows the secret, so it is no redirect; and a form that is sent again makes no other key. */
async function create(visit: SignedInVisit, broker: Broker): Promise<Reply> {
  const { session, facts, form } = visit
  const once = form.text('once')
  const sealed = broker.states.read('one-time-form', once, facts.now)
  const isOurs = sealed !== undefined && isDigestOf(sealed.session, session.handle)
  const share = { holder: session.caller.userId, most: MOST_FORMS }
  if (!isOurs || !(await broker.states.use('one-time-form', once, facts.now, share))) {
    return refusal({ ...SENT_BEFORE, link: { path: PATH, text: 'Go to the access keys' } })
  }
  const key = (await inIam(broker, visit)('CreateAccessKey', nameOf(session))).part('AccessKey')
  return show(
    'Your new access key',
    html`
      <h1>Your new access key</h1>
      ${notice('warning', html`<p><strong>This is the only time that the secret is shown.</strong> Copy it now, to where programs keep their secrets.</p>`)}
      <div class="sheet">
        ${copyable({ id: 'access-key-id', label: 'Access key ID', text: key.text('AccessKeyId') })}
        ${copyable({ id: 'secret-access-key', label: 'Secret access key', text: key.text('SecretAccessKey') })}
      </div>
      <p class="unseen" role="status" data-copied></p>
      <p class="below">Lost it? Deactivate and delete the key, and create another one: nobody can look it up. <a href=${PATH}>Go to the access keys</a></p>
    `,
  )
}
