import { z } from 'zod'
import type { DesiredUnit } from '../../domain/directory/index.ts'
import { clusterSchema, podIdentityAssociationSchema, taskSchema } from './container-schema.ts'
import { instanceProfileSchema, instanceSchema } from './instance-schema.ts'

/** JSON, such as a policy document: written as an object, or as JSON text. Kept as text, because that is what is parsed with positions. */
const json = (says: string) =>
  z
    .union([z.string(), z.custom<Readonly<Record<string, unknown>>>(isObject)], says)
    .transform((value, context) => (typeof value === 'string' ? value : jsonOf(value, context, says)))
const document = json('must be a policy document')
const list = <Item extends z.ZodType>(item: Item) => z.array(item).default([])
const nullable = <Item extends z.ZodType>(item: Item) =>
  item
    .nullable()
    .optional()
    .transform((value) => value ?? undefined)

const path = z.string().default('/')
const policies = list(z.strictObject({ PolicyName: z.string(), PolicyDocument: document }))
const managedPolicyArns = list(z.string())
const tags = list(z.strictObject({ Key: z.string(), Value: z.string() }))
const accessKeys = z
  .array(
    z.strictObject({
      AccessKeyId: z.string().optional(),
      SecretAccessKey: z.string().optional(),
      Status: z.enum(['Active', 'Inactive']).optional(),
    }),
  )
  .optional()

const mfaDevices = z
  .array(z.strictObject({ SerialNumber: z.string(), Base32StringSeed: z.string().optional() }))
  .optional()

const controls = { ServiceControlPolicies: policies, ResourceControlPolicies: policies }

/** An account by its id alone, or with control policies of its own. */
const member = z.union([
  z.string().transform((Id) => ({ Id, ServiceControlPolicies: [], ResourceControlPolicies: [] })),
  z.strictObject({ Id: z.string(), ...controls }),
])

const unit: z.ZodType<DesiredUnit, unknown> = z.strictObject({
  Id: z.string().optional(),
  Name: z.string(),
  ...controls,
  Accounts: list(member),
  get OrganizationalUnits() {
    return list(unit)
  },
})

const organization = z.strictObject({
  Id: z.string().optional(),
  ManagementAccountId: z.string(),
  Roots: z.array(
    z.strictObject({ Id: z.string(), ...controls, Accounts: list(member), OrganizationalUnits: list(unit) }),
  ),
})

const user = z.strictObject({
  UserName: z.string(),
  Path: path,
  Groups: list(z.string()),
  ManagedPolicyArns: managedPolicyArns,
  Policies: policies,
  PermissionsBoundary: nullable(z.string()),
  Tags: tags,
  LoginProfile: z.strictObject({ Password: z.string(), PasswordResetRequired: z.boolean().default(false) }).optional(),
  AccessKeys: accessKeys,
  VirtualMFADevices: mfaDevices,
})

const group = z.strictObject({
  GroupName: z.string(),
  Path: path,
  ManagedPolicyArns: managedPolicyArns,
  Policies: policies,
})

const managedPolicy = z.strictObject({
  ManagedPolicyName: z.string(),
  Path: path,
  Description: nullable(z.string()),
  PolicyDocument: document,
})

const role = z.strictObject({
  RoleName: z.string(),
  Path: path,
  Description: nullable(z.string()),
  AssumeRolePolicyDocument: document,
  MaxSessionDuration: z.number().default(3600),
  ManagedPolicyArns: managedPolicyArns,
  Policies: policies,
  PermissionsBoundary: nullable(z.string()),
  Tags: tags,
})

const oidcProvider = z.strictObject({
  Url: z.string(),
  ClientIdList: list(z.string()),
  ThumbprintList: list(z.string()),
  Tags: tags,
  Jwks: nullable(json('must be a JSON Web Key Set')),
})

const samlProvider = z.strictObject({
  Name: z.string(),
  SamlMetadataDocument: z.string(),
  Tags: tags,
  SingleUse: z.boolean().default(false),
  SpInitiatedOnly: z.boolean().default(false),
})

/**
 * The shape of a directory file: CloudFormation's property names, nothing unknown. What the properties may say is for
 * the directory's own rules.
 */
export const directorySchema = z.strictObject({
  Organization: organization.optional(),
  Accounts: z.array(
    z.strictObject({
      Id: z.string('must be 12 digits, in quotes'),
      Alias: z.string().optional(),
      Root: z
        .strictObject({
          LoginProfile: z.strictObject({ Password: z.string() }).optional(),
          AccessKeys: accessKeys,
          VirtualMFADevices: mfaDevices,
        })
        .optional(),
      OutboundWebIdentityFederation: z.boolean().optional(),
      Users: list(user),
      Groups: list(group),
      ManagedPolicies: list(managedPolicy),
      Roles: list(role),
      InstanceProfiles: list(instanceProfileSchema),
      Instances: list(instanceSchema),
      Tasks: list(taskSchema),
      PodIdentityAssociations: list(podIdentityAssociationSchema),
      Clusters: list(clusterSchema),
      OIDCProviders: list(oidcProvider),
      SAMLProviders: list(samlProvider),
    }),
  ),
})

/** A directory as it is written: what may be left out may be missing, documents are objects or JSON text. */
export type DirectoryInput = z.input<typeof directorySchema>

/** Not zod's own record, which drops a member called `__proto__`: what AWS would refuse must not vanish unseen. */
function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * What has no JSON is no policy: an object that contains itself, as aliases in a file can make one; and a Map or an
 * object with a prototype of its own, of which JSON would drop what it holds, a condition for example.
 */
function jsonOf(value: object, context: z.RefinementCtx, says: string): string {
  try {
    // In the text of a policy AWS takes such characters as escapes only.
    return JSON.stringify(value, onlyPlain).replace(/[\u0100-\uffff]/g, escaped)
  } catch {
    context.addIssue(says)
    return z.NEVER
  }
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function onlyPlain(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const prototype: unknown = Object.getPrototypeOf(value)
  // Not compared with Object.prototype: test runners have one for each file.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw new TypeError('an object that JSON does not have')
  return value
}
