import type { Directory } from '../../../domain/directory/index.ts'
import { openMarker, sealMarker } from '../../../domain/paging/index.ts'
import type { ResultStructure } from '../../../engines/wire/index.ts'
import { ValidationError } from '../../../model/index.ts'
import { type SimulatedAccess, type Supposition, simulateAccess } from '../../../pipeline/authorization/index.ts'
import type { KeyRing } from '../../../platform/keyring/index.ts'
import { InvalidInput } from '../iam-faults.ts'
import type { PageInput } from '../pages.ts'
import { Pauses } from '../pauses.ts'
import { type PolicySources, SOURCE_TYPES } from './policy-sources.ts'

/** A simulation that is ready to begin. */
export interface Simulation {
  readonly actions: readonly string[]
  /** `*` alone, or ARNs. */
  readonly resources: readonly string[]
  readonly supposition: Supposition
  readonly sources: PolicySources
}

const STANDARD_PAGE = 100
/** What a request costs that has no policies to speak of, in characters of policies; and however short its resource. */
const OVERHEAD = 1000
const SHORTEST = 50
/** Requests that one answer tells of, as soon as there is one action: where resources are many, a page is short. */
const MOST_REQUESTS = 500
/** Statements and missing keys that are told of one request. */
const MOST_TOLD = 20
/** How much is compared before others get their turn: characters of policies, each with each of a resource's, at worst. */
const SLICE = 5_000_000
/** How much is compared for one answer, as soon as there is one action: at worst a second or two. */
const PAGE_OF_WORK = 100 * SLICE
/** How much may have to be compared for one action. */
const MOST_WORK = 2 * PAGE_OF_WORK
/** How much may have to be compared for one request: nobody else has a turn in the middle of it. */
const MOST_AT_ONCE = 80 * SLICE
/** How long a value of what is known of the caller can be that stands in the place of a variable: a tag's. */
const LONGEST_KNOWN = 256

/**
 * Simulates a page of actions, each on every resource. Others are served in between.
 * @param name - everything that the simulation depends on: a marker is good for no other
 * @throws {@link ValidationError} for a marker that is none of this simulation
 * @throws {@link InvalidInput} for more than can be simulated at a time
 */
export async function simulatePage(
  { marker, maxItems = STANDARD_PAGE }: PageInput,
  name: string,
  { actions, resources, supposition, sources }: Simulation,
  directory: Directory,
  keyring: KeyRing,
) {
  const place = marker === undefined ? '0' : openMarker(marker, name, keyring)
  if (place === undefined) throw new ValidationError('Invalid Marker.')
  const costs = costsOf(resources, supposition, sources)
  const costOfAction = costs.reduce((sum, cost) => sum + cost, 0)
  if (costOfAction > MOST_WORK || costs.some((cost) => cost > MOST_AT_ONCE)) {
    throw new InvalidInput(
      'The simulation is too large: ask for fewer resources, or with shorter policies or context values, at a time.',
    )
  }
  const pauses = new Pauses(SLICE)
  let next = Number(place)
  let requests = 0
  let work = 0
  const results: ResultStructure[] = []
  while (next < actions.length && results.length < maxItems && requests < MOST_REQUESTS && work < PAGE_OF_WORK) {
    const action = actions[next++] ?? ''
    const simulated: SimulatedAccess[] = []
    work += costOfAction
    requests += resources.length
    for (const [index, resource] of resources.entries()) {
      await pauses.spend(costs[index] ?? 0)
      simulated.push(shortened(await simulateAccess(action, resource, supposition, directory)))
    }
    results.push(await answeredResult(action, resources, simulated, sources, directory))
  }
  const IsTruncated = next < actions.length
  return {
    EvaluationResults: results,
    IsTruncated,
    Marker: IsTruncated ? sealMarker(String(next), name, keyring) : undefined,
  }
}

/**
 * What each request costs at worst: every character of the policies is compared with every one of the resource, or of the
 * values of a context key; a variable is as long as what stands in its place.
 */
function costsOf(
  resources: readonly string[],
  { context }: Supposition,
  { length, variables }: PolicySources,
): readonly number[] {
  let compared = SHORTEST
  let replacing = LONGEST_KNOWN
  for (const value of context.values()) {
    if (typeof value === 'string') replacing = Math.max(replacing, value.length)
    const values = typeof value === 'string' ? [value] : value
    compared = Math.max(
      compared,
      values.reduce((sum, each) => sum + each.length + 1, 0),
    )
  }
  const asked = length + OVERHEAD + variables * replacing
  return resources.map((resource) => asked * Math.max(resource.length, compared))
}

