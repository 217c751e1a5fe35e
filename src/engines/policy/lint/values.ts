import { readOidcKey } from '../condition-keys.ts'
import { readBoolean } from '../conditions/bool.ts'
import { type Piece, piecesOf } from '../matching/template.ts'
import { listOf } from '../policy-document.ts'
import { type FindingType, quote } from './finding.ts'
import { type ConditionCheck, type ConditionView, hasWildcards, NO_KEYS } from './policy-view.ts'
import { looksLikeRegion } from './resources.ts'

/** What an operator of each type cannot read never matches; dates are refused when the policy is saved. */
const UNREADABLE: Partial<Record<ConditionView['type'], readonly [FindingType, code: string, wanted: string]>> = {
  Numeric: ['WARNING', 'TYPE_MISMATCH_NUMBER', 'a number'],
  Bool: ['WARNING', 'TYPE_MISMATCH_BOOLEAN', 'true or false'],
  Null: ['WARNING', 'TYPE_MISMATCH_BOOLEAN', 'true or false'],
  Binary: ['WARNING', 'TYPE_MISMATCH_STRING', 'base64'],
  IpAddress: ['ERROR', 'TYPE_MISMATCH_IP_RANGE', 'an address or a CIDR range'],
  Arn: ['WARNING', 'arn-value-unreadable', 'an ARN of six parts'],
}

/** A request value that each family reads: what then has no verdict is a policy value that does not read. */
const READABLE: Partial<Record<ConditionView['type'], string>> = {
  Numeric: '0',
  IpAddress: '0.0.0.0',
  Arn: 'arn:aws:iam::111122223333:root',
}

const readability: ConditionCheck = ({ type, form, values }, report) => {
  const unreadable = UNREADABLE[type]
  if (unreadable === undefined) return
  const [severity, code, wanted] = unreadable
  for (const text of values) {
    if ((type !== 'Arn' && text.value.includes('${')) || reads(type, form, text.value)) continue
    const what = `The operator cannot read ${quote(text.value)}, so it never matches: write ${wanted}.`
    report(severity, code, what, text)
  }
}

function reads(type: ConditionView['type'], { family }: ConditionView['form'], value: string): boolean {
  if (type === 'Bool' || type === 'Null') return readBoolean(value) !== undefined
  if (type === 'Binary') return value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value)
  return family?.([value], type === 'Arn')(READABLE[type] ?? '', NO_KEYS) !== undefined
}

const dates: ConditionCheck = ({ type, values }, report) => {
  if (type !== 'Date') return
  for (const text of values) {
    if (!/^[0-9]{1,18}$/.test(text.value)) continue
    const what = `${quote(text.value)} counts seconds since 1970, which is easily mistaken: write the date as YYYY-MM-DD.`
    report('WARNING', 'INVALID_DATE_VALUE', what, text)
  }
}

const jsonTypes: ConditionCheck = ({ node }, report) => {
  const [first, ...others] = listOf(node)
  const other = others.find(({ type }) => type !== first?.type)
  if (other === undefined) return
  const what = 'The values of the key are of several JSON types: write all of them as one type.'
  report('ERROR', 'INVALID_CONDITION_DATA_TYPE', what, other)
}

const wildcards: ConditionCheck = (condition, report, _statement, { variables, kind }) => {
  const { type, form, name, values } = condition
  if (type !== 'String' || hasWildcards(condition)) return
  const subject = kind === 'trust' && !form.negated && readOidcKey(name)?.claim === 'sub'
  for (const text of values) {
    if (!piecesOf(text.value, variables).some(isWild)) continue
    if (subject) {
      const what = `StringEquals takes the wildcard in ${quote(text.value)} as it stands, and no subject has one: use StringLike.`
      report('ERROR', 'oidc-sub-equals-wildcard', what, text)
    } else {
      const what = `The operator takes the wildcard in ${quote(text.value)} as it stands: use StringLike if it should match.`
      report('WARNING', 'WILDCARD_WITHOUT_LIKE_OPERATOR', what, text)
    }
  }
}

const isWild = (piece: Piece): boolean => piece.kind === 'pattern' && /[*?]/.test(piece.text)

const regions: ConditionCheck = ({ type, name, values }, report) => {
  if (name !== 'aws:requestedregion' || type !== 'String') return
  for (const text of values) {
    if (/[*?]|\$\{/.test(text.value) || looksLikeRegion(text.value)) continue
    report('ERROR', 'INVALID_REGION', `${quote(text.value)} is not the name of a region: check it.`, text)
  }
}

/** Keys that tell one organization, account or network from all others, in lower case. */
const SENSITIVE = new Set([
  'aws:principalaccount',
  'aws:principalorgid',
  'aws:resourceaccount',
  'aws:resourceorgid',
  'aws:sourceaccount',
  'aws:sourceorgid',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  'aws:vpceaccount',
  'aws:vpceorgid',
])
/** So many characters have to be certain before a value may vary. */
const CERTAIN = 6

const openness: ConditionCheck = (condition, report, _statement, { variables }) => {
  const { type, name, key, values } = condition
  if (!SENSITIVE.has(name) || type !== 'String') return
  for (const text of values) {
    const certain = text.value.slice(0, CERTAIN)
    const open = variables ? certain.indexOf('$' + '{') : -1
    if (hasWildcards(condition) && /[*?]/.test(open < 0 ? certain : certain.slice(0, open))) {
      const what = `A wildcard so early in ${quote(text.value)} lets ${quote(key.value)} be of strangers: write it out.`
      report('ERROR', 'WILDCARD_USAGE_TOO_PERMISSIVE', what, text)
    } else if (open >= 0) {
      const what = `A variable so early in ${quote(text.value)} lets the caller choose ${quote(key.value)}: write it out.`
      report('ERROR', 'VARIABLE_USAGE_TOO_PERMISSIVE', what, text)
    }
  }
}

/** Values that conditions compare with. */
export const valueChecks: readonly ConditionCheck[] = [readability, dates, jsonTypes, wildcards, regions, openness]
