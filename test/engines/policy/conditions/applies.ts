import { type ApplicablePolicies, type Decision, decide } from '../../../../src/engines/policy/index.ts'
import { compiled, compiledText, contextOf } from '../corpus.ts'

/** The keys of a request. */
export type Keys = Readonly<Record<string, string | readonly string[]>>

const ACCOUNT = '111122223333'
const ALL = '"Action":"*","Resource":"*"'
const EVERYTHING = compiled({ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }, 'identity')

/** What a verdict means for the statement: where nothing can be known, the one that refuses. */
export const VERDICTS = {
  refuses: { allow: false, deny: true },
  false: { allow: false, deny: false },
  true: { allow: true, deny: true },
}

/**
 * Whether an Allow under this condition applies, and whether a Deny does.
 * @param condition - a text is taken as JSON that an object could not say, such as a number as it is written
 */
export function applies(condition: object | string, keys: Keys, version = '2012-10-17'): typeof VERDICTS.true {
  const block = typeof condition === 'string' ? condition : JSON.stringify(condition)
  const one = (effect: string) =>
    compiledText(`{"Version":"${version}","Statement":{"Effect":"${effect}",${ALL},"Condition":${block}}}`, 'identity')
  return {
    allow: outcome({ identity: [one('Allow')] }, keys) === 'allowed',
    deny: outcome({ identity: [EVERYTHING, one('Deny')] }, keys) === 'explicitDeny',
  }
}

function outcome(policies: ApplicablePolicies, keys: Keys): Decision['outcome'] {
  const principal = { kind: 'user', arn: `arn:aws:iam::${ACCOUNT}:user/alice`, account: ACCOUNT } as const
  const context = contextOf(keys)
  return decide(policies, { principal, action: 'a:b', resource: 'r', resourceAccount: ACCOUNT, context }).outcome
}
