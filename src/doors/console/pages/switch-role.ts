import { Fault, parseArn } from '../../../model/index.ts'
import { orRefusal } from '../acting.ts'
import { buttonForm, field, notice, tokenField } from '../components/fields.ts'
import { rolePicker } from '../components/role-picker.ts'
import type { ConsoleBroker, ConsoleSession, SwitchableRoles } from '../console-broker.ts'
import { ROLES_COOKIE, SESSION_COOKIE } from '../cookies.ts'
import { forKinds } from '../for-kinds.ts'
import { html, type View } from '../html.ts'
import type { SignedInPage, SignedInVisit } from '../page.ts'
import { recentRoles, rememberRole } from '../recent-roles.ts'
import { NO_SWITCH } from '../refusals.ts'
import { goTo, type Reply, show } from '../reply.ts'

const TITLE = 'Switch role'
const PATH = '/console/switch-role'

type Broker = Pick<ConsoleBroker, 'switchRole' | 'switchableRoles' | 'states'>

/** What stands in the form: from a link, as AWS's console takes it (`account`, `roleName`), or as it was typed. */
interface Typed {
  readonly account: string
  readonly roleName: string
}

/**
 * Where whoever signed in goes on as a role: one that they name, one of those lately, or one of those that admit them.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-console.html
 */
export function switchRolePage(broker: Broker): SignedInPage {
  return forKinds(['user', 'assumed-role'], NO_SWITCH, {
    path: PATH,
    for: 'signed-in',
    get: (visit) => page(visit, broker, typedIn(visit.query)),
    async post(visit) {
      const { form, session, facts, cookies, cookie } = visit
      const typed = typedIn(form)
      const target = form.has('roleIndex') ? { roleArn: form.text('roleIndex') } : typed
      const switched = await orRefusal(broker.switchRole(session, target, facts))
      if (switched instanceof Fault) return await page(visit, broker, typed, switched)
      const held = { handle: cookie(ROLES_COOKIE), original: switched.switchedFrom ?? session }
      const remembered = await rememberRole(roleArnOf(switched, target), held, { ...broker, cookies, now: facts.now })
      return { ...goTo('/console'), cookies: [cookies.set(SESSION_COOKIE, switched.handle), ...remembered] }
    },
  })
}

function typedIn(form: SignedInVisit['form']): Typed {
  // Of a role with a path AWS's links say that, too; people copy a slash before it.
  return { account: form.text('account').trim(), roleName: form.text('roleName').trim().replace(/^\/+/, '') }
}

/** The ARN to come back by: with the path of the role, which that of its session lacks. */
function roleArnOf({ arn, account }: ConsoleSession, target: { readonly roleArn: string } | Typed): string {
  if ('roleArn' in target) return target.roleArn
  return `arn:${parseArn(arn)?.partition}:iam::${account}:role/${target.roleName}`
}

async function page(visit: SignedInVisit, broker: Broker, typed: Typed, refused?: Fault): Promise<Reply> {
  const { session, facts, cookie } = visit
  const original = session.switchedFrom ?? session
  const recent = await recentRoles({ handle: cookie(ROLES_COOKIE), original }, broker.states, facts.now)
  const admitting = await broker.switchableRoles(session, facts)
  const view = html`
    <h1>${TITLE}</h1>
    ${refused && notice('refused', html`<p>${refused.message}</p>`)}
    <p class="lead">You go on as the role, for an hour at most. Whether it admits you is decided for <code>${original.arn}</code>.</p>
    <section class="sheet" aria-labelledby="named-title">
      <h2 id="named-title">By name</h2>
      <form method="post" action=${PATH}>
        ${tokenField(session)}
        ${field({ name: 'account', label: 'Account number or alias', value: typed.account, maxLength: 63 })}
        ${field({ name: 'roleName', label: 'Role name', value: typed.roleName, maxLength: 576, hint: 'With its path, where it has one.' })}
        <div class="actions"><button class="primary">Switch role</button></div>
      </form>
    </section>
    ${recent.length > 0 && recentSection(recent, session)}
    ${pickerSection(admitting, session)}
    <p class="below"><a href="/console">Start page</a></p>
  `
  if (refused === undefined) return show(TITLE, view)
  return show(TITLE, view, { status: refused.httpStatus, showsReference: true, because: refused })
}

function recentSection(arns: readonly string[], session: ConsoleSession): View {
  return html`
    <section class="sheet" aria-labelledby="recent-title">
      <h2 id="recent-title">Lately</h2>
      <ul class="recent">
        ${arns.map((arn) => html`<li>${buttonForm(session, { action: PATH, values: { roleIndex: arn }, button: html`<button>${nameOf(arn)} @ ${parseArn(arn)?.account}</button>` })}</li>`)}
      </ul>
    </section>
  `
}

/** Nothing is listed that a policy would refuse at this moment. */
function pickerSection({ account, arns, isAll }: SwitchableRoles, session: ConsoleSession): View {
  const roles = arns.map((arn) => ({ arn, name: nameOf(arn) }))
  return html`
    <section aria-labelledby="admitting-title">
      <h2 id="admitting-title">In your account</h2>
      ${roles.length === 0 && html`<p>None of its roles admits you${isAll ? '' : ', of those that were looked at'}.</p>`}
      ${roles.length > 0 && rolePicker({ action: PATH, accounts: [{ ...account, roles }], hidden: [tokenField(session)] })}
      ${!isAll && html`<p class="hint">The account has more roles than were looked at: name one that is not here.</p>`}
    </section>
  `
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1)
}
