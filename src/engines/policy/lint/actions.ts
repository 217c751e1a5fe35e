import { quote } from './finding.ts'
import { matchesAction, type StatementCheck } from './policy-view.ts'

/**
 * The actions of STS, in lower case.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 */
const STS_ACTIONS = [
  'sts:assumerole',
  'sts:assumerolewithsaml',
  'sts:assumerolewithwebidentity',
  'sts:assumeroot',
  'sts:decodeauthorizationmessage',
  'sts:getaccesskeyinfo',
  'sts:getcalleridentity',
  'sts:getdelegatedaccesstoken',
  'sts:getfederationtoken',
  'sts:getservicebearertoken',
  'sts:getsessiontoken',
  'sts:getwebidentitytoken',
  'sts:setcontext',
  'sts:setsourceidentity',
  'sts:taggetwebidentitytoken',
  'sts:tagsession',
]

const existence: StatementCheck = ({ action }, report) => {
  for (const text of action?.texts ?? []) {
    if (!/^sts:/i.test(text.value) || STS_ACTIONS.some((known) => matchesAction(text.value, known))) continue
    const what = `STS has no action ${quote(text.value)}, so the statement does nothing for it: check the name.`
    report('ERROR', 'INVALID_ACTION', what, text)
  }
}

const services: StatementCheck = ({ action }, report) => {
  for (const text of action?.texts ?? []) {
    const [service = '', name] = text.value.split(':', 2)
    if (name === undefined || !service.includes('*')) continue
    const what = `${quote(text.value)} takes in every service whose name fits, present and future: name the service.`
    report('SUGGESTION', 'WILDCARD_IN_SERVICE_NAME', what, text)
  }
}

/** Names of actions. */
export const actionChecks: readonly StatementCheck[] = [existence, services]
