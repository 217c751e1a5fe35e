import { html, type View } from '../html.ts'
import type { OwnPath } from '../reply.ts'

/** A role that may be chosen. */
interface PickedRole {
  readonly arn: string
  readonly name: string
}

/** An account with the roles that may be chosen in it. */
interface PickedAccount {
  readonly id: string
  /** Without one it is known by its number. */
  readonly alias: string | undefined
  readonly roles: readonly PickedRole[]
}

/** What a role picker shows and where it sends the choice: `roleIndex`, the ARN of a role. */
export interface RolePickerOptions {
  readonly action: OwnPath
  readonly accounts: readonly PickedAccount[]
  /** What else the form carries: a handle, the token of forms. */
  readonly hidden: readonly View[]
  /** Where there is but one role: whether the script sends the form at once, and nobody has to. */
  readonly sendsItself?: boolean
}

/** From so many roles on, a field to search them helps. */
const MANY = 6

/**
 * The form in which people choose one of several roles. Its structure is that of AWS's, because tools that sign in for
 * people read it: `form#saml_form`, `div.saml-account`, `div.saml-role`, `input[name=roleIndex]`.
 */
export function rolePicker({ action, accounts, hidden, sendsItself = false }: RolePickerOptions): View {
  const count = accounts.reduce((sum, { roles }) => sum + roles.length, 0)
  return html`
    <form id="saml_form" class="picker" method="post" action=${action} data-sends-itself=${sendsItself || undefined}>
      ${hidden}
      ${count >= MANY && search()}
      <fieldset>
        <legend class="unseen">Roles</legend>
        ${accounts.map((account) => accountGroup(account, count === 1))}
      </fieldset>
      <p class="none-found" hidden data-none-found>No account or role has that in its name.</p>
      <div class="actions"><button class="primary" id="signin_button">Continue</button></div>
    </form>
  `
}

/** Only where the script runs that searches. */
function search(): View {
  return html`
    <div class="field" hidden data-needs-script>
      <label for="role-search">Search accounts and roles</label>
      <input id="role-search" type="search" autocomplete="off" spellcheck="false" data-search=".saml-role" />
    </div>
  `
}

function accountGroup({ id, alias, roles }: PickedAccount, isOnly: boolean): View {
  const name = alias === undefined ? id : `${alias} (${id})`
  return html`
    <div class="saml-account" data-name=${name}>
      <div class="saml-account-name">Account: ${name}</div>
      ${roles.map(
        (role) => html`
          <div class="saml-role" data-name=${`${name} ${role.name}`.toLowerCase()}>
            <input class="saml-radio" type="radio" name="roleIndex" id=${role.arn} value=${role.arn} checked=${isOnly} required />
            <label class="saml-role-description" for=${role.arn}>${role.name}</label>
          </div>
        `,
      )}
    </div>
  `
}
