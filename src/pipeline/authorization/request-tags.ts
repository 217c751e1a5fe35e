import { foldCase, type Tag } from '../../model/index.ts'
import type { ContextValue } from './access.ts'

/**
 * The condition keys that stand for the tags in a request, by their names in lower case.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html#access_tags_control-requests
 */
export function requestTags(tags: readonly Tag[]): Map<string, ContextValue> {
  const context = new Map<string, ContextValue>()
  for (const { key, value } of tags) context.set(`aws:requesttag/${foldCase(key)}`, value)
  if (tags.length > 0) {
    context.set(
      'aws:tagkeys',
      tags.map(({ key }) => key),
    )
  }
  return context
}
