import {
  type AccessRequest,
  type CompiledPolicy,
  compilePolicy,
  type PolicyKind,
  parsePolicy,
} from '../../../src/engines/policy/index.ts'

export const SOURCE = '111111111111'
export const ALICE = `arn:aws:iam::${SOURCE}:user/alice`
export const ROLE = 'arn:aws:iam::222222222222:role/Deployer'

/** Lets the caller assume the role. */
export const ALLOWS = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: ROLE }
/** Trusts another account with an ExternalId. */
export const TRUSTS = {
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${SOURCE}:root` },
  Action: 'sts:AssumeRole',
  Condition: { StringEquals: { 'sts:ExternalId': 'benchmark' } },
}

export const CONTEXT: ReadonlyMap<string, string> = new Map([
  ['sts:externalid', 'benchmark'],
  ['aws:username', 'alice'],
  ['aws:sourceip', '192.0.2.7'],
])

/** A request across accounts. */
export const REQUEST: AccessRequest = {
  principal: { kind: 'user', account: SOURCE, arn: ALICE },
  action: 'sts:AssumeRole',
  resource: ROLE,
  resourceAccount: '222222222222',
  context: CONTEXT,
}

/** The text of a policy with these statements. */
export function policyText(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

export function compiled(text: string, kind: PolicyKind = 'identity', name: string = kind): CompiledPolicy {
  return compilePolicy(parsePolicy(text), { kind, name })
}

/** The text of a policy as people attach them: three statements, of which none is about roles; each number another one. */
export function typicalText(number: number): string {
  const bucket = `arn:aws:s3:::team-${number}`
  return policyText(
    { Sid: 'List', Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetBucketLocation'], Resource: bucket },
    {
      Sid: 'Objects',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      Resource: `${bucket}/\${aws:username}/*`,
      Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
    },
    {
      Sid: 'Keys',
      Effect: 'Deny',
      Action: 'kms:*',
      Resource: '*',
      Condition: { StringNotEquals: { 'aws:RequestedRegion': ['eu-west-1', 'eu-central-1'] } },
    },
  )
}

/** Statements that speak of other actions. */
export function irrelevant(count: number): readonly object[] {
  const number = (_: unknown, index: number) => ({ Effect: 'Allow', Action: `s3:Action${index}`, Resource: '*' })
  return Array.from({ length: count }, number)
}

/** Statements that speak of the action and name other roles. */
export function candidates(count: number): readonly object[] {
  const number = (_: unknown, index: number) => ({ ...ALLOWS, Resource: `${ROLE}-${index}` })
  return Array.from({ length: count }, number)
}
