import { nameKey } from '../../../domain/directory/index.ts'
import { AccessDenied, uniqueId } from '../../../model/index.ts'
import { defineInventingChange } from '../define.ts'
import { InvalidInput } from '../iam-faults.ts'
import { customSuffix, roleDescription, serviceName } from '../iam-types.ts'
import { SERVICE_ROLE_PATH } from '../protected-roles.ts'
import { checkQuota } from '../quotas.ts'
import { answeredNewRole, STANDARD_SESSION_SECONDS } from '../roles/roles.ts'
import { onNew } from '../targets.ts'
import { LINKED_SERVICES } from './linked-services.ts'

const LONGEST_NAME = 64

/**
 * Makes the role of a service, which the service alone can assume. Nothing is attached to it: what the service does
 * with it happens at AWS.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html
 */
export const createServiceLinkedRole = defineInventingChange({
  action: 'iam:CreateServiceLinkedRole',

  parse: (params) =>
    params.collect({
      aWSServiceName: params.required('AWSServiceName', serviceName),
      description: params.optional('Description', roleDescription, undefined),
      customSuffix: params.optional('CustomSuffix', customSuffix, undefined),
    }),

  requires({ aWSServiceName: service, customSuffix }, caller, directory) {
    // Of a service that has none there is no name: whoever may make every role of it is told so.
    const name = nameOf(service, customSuffix) ?? '*'
    const context = new Map([['iam:awsservicename', service]])
    return onNew('iam:CreateServiceLinkedRole', 'role', { path: pathOf(service), name }, caller, directory, context)
  },

  invent: ({ account }, { random }) => uniqueId('AROA', account, random.bytes(6)),

  async change({ input, account, now }, edit, { directory }, uniqueId) {
    const { aWSServiceName: service, customSuffix: suffix } = input
    const roleName = nameOf(service, suffix)
    if (roleName === undefined) throw new AccessDenied(`Cannot find Service Linked Role template for ${service}`)
    if (suffix !== undefined && LINKED_SERVICES.get(service)?.takesSuffix === false) {
      throw new InvalidInput(`Custom suffix is not allowed for ${service}`)
    }
    // How AWS words it is not documented.
    if (roleName.length > LONGEST_NAME) {
      throw new InvalidInput(`Service role name ${roleName} is longer than ${LONGEST_NAME} characters.`)
    }
    const key = nameKey(account, roleName)
    if ((await edit.stored('role', key)) !== undefined) {
      const says = 'has been taken in this account, please try a different suffix.'
      throw new InvalidInput(`Service role name ${roleName} ${says}`)
    }
    checkQuota('RolesPerAccount', await edit.count('role', account), directory.quotas.rolesPerAccount)
    const role = {
      account,
      roleName,
      path: pathOf(service),
      uniqueId,
      createdAt: now,
      description: input.description,
      maxSessionDurationSeconds: STANDARD_SESSION_SECONDS,
      trustPolicy: trustOf(service),
      trustedIds: {},
      managedPolicyArns: [],
      policies: [],
      permissionsBoundary: undefined,
      tags: [],
    }
    edit.put('role', key, account, role)
    return { Role: await answeredNewRole(role, directory) }
  },
})

function pathOf(service: string): string {
  return `${SERVICE_ROLE_PATH}${service}/`
}

function nameOf(service: string, suffix: string | undefined): string | undefined {
  const linked = LINKED_SERVICES.get(service)
  return suffix === undefined ? linked?.roleName : linked && `${linked.roleName}_${suffix}`
}

function trustOf(service: string): string {
  const statement = { Action: ['sts:AssumeRole'], Effect: 'Allow', Principal: { Service: [service] } }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}
