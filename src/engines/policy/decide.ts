import type { ApplicablePolicies } from './applicable-policies.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { allowedBy, type Decision, explicitDeny, implicitDeny, kindBit, type StatementRef } from './decision.ts'
import type { PolicyKind } from './policy-document.ts'
import { DIRECT, ISSUER } from './principals.ts'
import type { AccessRequest } from './request.ts'
import { type CompiledStatement, callerMatch, type Question, questionOf, statementMatch } from './statement.ts'
import { SHELVES, shelfOf } from './statement-index.ts'

/** The root user of the owning account needs no statement. */
const ALLOWED_WITHOUT_STATEMENT: Decision = allowedBy()
const SCP = kindBit('scp')
const IDENTITY = kindBit('identity')
const BOUNDARY = kindBit('boundary')
const SESSION = kindBit('session')

/**
 * Decides one request. An explicit deny anywhere wins; then every level of SCPs has to allow; then, within an
 * account, the resource's policy or the caller's policies grant, and across accounts both have to.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(policies: ApplicablePolicies, request: AccessRequest): Decision {
  const question = questionOf(request, policies.boundary !== undefined)
  if (anyDenies(policies, question)) return explicitDeny(collectDenies(policies, question))
  return decideAllows(policies, question)
}

/** The kinds whose Allow is required and missing, as if nothing denied. */
export function missingAllows(policies: ApplicablePolicies, request: AccessRequest): readonly PolicyKind[] {
  return decideAllows(policies, questionOf(request, policies.boundary !== undefined)).blame
}

function decideAllows(policies: ApplicablePolicies, question: Question): Decision {
  const { request } = question
  const { resource } = policies
  const speaks = resource?.kind === resourceKind(policies, question)
  const grant = speaks ? strongestGrant(resource, question) : undefined
  if (!('account' in request.principal)) {
    // No account stands behind the caller, so only the resource's policy can speak for it.
    return grant === undefined ? implicitDeny(kindBit(resourceKind(policies, question))) : grant.granted
  }

  const within = request.principal.account === request.resourceAccount
  const strength = grant === undefined ? 0 : callerMatch(grant, question)
  let missing = scpsAllow(policies, question) ? 0 : SCP
  // Within the account, a grant to the caller's own name needs nothing beside it.
  if (grant !== undefined && within && strength >= DIRECT) return missing === 0 ? grant.granted : implicitDeny(missing)

  if (grant === undefined && (!within || needsResourcePolicy(policies, question)))
    missing |= kindBit(resourceKind(policies, question))
  // A grant to the caller's role, or to the user behind the session, stands in for the identity policies alone.
  const identity = within && strength >= ISSUER ? grant : firstGrantOf(policies.identity, question)
  if (identity === undefined && request.principal.kind !== 'root') missing |= IDENTITY
  if (policies.boundary !== undefined && firstGrant(policies.boundary, question) === undefined) missing |= BOUNDARY
  if (!sessionAllows(policies, question)) missing |= SESSION
  return missing === 0 ? grantedBy(grant, identity) : implicitDeny(missing)
}

function grantedBy(grant: CompiledStatement | undefined, identity: CompiledStatement | undefined): Decision {
  if (grant === undefined || grant === identity) return identity?.granted ?? ALLOWED_WITHOUT_STATEMENT
  return identity === undefined ? grant.granted : allowedBy(grant.ref, identity.ref)
}

/** The kind of policy that speaks for the resource. */
export function resourceKind({ resource }: ApplicablePolicies, question: Question): PolicyKind {
  return needsTrust(question) ? 'trust' : (resource?.kind ?? 'resource')
}

/** Roles and KMS keys are never reached by the caller's policies alone. */
function needsResourcePolicy({ resource }: ApplicablePolicies, question: Question): boolean {
  if (resource?.kind === 'trust' || needsTrust(question)) return true
  return question.service === 'kms' && question.request.resource.includes(':key/')
}

