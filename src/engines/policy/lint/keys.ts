import { foldCase } from '../../../model/index.ts'
import { type ConditionKey, findConditionKey } from '../condition-keys.ts'
import { quote } from './finding.ts'
import { type ConditionCheck, demands, type StatementCheck } from './policy-view.ts'

const existence: ConditionCheck = ({ key, name, known }, report) => {
  const what = quote(key.value)
  const service = name.slice(0, Math.max(name.indexOf(':'), 0))
  if (!/^[^\s:]+:./s.test(name)) {
    report('ERROR', 'INVALID_CONDITION_KEY_FORMAT', `${what} is no condition key: write it as service:key.`, key)
  } else if (name === 'aws:arn') {
    const why = 'AWS no longer has the key aws:ARN: use aws:PrincipalArn or aws:SourceArn.'
    report('ERROR', 'UNSUPPORTED_GLOBAL_CONDITION_KEY', why, key)
  } else if (lacksTagKey(name, known)) {
    report('ERROR', 'MISSING_TAG_KEY_IN_CONDITION', `${what} names no tag: add a slash and the key of the tag.`, key)
  } else if (known === undefined && service === 'aws') {
    const why = `AWS documents no key ${what}, and a key that no request has matches nothing: check the name.`
    report('ERROR', 'INVALID_GLOBAL_CONDITION_KEY', why, key)
  } else if (known === undefined && (service === 'sts' || service === 'saml')) {
    report('ERROR', 'INVALID_SERVICE_CONDITION_KEY', `The service has no key ${what}: check the name.`, key)
  }
}

/** Whether the key exists, but only followed by a tag key. */
function lacksTagKey(name: string, known: ConditionKey | undefined): boolean {
  if (known !== undefined) return name.endsWith('/') && name === foldCase(known.name)
  return !name.includes('/') && findConditionKey(`${name}/`) !== undefined
}

const sessionArns: ConditionCheck = ({ name, values }, report) => {
  if (name !== 'aws:principalarn') return
  for (const text of values) {
    if (!/^[^:]*:[^:]*:sts:[^:]*:[^:]*:assumed-role\//.test(text.value)) continue
    const what = `aws:PrincipalArn of a session is the ARN of its role, never ${quote(text.value)}: compare with the role, or aws:userid.`
    report('ERROR', 'principalarn-session', what, text)
  }
}

/** Each condition key by itself. */
export const keyChecks: readonly ConditionCheck[] = [existence, sessionArns]

const spellings: StatementCheck = ({ conditions }, report) => {
  const seen = new Set<string>()
  let operator: number | undefined
  for (const { operator: at, name, key } of conditions) {
    if (at.offset !== operator) seen.clear()
    operator = at.offset
    if (seen.has(name)) {
      const what = `${quote(key.value)} stands twice under the operator, in different case, and both have to hold: join their values.`
      report('ERROR', 'DUPLICATE_KEYS_WITH_DIFFERENT_CASE', what, key)
    }
    seen.add(name)
  }
}

const VPC_KEYS = new Set(['aws:sourcevpc', 'aws:sourcevpcarn', 'aws:sourcevpce'])

const pairs: StatementCheck = ({ conditions }, report) => {
  const address = conditions.find(({ name }) => name === 'aws:vpcsourceip')
  if (address === undefined || conditions.some((each) => VPC_KEYS.has(each.name) && demands(each))) return
  const what = 'Every VPC can have the address in aws:VpcSourceIp: ask for aws:SourceVpc or aws:SourceVpce as well.'
  report('SECURITY_WARNING', 'MISSING_PAIRED_CONDITION_KEYS', what, address.key)
}

/** What condition keys of one statement do together. */
export const keysTogetherChecks: readonly StatementCheck[] = [spellings, pairs]
