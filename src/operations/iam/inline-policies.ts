import { type Directory, type Edit, type InlinePolicy, QUOTAS, type Records } from '../../domain/directory/index.ts'
import { isOverSize } from '../../engines/policy/index.ts'
import type { Parser } from '../../engines/wire/index.ts'
import { type AccountId, NoSuchEntity } from '../../model/index.ts'
import { defineChange, defineRead, type IamOperations } from './define.ts'
import { LimitExceeded } from './iam-faults.ts'
import { policyDocument, policyName } from './iam-types.ts'
import { atHand, pageOf, readPage } from './pages.ts'
import { checkDocument, encodedDocument } from './policy-documents.ts'
import { onNamed } from './targets.ts'

interface Holding {
  readonly policies: readonly InlinePolicy[]
}

/** A kind of thing that holds inline policies. */
interface Holder<Body extends Holding> {
  /** As the actions call it: `User` of `PutUserPolicy`. */
  readonly noun: 'User' | 'Group' | 'Role'
  readonly kind: 'user' | 'group' | 'role'
  /** Of the parameter that names one. */
  readonly parse: Parser<string>
  /** @throws NoSuchEntity */
  find(records: Records, account: AccountId, name: string): Promise<Body>
  nameOf(body: Body): string
  put(edit: Edit, body: Body): void
  /** Refuses what may not be changed by hand. @throws Fault */
  checkChangeable?(body: Body): void
}

/** The four actions on inline policies: `PutUserPolicy`, `GetUserPolicy`, `DeleteUserPolicy`, `ListUserPolicies` and their likes. */
export function inlinePolicyActions<Body extends Holding>(holder: Holder<Body>): IamOperations {
  const { noun, kind, parse, find } = holder
  const parameter = `${noun}Name`
  const context = { tellsBoundary: kind !== 'group' }

  const put = defineChange({
    action: `iam:Put${noun}Policy`,
    named: parameter,
    parse: (params) =>
      params.collect({
        name: params.required(parameter, parse),
        policyName: params.required('PolicyName', policyName),
        policyDocument: params.required('PolicyDocument', policyDocument),
      }),
    requires: ({ name }, caller, directory) => onNamed(`iam:Put${noun}Policy`, kind, name, caller, directory, context),
    async change({ input, account }, edit) {
      const { policyName: called, policyDocument: document } = input
      checkDocument(document, 'identity')
      const body = await find(edit, account, input.name)
      holder.checkChangeable?.(body)
      const policies = [...body.policies.filter(({ name }) => name !== called), { name: called, document }]
      checkSize(policies, kind, holder.nameOf(body))
      holder.put(edit, { ...body, policies })
      return undefined
    },
  })

  const get = defineRead({
    action: `iam:Get${noun}Policy`,
    named: parameter,
    parse: (params) =>
      params.collect({
        name: params.required(parameter, parse),
        policyName: params.required('PolicyName', policyName),
      }),
    requires: ({ name }, caller, directory) => onNamed(`iam:Get${noun}Policy`, kind, name, caller, directory),
    async read({ input, account }, directory: Directory) {
      const body = await find(directory.records, account, input.name)
      const { name, document } = policyNamed(body, input.policyName)
      return { [parameter]: holder.nameOf(body), PolicyName: name, PolicyDocument: encodedDocument(document) }
    },
  })

  const remove = defineChange({
    action: `iam:Delete${noun}Policy`,
    named: parameter,
    parse: (params) =>
      params.collect({
        name: params.required(parameter, parse),
        policyName: params.required('PolicyName', policyName),
      }),
    requires: ({ name }, caller, directory) =>
      onNamed(`iam:Delete${noun}Policy`, kind, name, caller, directory, context),
    async change({ input, account }, edit) {
      const body = await find(edit, account, input.name)
      holder.checkChangeable?.(body)
      const gone = policyNamed(body, input.policyName)
      holder.put(edit, { ...body, policies: body.policies.filter((policy) => policy !== gone) })
      return undefined
    },
  })

  const list = defineRead({
    action: `iam:List${noun}Policies`,
    named: parameter,
    parse: (params) => params.collect({ name: params.required(parameter, parse), ...readPage(params) }),
    requires: ({ name }, caller, directory) => onNamed(`iam:List${noun}Policies`, kind, name, caller, directory),
    async read({ input, account }, directory, { keyring }) {
      const { policies } = await find(directory.records, account, input.name)
      const keyOf = ({ name }: InlinePolicy) => name
      const listing = { list: [noun, 'policies', input.name], account, ...atHand(policies, keyOf) }
      const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
      return { PolicyNames: items.map(keyOf), IsTruncated, Marker }
    },
  })

  return [
    [`Put${noun}Policy`, put],
    [`Get${noun}Policy`, get],
    [`Delete${noun}Policy`, remove],
    [`List${noun}Policies`, list],
  ]

  function policyNamed(body: Body, name: string): InlinePolicy {
    const policy = body.policies.find((each) => each.name === name)
    if (policy === undefined) throw new NoSuchEntity(`The ${kind} policy with name ${name} cannot be found.`)
    return policy
  }
}

/** All inline policies of one holder share one allowance. */
function checkSize(policies: readonly InlinePolicy[], kind: 'user' | 'group' | 'role', holder: string): void {
  const most = QUOTAS.inlinePoliciesSize[kind]
  const documents = policies.map(({ document }) => document)
  if (!isOverSize(documents, 'identity', most)) return
  throw new LimitExceeded(`Maximum policy size of ${most} bytes exceeded for ${kind} ${holder}`)
}
