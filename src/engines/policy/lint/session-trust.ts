import { foldCase } from '../../../model/index.ts'
import { quote } from './finding.ts'
import { comprises, type PolicyCheck, type StatementView } from './policy-view.ts'

const TAG_KEYS = /^(?:aws:requesttag\/.*|aws:tagkeys|sts:transitivetagkeys)$/s

/** Condition keys of what a session is given, and the action that it takes to give it. */
const GIVEN: readonly (readonly [key: RegExp, action: string])[] = [
  [/^sts:sourceidentity$/, 'sts:SetSourceIdentity'],
  [TAG_KEYS, 'sts:TagSession'],
]

const actionsForKeys: PolicyCheck = ({ kind, statements }, report) => {
  if (kind !== 'trust') return
  const allowing = statements.filter(({ effect }) => effect === 'Allow')
  for (const [pattern, action] of GIVEN) {
    if (allowing.some((statement) => comprises(statement, foldCase(action)))) continue
    for (const { key } of allowing.flatMap(({ conditions }) => conditions.filter((each) => pattern.test(each.name)))) {
      const what = `No statement allows ${action}, without which no request carries ${quote(key.value)}: add the action.`
      report('ERROR', 'MISSING_ACTION_FOR_CONDITION_KEY', what, key)
    }
  }
}

const freeTags: PolicyCheck = ({ kind, statements }, report) => {
  if (kind !== 'trust') return
  for (const { effect, action, principals, conditions } of statements) {
    if (effect !== 'Allow' || action?.inverted) continue
    const given = action?.texts.find(({ value }) => foldCase(value) === 'sts:tagsession')
    if (given === undefined || conditions.some(({ name }) => TAG_KEYS.test(name))) continue
    // Services choose the tags themselves.
    if (principals.every(({ type }) => type === 'Service')) continue
    const what = 'Whoever assumes the role may give the session any tag: confine aws:RequestTag or aws:TagKeys.'
    report('WARNING', 'trust-tag-mismatch', what, given)
  }
}

const ROLES_ANYWHERE = 'rolesanywhere.amazonaws.com'
const ANYWHERE_ACTIONS = ['sts:assumerole', 'sts:setsourceidentity', 'sts:tagsession']

const rolesAnywhere: PolicyCheck = ({ kind, statements }, report) => {
  if (kind !== 'trust') return
  const trusting = statements.filter((each) => each.effect === 'Allow' && namesRolesAnywhere(each) !== undefined)
  if (ANYWHERE_ACTIONS.every((action) => trusting.some((statement) => comprises(statement, action)))) return
  const at = trusting.map(namesRolesAnywhere).find((principal) => principal !== undefined)
  if (at === undefined) return
  const what = 'IAM Roles Anywhere needs sts:AssumeRole, sts:SetSourceIdentity and sts:TagSession: allow all three.'
  report('ERROR', 'MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY', what, at)
}

function namesRolesAnywhere({ principals }: StatementView) {
  return principals.find(({ type, value }) => type === 'Service' && value === ROLES_ANYWHERE)
}

/** What sessions are given along with the role: tags and a source identity. */
export const sessionTrustChecks: readonly PolicyCheck[] = [actionsForKeys, freeTags, rolesAnywhere]
