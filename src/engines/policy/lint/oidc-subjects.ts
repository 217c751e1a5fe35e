import { GITHUB, readOidcKey } from '../condition-keys.ts'
import { compilePattern } from '../matching/text-test.ts'
import { SHARED_OIDC_PROVIDERS } from '../validation/shared-oidc-providers.ts'
import { quote, type Report } from './finding.ts'
import { type ConditionCheck, hasWildcards, NO_KEYS, type Text } from './policy-view.ts'

const subjects: ConditionCheck = (condition, report, { effect }, { kind }) => {
  const { name, form, type, values } = condition
  const key = readOidcKey(name)
  if (kind !== 'trust' || effect !== 'Allow' || key?.claim !== 'sub' || form.negated || type !== 'String') return
  const github = GITHUB.test(key.provider)
  const shared = github || SHARED_OIDC_PROVIDERS.has(key.provider)
  for (const text of hasWildcards(condition) ? values : []) checkPattern(text, github, shared, report)
  if (github) checkNames(values, report)
}

/** What stands for certain: `repo:owner/`, `project_path:group/`, `organization:name:`. */
const TENANT = /^[^:/]+[:/][^:/]+[:/]/
const REPOSITORY = /^repo:[^:/]+\/[^:/]+:/

function checkPattern(text: Text, github: boolean, shared: boolean, report: Report): void {
  const open = text.value.search(/[*?]|\$\{/)
  if (open < 0) return
  const certain = text.value.slice(0, open)
  if (shared ? !TENANT.test(certain) : certain === '') {
    const what = `${quote(text.value)} takes in subjects of other tenants: write the owner out before the first wildcard.`
    report('SECURITY_WARNING', 'oidc-sub-overbroad', what, text)
  } else if (github && certain.startsWith('repo:')) {
    checkRepository(text, certain, report)
  }
}

function checkRepository(text: Text, certain: string, report: Report): void {
  const what = quote(text.value)
  if (!REPOSITORY.test(certain)) {
    const why = `${what} takes in every repository of the owner whose name fits, also future ones: name the repository.`
    report('WARNING', 'oidc-sub-overbroad', why, text)
  } else {
    const why = `${what} takes in several branches, tags or environments: name one if you can.`
    report('WARNING', 'SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED', why, text)
  }
  // A pull request has a subject of its own, and whoever may open one runs its workflow.
  const [, , ...rest] = text.value.split(':')
  const tail = rest.length > 0 ? rest.join(':') : text.value.slice(certain.length)
  if (!compilePattern(tail, 'flat', false)('pull_request', NO_KEYS)) return
  const why = `${what} takes in workflows of pull requests: name a branch or an environment.`
  report('WARNING', 'oidc-pull-request', why, text)
}

const BY_ID = /^repo:([^:/@]+)@[^:/]*\/([^:/@]+)@[^:/]*:/
const BY_NAME = /^repo:([^:/@*?]+)\/([^:/@*?]+):/

/**
 * GitHub's immutable subjects carry ids beside names, and patterns of names alone do not match them. Which form a
 * repository has cannot be told from a policy, so only policies are looked at that have both.
 */
function checkNames(values: readonly Text[], report: Report): void {
  const known = new Set(values.map(({ value }) => BY_ID.exec(value)?.slice(1).join('/')))
  known.delete(undefined)
  if (known.size === 0) return
  for (const text of values) {
    const repository = BY_NAME.exec(text.value)?.slice(1).join('/')
    if (repository === undefined || known.has(repository)) continue
    const what = `Others here carry ids, and ${quote(text.value)} does not match subjects that do: add the form with ids.`
    report('WARNING', 'oidc-github-immutable', what, text)
  }
}

/** Subjects of OIDC providers, where a pattern decides who gets in. */
export const oidcSubjectChecks: readonly ConditionCheck[] = [subjects]
