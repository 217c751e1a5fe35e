import { policy, type Role, roleArn, type Statement } from '../cast.ts'
import { type Ask, denied, type Refusal, trustingRole } from './refusal.ts'

/** A rule about who may assume a role, with a role of its own in the target account. */
export interface TrustRule extends Pick<Ask, 'by' | 'params' | 'signing' | 'before'> {
  readonly rule: string
  /** The statements of the role's trust policy. */
  readonly trust: readonly Statement[]
  readonly path?: string
  /** The ARN that is asked for, made of the role's own, where it is another one. */
  readonly asked?: (arn: string) => string
  /** What follows AWS's sentence within an account. */
  readonly tail?: string
  /** The nearest request that is permitted. */
  readonly permitted?: Pick<Ask, 'by' | 'params' | 'signing'>
}

/** The roles that rules are about. @param prefix - what their names begin with */
export function rolesOf(prefix: string, rules: readonly TrustRule[]): readonly Role[] {
  return rules.map(({ trust, path = '/' }, index) => trustingRole(prefix + index, policy(...trust), { Path: path }))
}

/** The refusals that rules make, in AWS's words. */
export function refusalsOf(prefix: string, rules: readonly TrustRule[]): readonly Refusal[] {
  return rules.map(({ rule, by = 'alice', params, signing, before, path, asked, tail, permitted }, index) => {
    const own = roleArn(prefix + index, path)
    const RoleArn = asked?.(own) ?? own
    const ask = { by, params: { RoleArn, ...params }, ...(signing && { signing }), ...(before && { before }) }
    const refusal = { rule, ask, ...denied(by, RoleArn, tail) }
    if (permitted === undefined) return refusal
    return { ...refusal, permitted: { ...permitted, params: { RoleArn: own, ...permitted.params } } }
  })
}
