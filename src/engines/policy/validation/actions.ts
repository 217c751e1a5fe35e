import { type JsonObject, listOf, memberOf } from '../policy-document.ts'
import { refuse } from './refuse.ts'
import { textsOf } from './statements.ts'

const VENDOR = /^[A-Za-z0-9.-]*$/

/** Checks that each statement names some action. */
export function checkActionsGiven(statements: readonly JsonObject[]): void {
  for (const statement of statements) {
    const given = memberOf(statement, 'Action') ?? memberOf(statement, 'NotAction')
    if (given === undefined || listOf(given).length === 0) {
      refuse('Policy statement must contain actions.', given ?? statement)
    }
  }
}

/** Checks that each action is `*` or `vendor:name`. Services and names are not checked: AWS takes unknown ones. */
export function checkActions(statements: readonly JsonObject[]): void {
  for (const statement of statements) {
    for (const action of textsOf(memberOf(statement, 'Action') ?? memberOf(statement, 'NotAction'))) {
      const [vendor = '', name, ...more] = action.value.split(':')
      if (name === undefined) {
        if (vendor === '*') continue
        refuse('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.', action)
      }
      if (more.length > 0) refuse('Actions/Condition can contain only one colon.', action)
      if (vendor !== '*' && !VENDOR.test(vendor)) refuse(`Vendor ${vendor} is not valid`, action)
    }
  }
}
