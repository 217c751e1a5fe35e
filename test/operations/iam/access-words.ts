import type { Access } from '../../../src/pipeline/authorization/index.ts'

/** What kind of thing an ARN names: `user` of `arn:aws:iam::111111111111:user/alice`. */
export function kindOf(resource: string): string {
  if (resource === '*') return '`*`'
  const [kind = ''] = resource.split(':').slice(5).join(':').split('/')
  return kind
}

/** The condition keys that a request tells, tags by their kind. */
export function keysOf({ context = new Map(), resourceTags }: Access): readonly string[] {
  const tags = resourceTags === undefined || resourceTags.length === 0 ? [] : ['aws:ResourceTag', 'iam:ResourceTag']
  return [...[...context.keys()].map((key) => SPELLED.get(key.replace(/\/.*/, '')) ?? key), ...tags]
}

const SPELLED: ReadonlyMap<string, string> = new Map(
  [
    'aws:RequestTag',
    'aws:TagKeys',
    'iam:PermissionsBoundary',
    'iam:PolicyARN',
    'iam:AWSServiceName',
    'iam:PassedToService',
    'iam:AssociatedResourceArn',
  ].map((key) => [key.toLowerCase(), key]),
)
