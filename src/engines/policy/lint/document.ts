import { listOf, memberOf, type PolicyKind } from '../policy-document.ts'
import { policySize } from '../policy-size.ts'
import type { FindingType } from './finding.ts'
import type { PolicyCheck } from './policy-view.ts'

/** What AWS takes at most by default, in characters. */
const QUOTAS: Partial<Record<PolicyKind, readonly [size: number, FindingType, string]>> = {
  identity: [6144, 'WARNING', 'POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA'],
  boundary: [6144, 'WARNING', 'POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA'],
  trust: [2048, 'WARNING', 'POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA'],
  scp: [10_240, 'ERROR', 'POLICY_SIZE_EXCEEDS_SCP_QUOTA'],
  rcp: [5120, 'ERROR', 'POLICY_SIZE_EXCEEDS_RCP_QUOTA'],
}

const sizes: PolicyCheck = ({ kind, text, root }, report) => {
  const quota = QUOTAS[kind]
  if (quota === undefined) return
  const [most, type, code] = quota
  const length = policySize(text, kind)
  if (length <= most) return
  report(type, code, `The policy has ${length} characters and AWS takes ${most} by default: split it up.`, root)
}

const version: PolicyCheck = ({ kind, root }, report) => {
  const optional = kind === 'trust' || kind === 'resource' || kind === 'session'
  if (!optional || memberOf(root, 'Version') !== undefined) return
  const why = 'Without a Version the policy is of 2008 and has no variables: write "Version": "2012-10-17".'
  report('WARNING', 'MISSING_VERSION', why, root)
}

const emptiness: PolicyCheck = ({ kind, statements }, report) => {
  for (const { node, resource } of statements) {
    const sid = memberOf(node, 'Sid')
    if (sid?.type === 'string' && sid.value === '') {
      report('SUGGESTION', 'EMPTY_SID_VALUE', 'An empty Sid names nothing: write a name or leave it out.', sid)
    }
    const block = memberOf(node, 'Condition')
    for (const part of block?.type === 'object' ? [block, ...block.members.map(({ value }) => value)] : []) {
      if (part.type !== 'object' || part.members.length > 0) continue
      report(
        'SUGGESTION',
        'EMPTY_OBJECT_CONDITION',
        'An empty object asks nothing: write conditions or remove it.',
        part,
      )
    }
    if (kind === 'resource' && resource !== undefined && listOf(resource.node).length === 0) {
      report(
        'SUGGESTION',
        'EMPTY_ARRAY_RESOURCE',
        'A statement about no resource does nothing: name some.',
        resource.node,
      )
    }
  }
}

/** Size, version and elements without content. */
export const documentChecks: readonly PolicyCheck[] = [sizes, version, emptiness]
