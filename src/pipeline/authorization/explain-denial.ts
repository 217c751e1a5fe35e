import {
  type CarriedKey,
  type KeptExplanation,
  type KeptTrace,
  keepTrace,
  writeExplanation,
} from '../../domain/explanation/index.ts'
import {
  type AccessRequest,
  type ApplicablePolicies,
  type CompiledPolicy,
  decide,
  explain,
  missingAllows,
  type PolicyKind,
} from '../../engines/policy/index.ts'
import { type AccountCaller, foldCase, type IdentityCaller } from '../../model/index.ts'
import { lacksRole } from './gather.ts'
import type { Grounds } from './grounds.ts'
import { WithheldContext } from './withheld-context.ts'

/** What a request says of itself, as AWS spells it. Tags are told where policies ask for them. */
const CARRIED: readonly string[] = [
  'aws:CurrentTime',
  'aws:PrincipalArn',
  'aws:SourceIp',
  'aws:SecureTransport',
  'aws:RequestedRegion',
  'aws:UserAgent',
  'aws:TokenIssueTime',
  'aws:MultiFactorAuthPresent',
  'aws:TagKeys',
  'sts:RoleSessionName',
  'sts:ExternalId',
  'sts:SourceIdentity',
  'sts:TransitiveTagKeys',
]
const MOST_VALUES = 10
const LONGEST_VALUE = 256
const LONGEST_EXTERNAL_ID = 1224
/** More statements than these are not traced one by one: each takes a microsecond or two. */
const MOST_TRACED = 200

/** What is kept of a denial, as text: bounded, and from nothing but what the decision was made of. */
export function explainDenial(
  { access, gathered }: Grounds,
  caller: AccountCaller | IdentityCaller,
  refusal: string,
): string {
  const { action, resource } = access
  const asked = {
    caller: isVouchedFor(caller) ? identityOf(caller) : principalOf(caller),
    action,
    resource,
    refusal,
  }
  if (gathered === undefined) {
    const resourceAccount = caller.account
    const nothing = { roleIsMissing: false, carried: [], whole: undefined, ofCaller: undefined, untold: [] }
    return writeExplanation({ ...asked, ...nothing, resourceAccount })
  }
  const { request, policies } = gathered
  const { resourceAccount } = request
  const across = caller.account !== resourceAccount ? onCallersSide(policies, request) : undefined
  return writeExplanation({
    ...asked,
    resourceAccount,
    roleIsMissing: lacksRole(gathered),
    carried: carriedBy(caller).flatMap((key) => carriedKey(key, request)),
    whole: tracedFor(policies, request),
    ofCaller: across?.trace,
    untold: across?.untold ?? [],
  })
}

/** What the policies on the caller's side come to when the other account has nothing and tells nothing. */
function onCallersSide(
  { resource: _resource, rcp: _rcp, ...policies }: ApplicablePolicies,
  request: AccessRequest,
): { readonly trace: KeptTrace; readonly untold: readonly string[] } {
  const context = new WithheldContext(request.context)
  const alone = { ...request, context }
  // Only what bears on the decision asks for a key here; the trace asks for all.
  decide(policies, alone)
  const untold = [...context.asked]
  return { trace: tracedFor(policies, alone), untold }
}

function tracedFor(policies: ApplicablePolicies, request: AccessRequest): KeptTrace {
  const statements = statementsOf([...byKind(policies).values()].flat())
  return statements > MOST_TRACED ? outline(policies, request) : keepTrace(explain(policies, request))
}

/** The decision, and which kinds of policy were in play: what costs no more than deciding again. */
function outline(policies: ApplicablePolicies, request: AccessRequest): KeptTrace {
  const decision = decide(policies, request)
  const { outcome, blame, statements } = decision
  const denies = outcome === 'explicitDeny'
  const missing = missingAllows(policies, request)
  const layers = [...byKind(policies)].map(([kind, found]) => {
    const verdict = denies && blame.includes(kind) ? 'explicitDeny' : missing.includes(kind) ? 'noMatch' : 'allowed'
    return { kind, verdict, policies: [], omitted: statementsOf(found) } as const
  })
  return {
    decision: { ...decision, statements: statements.slice(0, MOST_VALUES) },
    missing,
    layers,
  }
}

function byKind(policies: ApplicablePolicies): ReadonlyMap<PolicyKind, readonly CompiledPolicy[]> {
  const { rcp, scp, resource, identity, boundary, session } = policies
  const found = new Map<PolicyKind, readonly CompiledPolicy[]>()
  if (rcp !== undefined) found.set('rcp', rcp.flat())
  if (scp !== undefined) found.set('scp', scp.flat())
  if (resource !== undefined) found.set(resource.kind, [resource])
  found.set('identity', identity)
  if (boundary !== undefined) found.set('boundary', [boundary])
  if (session !== undefined) found.set('session', session)
  return found
}

function statementsOf(policies: readonly CompiledPolicy[]): number {
  return policies.reduce((sum, { statements }) => sum + statements.length, 0)
}

/** Whether an identity provider vouches for them, and they have no credentials. */
function isVouchedFor(caller: AccountCaller | IdentityCaller): caller is IdentityCaller {
  return caller.kind === 'web-identity' || caller.kind === 'saml'
}

/** What a token says is told as its provider's keys. */
function carriedBy(caller: AccountCaller | IdentityCaller): readonly string[] {
  return isVouchedFor(caller) ? [...CARRIED, ...caller.keys.keys()] : CARRIED
}

function carriedKey(key: string, { context }: AccessRequest): readonly CarriedKey[] {
  const value = context.get(foldCase(key))
  if (value === undefined) return []
  const values = typeof value === 'string' ? [value] : value
  // Whole, because it is looked for in other values when it is masked: AWS allows it 1,224 characters.
  const longest = key === 'sts:ExternalId' ? LONGEST_EXTERNAL_ID : LONGEST_VALUE
  return [{ key, values: values.slice(0, MOST_VALUES).map((each) => each.slice(0, longest)) }]
}

function principalOf(caller: AccountCaller): KeptExplanation['caller'] {
  const { arn, userId: id, account } = caller
  const session = id.slice(id.indexOf(':') + 1)
  switch (caller.kind) {
    case 'root':
      return { arn, id, account, name: 'root', who: `the root user of account ${account}` }
    case 'user':
      return { arn, id, account, name: caller.userName, who: `user ${caller.userName}` }
    case 'assumed-role':
      return { arn, id, account, name: session, who: `role ${lastOf(caller.principalArn)}` }
    case 'federated-user': {
      const { issuer } = caller
      const who = issuer === undefined ? `the root user of account ${account}` : `user ${issuer.userName}`
      return { arn, id, account, name: session, who }
    }
  }
}

function identityOf({ provider, audience, subject, account }: IdentityCaller): KeptExplanation['caller'] {
  const who = `identity ${subject} of ${provider}`
  return { arn: provider, id: `${provider}:${audience}:${subject}`, account, name: subject, who }
}

function lastOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1)
}
