import { ACCOUNT, called } from './iam-stage.ts'

/** The ARN of a role of the account, path included where it has one. */
export const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`

/** The ARN of a user of the account. */
export const userArn = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`

/** A trust policy that lets a principal assume the role. */
export function trusting(principal: object, action = 'sts:AssumeRole'): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: action }],
  })
}

/** A trust policy that lets the whole account assume the role. */
export const TRUSTS_ACCOUNT = trusting({ AWS: `arn:aws:iam::${ACCOUNT}:root` })

/** A trust policy of roles for instances. */
export const TRUSTS_EC2 = trusting({ Service: 'ec2.amazonaws.com' })

/** A policy document that allows everything. */
export const ALLOWS_ALL = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
})

/** How AWS says that no policy of the caller's own allows something. */
export const denied = (who: string, action: string, resource: string) =>
  `User: ${userArn(who)} is not authorized to perform: ${action} on resource: ${called(action, resource)} because no identity-based policy allows the ${action} action`
