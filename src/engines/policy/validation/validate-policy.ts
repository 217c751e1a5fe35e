import type { PolicyDocument, PolicyKind } from '../policy-document.ts'
import { checkActions, checkActionsGiven } from './actions.ts'
import { checkNoPrincipal, checkResourcePrincipals } from './principals.ts'
import { checkResourceControl } from './resource-control.ts'
import { checkLegacy, checkResources, checkResourcesGiven } from './resources.ts'
import { checkSidCharacters, checkSids, checkStatements, checkVersion } from './statements.ts'
import { validateTrustPolicy } from './trust.ts'

/**
 * Checks what AWS checks when a document of this kind is saved, in AWS's order and words; the first fault found is
 * thrown. Does not check that principals exist, nor sizes.
 * @throws {@link MalformedPolicyDocument} with the place of the fault
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function validatePolicy(document: PolicyDocument, kind: PolicyKind): void {
  if (kind === 'trust') validateTrustPolicy(document)
  else validateOtherPolicy(document, kind)
}

function validateOtherPolicy(document: PolicyDocument, kind: Exclude<PolicyKind, 'trust'>): void {
  // The order shows: each check goes over the whole document before the next begins.
  const statements = checkStatements(document)
  if (kind === 'resource') checkResourcePrincipals(statements)
  else if (kind === 'rcp') checkResourceControl(statements)
  else checkNoPrincipal(statements)
  checkVersion(document, kind)
  checkLegacy(statements)
  checkSids(statements)
  if (kind !== 'resource') checkSidCharacters(statements)
  checkActionsGiven(statements)
  checkResources(statements, kind)
  checkActions(statements)
  if (kind !== 'resource') checkResourcesGiven(statements)
}
