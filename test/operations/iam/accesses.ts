import type { TestContext } from 'node:test'
import { type Params, readForm } from '../../../src/engines/wire/index.ts'
import type { AccountCaller } from '../../../src/model/index.ts'
import { IAM } from '../../../src/operations/iam/index.ts'
import { userCaller } from '../../../src/pipeline/authentication/index.ts'
import type { Access } from '../../../src/pipeline/authorization/index.ts'
import { ALLOW_ALL, aGroup, anAccount, aPolicy, aRole, aUser, aWorld, SOURCE } from '../../domain/directory/samples.ts'
import { MODEL, type ModelMember } from './model.ts'

const ARN = `arn:aws:iam::${SOURCE}`

/** A value for each parameter that names something: it is there. */
const NAMES: Readonly<Record<string, string>> = {
  UserName: 'alice',
  NewUserName: 'bob',
  GroupName: 'admins',
  NewGroupName: 'staff',
  RoleName: 'web',
  InstanceProfileName: 'web',
  PolicyName: 'inline',
  PolicyArn: `${ARN}:policy/limit`,
  PermissionsBoundary: `${ARN}:policy/limit`,
  PolicySourceArn: `${ARN}:user/team/alice`,
  CallerArn: `${ARN}:user/team/alice`,
  ResourceOwner: SOURCE,
  Arn: `${ARN}:user/team/alice`,
  OpenIDConnectProviderArn: `${ARN}:oidc-provider/idp.example.com`,
  SAMLProviderArn: `${ARN}:saml-provider/corp`,
  SerialNumber: `${ARN}:mfa/alice`,
  VirtualMFADeviceName: 'alice',
  Url: 'https://idp.example.com',
  ClientID: 'app',
  Name: 'corp',
  SAMLMetadataDocument: 'x'.repeat(1000),
  AddPrivateKey: 'key',
  RemovePrivateKey: 'A'.repeat(22),
  AccountAlias: 'source',
  AccessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  VersionId: 'v1',
  Path: '/team/',
  NewPath: '/team/',
  PathPrefix: '/',
  PolicyDocument: ALLOW_ALL,
  AssumeRolePolicyDocument: ALLOW_ALL,
  AWSServiceName: 'ecs.amazonaws.com',
  DeletionTaskId: 'task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/01234567-89ab-4def-8123-456789abcdef',
  JobId: '0'.repeat(36),
  ServiceNamespace: 'iam',
  Password: 'Aa1!aaaaaaaa',
  OldPassword: 'Aa1!aaaaaaaa',
  NewPassword: 'Bb2!bbbbbbbb',
  AuthenticationCode1: '000000',
  AuthenticationCode2: '000001',
}
const DEVICE = { SerialNumber: `${ARN}:mfa/alice`, Base32StringSeed: 'A'.repeat(64) }
/** Of the members of lists. */
const MEMBERS: Readonly<Record<string, string>> = {
  TagKeys: 'team',
  PolicyInputList: ALLOW_ALL,
  PermissionsBoundaryPolicyInputList: ALLOW_ALL,
  ActionNames: 's3:GetObject',
  ResourceArns: '*',
  ThumbprintList: '0'.repeat(40),
  ClientIDList: 'app',
  ServiceNamespaces: 'iam',
}
/** What is left out: a marker is good for one list only, and these say again what something else says. */
const LEFT_OUT = new Set(['Marker', 'ContextEntries', 'ResourcePolicy', 'ResourceHandlingOption', 'CustomSuffix'])
const STRUCTURES: Readonly<Record<string, string>> = { Key: 'team', Value: 'core' }

/** The accesses that every offered action of IAM needs when everything in it is asked for. */
export async function accessesOfAll(t: TestContext): Promise<ReadonlyMap<string, readonly Access[]>> {
  const { directory, apply } = await aWorld(t)
  const Tags = [{ Key: 'team', Value: 'core' }]
  const PermissionsBoundary = `${ARN}:policy/limit`
  await apply(
    anAccount(SOURCE, {
      Users: [aUser('alice', { Path: '/team/', Tags, PermissionsBoundary, VirtualMFADevices: [DEVICE] })],
      Groups: [aGroup('admins', { Path: '/team/' })],
      Roles: [aRole('web', { Path: '/team/', Tags, PermissionsBoundary })],
      ManagedPolicies: [aPolicy('limit')],
      InstanceProfiles: [{ InstanceProfileName: 'web', Path: '/team/', Roles: ['web'] }],
    }),
  )
  // A file cannot say this of a device.
  await directory.edit(
    async (edit) => {
      const key = `${SOURCE}/${DEVICE.SerialNumber}`
      const device = await edit.stored('mfa-device', key)
      if (device === undefined) throw new Error('the device is not there')
      const tags = Tags.map(({ Key, Value }) => ({ key: Key, value: Value }))
      await edit.replace('mfa-device', key, { ...device, tags })
    },
    async () => undefined,
  )
  const alice = await directory.user(SOURCE, 'alice')
  if (alice === undefined) throw new Error('alice is not there')
  const caller: AccountCaller = userCaller(alice, { accessKeyId: '' })
  const accesses = new Map<string, readonly Access[]>()
  for (const [name, operation] of IAM.operations) {
    if (operation.proof === 'web-identity' || operation.proof === 'saml') throw new Error(`${name} is signed`)
    accesses.set(name, await operation.requires(operation.parse(paramsOf(name)), caller, directory))
  }
  return accesses
}

/** Parameters that ask for everything in an action. */
export function paramsOf(action: string): Params {
  return readForm([formOf(MODEL[action]?.input ?? {})], 1000)
}

function formOf(input: Readonly<Record<string, ModelMember>>): string {
  const form = new URLSearchParams()
  for (const [name, member] of Object.entries(input)) {
    if (LEFT_OUT.has(name)) continue
    if (member.list === undefined) form.set(name, sampleOf(name, member))
    else if (member.list.structure === undefined) {
      form.set(`${name}.member.1`, MEMBERS[name] ?? sampleOf(name, member.list))
    } else {
      for (const field of Object.keys(member.list.structure)) {
        form.set(`${name}.member.1.${field}`, STRUCTURES[field] ?? '')
      }
    }
  }
  return form.toString()
}

function sampleOf(name: string, { type, min = 1, enum: values }: ModelMember): string {
  if (type === 'integer') return String(min)
  if (type === 'boolean') return 'true'
  return NAMES[name] ?? values?.[0] ?? 'x'.repeat(min)
}
