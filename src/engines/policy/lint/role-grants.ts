import { foldCase } from '../../../model/index.ts'
import type { FindingType } from './finding.ts'
import { comprises, demands, type ListView, matchesAction, type StatementCheck } from './policy-view.ts'

/** Actions that hand a role to a service: on any role, they hand on more than their holder has. */
const GRANTS: readonly {
  readonly action: string
  readonly prefix: string
  readonly type: FindingType
  /** The condition key that confines it to one service, in lower case. */
  readonly key: string
}[] = [
  { action: 'iam:passrole', prefix: 'PASS_ROLE', type: 'SECURITY_WARNING', key: 'iam:passedtoservice' },
  { action: 'iam:createservicelinkedrole', prefix: 'CREATE_SLR', type: 'WARNING', key: 'iam:awsservicename' },
]

const roleGrants: StatementCheck = (statement, report, { kind }) => {
  const { effect, action: list, resource, conditions } = statement
  if (kind !== 'identity' || effect !== 'Allow' || list === undefined || resource === undefined) return
  const widest = resource.texts.find(({ value }) => isEveryRole(value))
  if (!resource.inverted && widest === undefined) return
  for (const { action, prefix, type, key } of GRANTS) {
    if (!comprises(statement, action)) continue
    if (conditions.some((condition) => condition.name === key && demands(condition))) continue
    const code = `${prefix}_WITH_${variant(list, action, resource.inverted)}`
    const what = `The statement allows ${action} on roles that nobody listed: name the roles, or ask for ${key}.`
    report(type, code, what, resource.inverted ? resource.node : (widest ?? resource.node))
  }
}

/** AWS has a code for each way in which actions and resources are given. */
function variant(list: ListView, action: string, notResource: boolean): string {
  if (list.inverted) return notResource ? 'NOT_ACTION_AND_NOT_RESOURCE' : 'STAR_IN_RESOURCE_AND_NOT_ACTION'
  const literal = list.texts.some(({ value }) => foldCase(value) === action)
  const star = !literal && list.texts.some(({ value }) => matchesAction(value, action))
  if (notResource) return star ? 'STAR_IN_ACTION_AND_NOT_RESOURCE' : 'NOT_RESOURCE'
  return star ? 'STAR_IN_ACTION_AND_RESOURCE' : 'STAR_IN_RESOURCE'
}

/** Whether a resource stands for all roles of an account. */
function isEveryRole(resource: string): boolean {
  return /^(?:\*|arn:[^:]*:iam:[^:]*:(?:[^:]*:)?(?:\*|role\/\*))$/.test(resource)
}

/** Handing roles to services. */
export const roleGrantChecks: readonly StatementCheck[] = [roleGrants]