/** As much as is told of it: there can be many of them. */
function shortened(simulated: SimulatedAccess): SimulatedAccess {
  const { matched, notGiven } = simulated
  return { ...simulated, matched: matched.slice(0, MOST_TOLD), notGiven: notGiven.slice(0, MOST_TOLD) }
}

/**
 * What one action comes to. On several resources it is allowed when it is on all of them; what kept it from it is told of
 * each. AWS names such a result by a pattern of its own, which is not documented.
 */
async function answeredResult(
  action: string,
  resources: readonly string[],
  simulated: readonly SimulatedAccess[],
  sources: PolicySources,
  directory: Directory,
): Promise<ResultStructure> {
  const [first, ...more] = simulated
  const [resource = '*'] = resources
  const only = more.length === 0 ? first : undefined
  const isNamed = resource !== '*'
  const specific: ResultStructure[] = []
  for (const [index, each] of isNamed ? simulated.entries() : []) {
    specific.push({
      EvalResourceName: resources[index] ?? '',
      EvalResourceDecision: each.outcome,
      MatchedStatements: await matchedOf(each, sources, directory),
      MissingContextValues: each.notGiven,
      EvalDecisionDetails: detailsOf(each),
      PermissionsBoundaryDecisionDetail: boundaryOf([each]),
    })
  }
  return {
    EvalActionName: action,
    EvalResourceName: only === undefined ? '*' : resource,
    EvalDecision: worstOf(simulated),
    MatchedStatements: only === undefined ? [] : await matchedOf(only, sources, directory),
    MissingContextValues: isNamed ? [] : (only?.notGiven ?? []),
    OrganizationsDecisionDetail: organizationOf(simulated),
    PermissionsBoundaryDecisionDetail: boundaryOf(simulated),
    EvalDecisionDetails: (only && detailsOf(only)) ?? (isNamed && !endsEarly(simulated) ? new Map() : undefined),
    ResourceSpecificResults: isNamed ? specific : undefined,
  }
}

async function matchedOf(
  { matched }: SimulatedAccess,
  sources: PolicySources,
  directory: Directory,
): Promise<ResultStructure[]> {
  const told: ResultStructure[] = []
  for (const statement of matched) told.push(await sources.answered(statement, directory))
  return told
}

function worstOf(simulated: readonly SimulatedAccess[]): SimulatedAccess['outcome'] {
  if (simulated.some(({ outcome }) => outcome === 'explicitDeny')) return 'explicitDeny'
  return simulated.every(({ outcome }) => outcome === 'allowed') ? 'allowed' : 'implicitDeny'
}

/** AWS ends a simulation where a service control policy does not allow it. */
function endsEarly(simulated: readonly SimulatedAccess[]): boolean {
  return simulated.some(({ allowedByOrganization }) => allowedByOrganization === false)
}

/**
 * What both sides come to: across accounts, as at AWS, and where a role's trust policy was asked, which AWS's simulator
 * does not do.
 */
function detailsOf(simulated: SimulatedAccess): ReadonlyMap<string, string> | undefined {
  const { verdicts, crossesAccounts } = simulated
  const trust = verdicts.get('trust')
  if (endsEarly([simulated]) || !(crossesAccounts || trust !== undefined)) return undefined
  return new Map([
    [SOURCE_TYPES.identity, verdicts.get('identity') ?? 'implicitDeny'],
    trust === undefined
      ? [SOURCE_TYPES.resource, verdicts.get('resource') ?? 'implicitDeny']
      : [SOURCE_TYPES.trust, trust],
  ])
}

function boundaryOf(simulated: readonly SimulatedAccess[]): ResultStructure | undefined {
  if (!simulated.some(({ verdicts }) => verdicts.has('boundary'))) return undefined
  return {
    AllowedByPermissionsBoundary: simulated.every(({ verdicts }) => verdicts.get('boundary') === 'allowed'),
  }
}

function organizationOf(simulated: readonly SimulatedAccess[]): ResultStructure | undefined {
  if (!simulated.some(({ allowedByOrganization }) => allowedByOrganization !== undefined)) return undefined
  return { AllowedByOrganizations: !endsEarly(simulated) }
}
