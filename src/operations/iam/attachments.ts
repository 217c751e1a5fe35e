import { type Edit, QUOTAS, type Records } from '../../domain/directory/index.ts'
import type { Parser } from '../../engines/wire/index.ts'
import { type AccountId, NoSuchEntity, parseArn } from '../../model/index.ts'
import { defineChange, defineRead, type IamOperations } from './define.ts'
import { findPolicy } from './existing.ts'
import { PolicyNotAttachable } from './iam-faults.ts'
import { arnText, policyPath } from './iam-types.ts'
import { atHand, pageOf, readPage } from './pages.ts'
import { checkPolicyArn, policyNameOf } from './policy-arns.ts'
import { checkQuota } from './quotas.ts'
import { onNamed } from './targets.ts'

/** A kind of thing that managed policies are attached to. */
interface Holder<Body extends { readonly managedPolicyArns: readonly string[] }> {
  /** As the actions call it: `User` of `AttachUserPolicy`. */
  readonly noun: 'User' | 'Group' | 'Role'
  readonly kind: 'user' | 'group' | 'role'
  /** Of the parameter that names one. */
  readonly parse: Parser<string>
  /** @throws NoSuchEntity */
  find(records: Records, account: AccountId, name: string): Promise<Body>
  put(edit: Edit, body: Body): void
  /** Refuses what may not be changed by hand. @throws Fault */
  checkChangeable?(body: Body): void
}

/** The three actions on attached managed policies: `AttachUserPolicy`, `DetachUserPolicy`, `ListAttachedUserPolicies` and their likes. */
export function attachmentActions<Body extends { readonly managedPolicyArns: readonly string[] }>(
  holder: Holder<Body>,
): IamOperations {
  const { noun, kind, parse, find } = holder
  const parameter = `${noun}Name`

  const attach = defineChange({
    action: `iam:Attach${noun}Policy`,
    named: parameter,
    parse: (params) =>
      params.collect({
        name: params.required(parameter, parse),
        policyArn: params.required('PolicyArn', arnText),
      }),
    requires: ({ name, policyArn }, caller, directory) =>
      onNamed(`iam:Attach${noun}Policy`, kind, name, caller, directory, aboutPolicy(policyArn)),
    async change({ input: { name, policyArn }, account }, edit, { directory }) {
      const body = await find(edit, account, name)
      holder.checkChangeable?.(body)
      checkNotForServices(policyArn)
      if (!directory.isAwsManaged(policyArn) && (await findPolicy(edit, account, policyArn)) === undefined) {
        throw new NoSuchEntity(`Policy ${policyArn} does not exist or is not attachable.`)
      }
      // What is attached already is attached.
      if (body.managedPolicyArns.includes(policyArn)) return undefined
      checkQuota(`PoliciesPer${noun}`, body.managedPolicyArns.length, QUOTAS.managedPoliciesPerPrincipal)
      holder.put(edit, { ...body, managedPolicyArns: [...body.managedPolicyArns, policyArn] })
      return undefined
    },
  })

  const detach = defineChange({
    action: `iam:Detach${noun}Policy`,
    named: parameter,
    parse: (params) =>
      params.collect({
        name: params.required(parameter, parse),
        policyArn: params.required('PolicyArn', arnText),
      }),
    requires: ({ name, policyArn }, caller, directory) =>
      onNamed(`iam:Detach${noun}Policy`, kind, name, caller, directory, aboutPolicy(policyArn)),
    async change({ input: { name, policyArn }, account }, edit) {
      const body = await find(edit, account, name)
      holder.checkChangeable?.(body)
      checkPolicyArn(policyArn)
      if (!body.managedPolicyArns.includes(policyArn)) throw new NoSuchEntity(`Policy ${policyArn} was not found.`)
      holder.put(edit, { ...body, managedPolicyArns: body.managedPolicyArns.filter((arn) => arn !== policyArn) })
      return undefined
    },
  })

  const list = defineRead({
    action: `iam:ListAttached${noun}Policies`,
    named: parameter,
    parse: (params) =>
      params.collect({
        name: params.required(parameter, parse),
        pathPrefix: params.optional('PathPrefix', policyPath, '/'),
        ...readPage(params),
      }),
    requires: ({ name }, caller, directory) =>
      onNamed(`iam:ListAttached${noun}Policies`, kind, name, caller, directory),
    async read({ input, account }, directory, { keyring }) {
      const { name, pathPrefix } = input
      const { managedPolicyArns } = await find(directory.records, account, name)
      // The ARN would make a marker longer than markers may be; AWS's policies and the account's can have equal names.
      const keyOf = (arn: string) => `${policyNameOf(arn)} ${directory.isAwsManaged(arn)}`
      const arns = managedPolicyArns.filter((arn) => pathOf(arn).startsWith(pathPrefix))
      const listing = { list: [noun, 'attached', name, pathPrefix], account, ...atHand(arns, keyOf) }
      const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
      const AttachedPolicies = items.map((arn) => ({ PolicyName: policyNameOf(arn), PolicyArn: arn }))
      return { AttachedPolicies, IsTruncated, Marker }
    },
  })

  return [
    [`Attach${noun}Policy`, attach],
    [`Detach${noun}Policy`, detach],
    [`ListAttached${noun}Policies`, list],
  ]

  function aboutPolicy(arn: string) {
    return { context: new Map([['iam:policyarn', arn]]), tellsBoundary: kind !== 'group' }
  }
}

/** `/team/` of `arn:aws:iam::111111111111:policy/team/limit`. */
function pathOf(arn: string): string {
  const { resource = '' } = parseArn(arn) ?? {}
  return resource.slice('policy'.length, resource.lastIndexOf('/') + 1)
}

/**
 * Refuses the policies that AWS makes for service-linked roles. Which of them there are is not looked at: none can be
 * attached to what callers make.
 * @throws {@link PolicyNotAttachable}
 */
function checkNotForServices(arn: string): void {
  if (parseArn(arn)?.account === 'aws' && pathOf(arn).startsWith('/aws-service-role/')) {
    throw new PolicyNotAttachable('Cannot attach a Service Role Policy to a Customer Role.')
  }
}