/** What STS does with a role only its trust policy can grant, be the caller the root user and no policy be given. */
function needsTrust({ service, request }: Question): boolean {
  return service === 'sts' && request.resource.includes(':role/')
}

/** Each level has to allow; without levels nothing is asked. */
function scpsAllow({ scp }: ApplicablePolicies, question: Question): boolean {
  if (scp === undefined) return true
  for (const level of scp) if (firstGrantOf(level, question) === undefined) return false
  return true
}

/** One session policy has to allow, if there are any; a federated user's session without them may do nothing. */
function sessionAllows({ session }: ApplicablePolicies, question: Question): boolean {
  if (session === undefined) return question.request.principal.kind !== 'federatedUser'
  return firstGrantOf(session, question) !== undefined
}

function firstGrantOf(policies: readonly CompiledPolicy[], question: Question): CompiledStatement | undefined {
  for (const policy of policies) {
    const statement = firstGrant(policy, question)
    if (statement !== undefined) return statement
  }
  return undefined
}

function firstGrant({ allows }: CompiledPolicy, question: Question): CompiledStatement | undefined {
  for (let shelf = 0; shelf < SHELVES; shelf++) {
    for (const statement of shelfOf(allows, shelf, question))
      if (statementMatch(statement, question) > 0) return statement
  }
  return undefined
}

/** The Allow that speaks of the caller most directly: it decides which implicit denies still count. */
function strongestGrant({ allows }: CompiledPolicy, question: Question): CompiledStatement | undefined {
  let strongest: CompiledStatement | undefined
  let strength = 0
  for (let shelf = 0; shelf < SHELVES; shelf++) {
    for (const statement of shelfOf(allows, shelf, question)) {
      const match = statementMatch(statement, question)
      if (match >= DIRECT) return statement
      if (match <= strength) continue
      strongest = statement
      strength = match
    }
  }
  return strongest
}

function anyDenies(policies: ApplicablePolicies, question: Question): boolean {
  return (
    denies(policies.resource, question) ||
    someDenies(policies.identity, question) ||
    denies(policies.boundary, question) ||
    someDenies(policies.session, question) ||
    someLevelDenies(policies.scp, question) ||
    someLevelDenies(policies.rcp, question)
  )
}

function someLevelDenies(levels: ApplicablePolicies['scp'], question: Question): boolean {
  if (levels !== undefined) for (const level of levels) if (someDenies(level, question)) return true
  return false
}

function someDenies(policies: readonly CompiledPolicy[] | undefined, question: Question): boolean {
  if (policies !== undefined) for (const policy of policies) if (denies(policy, question)) return true
  return false
}

function denies(policy: CompiledPolicy | undefined, question: Question): boolean {
  if (policy === undefined || policy.denies.isEmpty) return false
  for (let shelf = 0; shelf < SHELVES; shelf++) {
    for (const statement of shelfOf(policy.denies, shelf, question)) {
      if (statementMatch(statement, question) > 0) return true
    }
  }
  return false
}

/** Every statement that denies, in the order in which AWS prefers to name their kinds. */
function collectDenies(policies: ApplicablePolicies, question: Question): StatementRef[] {
  return policiesInOrder(policies)
    .flatMap(({ statements }) => statements)
    .filter((statement) => statement.effect === 'Deny' && statementMatch(statement, question) > 0)
    .map(({ ref }) => ref)
}

/** All policies, in the order in which AWS prefers to name their kinds. */
export function policiesInOrder({
  rcp,
  scp,
  resource,
  identity,
  boundary,
  session,
}: ApplicablePolicies): CompiledPolicy[] {
  const one = (policy: CompiledPolicy | undefined): CompiledPolicy[] => (policy === undefined ? [] : [policy])
  return [
    ...(rcp ?? []).flat(),
    ...(scp ?? []).flat(),
    ...one(resource),
    ...identity,
    ...one(boundary),
    ...(session ?? []),
  ]
}
