import { type CompiledPolicy, compilePolicy, parsePolicy } from '../../engines/policy/index.ts'
import type { ControlPolicies, InlinePolicy, OrganizationBody, OrganizationNode } from './records.ts'

/** Where an account stands in its organization. */
export interface OrganizationPlace {
  /** `o-...` */
  readonly organizationId: string
  /** `o-.../r-.../ou-.../`, as `aws:PrincipalOrgPaths` has it. */
  readonly path: string
  /** Service control policies, root to account; `undefined` for the management account, which none restricts. */
  readonly scp: readonly (readonly CompiledPolicy[])[] | undefined
  /** Resource control policies, root to account; `undefined` for the management account. */
  readonly rcp: readonly (readonly CompiledPolicy[])[] | undefined
}

/** An organization, its control policies compiled: the place of each account in it. */
export interface OrganizationView {
  readonly places: ReadonlyMap<string, OrganizationPlace>
}

const FULL_AWS_ACCESS = compilePolicy(
  parsePolicy('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'),
  { kind: 'scp', name: 'arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess' },
)

interface Levels {
  readonly scp: readonly (readonly CompiledPolicy[])[]
  readonly rcp: readonly (readonly CompiledPolicy[])[]
}

/**
 * Compiles what an organization record says. Control policies restrict every account but the management account.
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
 */
export function viewOrganization({ id, managementAccount, root }: OrganizationBody): OrganizationView {
  const places = new Map<string, OrganizationPlace>()
  place(root, `${id}/`, { scp: [], rcp: [] })
  return { places }

  function place(node: OrganizationNode, above: string, levelsAbove: Levels): void {
    const path = `${above}${node.id}/`
    const levels = below(levelsAbove, node.controls, node.id)
    for (const { account, controls } of node.members) {
      const restricted =
        account === managementAccount ? { scp: undefined, rcp: undefined } : below(levels, controls, account)
      places.set(account, { organizationId: id, path, ...restricted })
    }
    for (const unit of node.units) place(unit, path, levels)
  }
}

function below({ scp, rcp }: Levels, { service, resource }: ControlPolicies, target: string): Levels {
  const allowing = service.length === 0 ? [FULL_AWS_ACCESS] : service.map((policy) => compile(policy, 'scp', target))
  return { scp: [...scp, allowing], rcp: [...rcp, resource.map((policy) => compile(policy, 'rcp', target))] }
}

function compile({ name, document }: InlinePolicy, kind: 'scp' | 'rcp', target: string): CompiledPolicy {
  return compilePolicy(parsePolicy(document, kind), { kind, name: `${target}/${name}` })
}
