import { STS_ACTIONS } from '../sts-actions.ts'
import { quote } from './finding.ts'
import { matchesAction, type StatementCheck } from './policy-view.ts'

const KNOWN = [...STS_ACTIONS.keys()]

const existence: StatementCheck = ({ action }, report) => {
  for (const text of action?.texts ?? []) {
    if (!/^sts:/i.test(text.value) || KNOWN.some((known) => matchesAction(text.value, known))) continue
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
