import { readFileSync } from 'node:fs'

/** A value as AWS's model has it: a text where nothing else is said. */
export interface ModelMember {
  readonly required?: true
  readonly type?: 'integer' | 'boolean'
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
  readonly enum?: readonly string[]
  readonly list?: ModelMember
  readonly structure?: Readonly<Record<string, ModelMember>>
}

/** Of an action: what it takes, the members that it answers (`null` for no result), and the errors it may answer. */
interface ModelAction {
  readonly input?: Readonly<Record<string, ModelMember>>
  readonly output: readonly string[] | null
  readonly errors: readonly string[]
}

/** What AWS documents about the permissions of an action. */
interface ActionAuthorization {
  /** `Read`, `List`, `Write`, `Tagging` or `Permissions management`. */
  readonly access: string
  /** Kinds of resources that policies can name; none for those that take `*` alone. */
  readonly resources: readonly string[]
  readonly keys: readonly string[]
  /** Other actions that whoever asks needs, too. */
  readonly dependent?: readonly string[]
}

/** All actions of IAM in AWS's model, by name. */
export const MODEL: Readonly<Record<string, ModelAction>> = fixture('iam-model.json')

/** What AWS's service authorization reference says of them. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html */
export const AUTHORIZATION: {
  readonly resources: Readonly<Record<string, string>>
  readonly actions: Readonly<Record<string, ActionAuthorization>>
} = fixture('service-authorization.json')

function fixture<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'))
}
