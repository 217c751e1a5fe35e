import type { Directory, Edit, Records } from '../../domain/directory/index.ts'
import type { Member, Params, Parser } from '../../engines/wire/index.ts'
import { type AccountCaller, type AccountId, foldCase, overlaid, type Tag } from '../../model/index.ts'
import { type Access, requestTags } from '../../pipeline/authorization/index.ts'
import { defineChange, defineRead, type IamOperations } from './define.ts'
import { InvalidInput, LimitExceeded } from './iam-faults.ts'
import { tagKey, tagValue } from './iam-types.ts'
import { atHand, pageOf, readPage } from './pages.ts'

const MOST_IN_REQUEST = 50

/** The parameter `Tags`, for `collect`. */
export const readTags = (params: Params) => params.list('Tags', readTag, { max: MOST_IN_REQUEST })

const readTag = (tag: Member) =>
  tag.collect({ key: tag.required('Key', tagKey), value: tag.required('Value', tagValue) })

/** When two keys are the same: whatever the case of their letters on users and roles, to the letter on all else. */
type TagCase = 'folded' | 'exact'

/**
 * Checks tags of a request: each key once, and none that belongs to AWS.
 * @throws {@link InvalidInput}
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules
 */
export function checkTags(tags: readonly Tag[], tagCase: TagCase = 'folded'): void {
  const keys = new Set<string>()
  for (const { key } of tags) {
    const same = sameKey(key, tagCase)
    if (keys.has(same)) {
      const note = tagCase === 'folded' ? ' Please note that Tag keys are case insensitive.' : ''
      throw new InvalidInput(`Duplicate tag keys found.${note}`)
    }
    if (foldCase(key).startsWith('aws:')) throw new InvalidInput('Tag keys beginning with aws: are reserved.')
    keys.add(same)
  }
}

function sameKey(key: string, tagCase: TagCase): string {
  return tagCase === 'folded' ? foldCase(key) : key
}

/** Tags as actions answer them; left out where there are none. */
export function answeredTags(tags: readonly Tag[]): readonly { Key: string; Value: string }[] | undefined {
  return tags.length === 0 ? undefined : tags.map(({ key, value }) => ({ Key: key, Value: value }))
}

/** A kind of thing that has tags. */
export interface Tagged<Body extends { readonly tags: readonly Tag[] }> {
  /** As the actions call it: `User` of `TagUser`. */
  readonly noun: string
  /** The parameter that names one. */
  readonly parameter: string
  readonly parse: Parser<string>
  /** `folded` unless told. */
  readonly tagCase?: TagCase
  /** @throws NoSuchEntity */
  find(records: Records, account: AccountId, name: string): Promise<Body>
  put(edit: Edit, body: Body): void
  requires(
    action: string,
    name: string,
    caller: AccountCaller,
    directory: Directory,
    context?: Access['context'],
  ): Promise<readonly Access[]>
}

/** The three actions on the tags of a kind of thing: `TagUser`, `UntagUser`, `ListUserTags` and their likes. */
export function tagActions<Body extends { readonly tags: readonly Tag[] }>(tagged: Tagged<Body>): IamOperations {
  const { noun, parameter, parse, tagCase = 'folded', find } = tagged

  const tag = defineChange({
    action: `iam:Tag${noun}`,
    named: parameter,
    parse: (params) => {
      const input = params.collect({
        name: params.required(parameter, parse),
        tags: params.list('Tags', readTag, { max: MOST_IN_REQUEST, required: true }),
      })
      checkTags(input.tags, tagCase)
      return input
    },
    requires: ({ name, tags }, caller, directory) =>
      tagged.requires(`iam:Tag${noun}`, name, caller, directory, requestTags(tags)),
    async change({ input, account }, edit, { directory }) {
      const body = await find(edit, account, input.name)
      const tags = tagCase === 'folded' ? overlaid(body.tags, input.tags) : overlaidExactly(body.tags, input.tags)
      if (tags.length > directory.quotas.tagsPerPrincipal) {
        throw new LimitExceeded('The number of tags has reached the maximum limit.')
      }
      tagged.put(edit, { ...body, tags })
      return undefined
    },
  })

  const untag = defineChange({
    action: `iam:Untag${noun}`,
    named: parameter,
    parse: (params) =>
      params.collect({
        name: params.required(parameter, parse),
        tagKeys: params.texts('TagKeys', tagKey, { max: MOST_IN_REQUEST, required: true }),
      }),
    requires: ({ name, tagKeys }, caller, directory) => {
      const context = new Map(tagKeys.length === 0 ? [] : [['aws:tagkeys', tagKeys] as const])
      return tagged.requires(`iam:Untag${noun}`, name, caller, directory, context)
    },
    async change({ input, account }, edit) {
      const body = await find(edit, account, input.name)
      const gone = new Set(input.tagKeys.map((key) => sameKey(key, tagCase)))
      const tags = body.tags.filter(({ key }) => !gone.has(sameKey(key, tagCase)))
      tagged.put(edit, { ...body, tags })
      return undefined
    },
  })

  const list = defineRead({
    action: `iam:List${noun}Tags`,
    named: parameter,
    parse: (params) => params.collect({ name: params.required(parameter, parse), ...readPage(params) }),
    requires: ({ name }, caller, directory) => tagged.requires(`iam:List${noun}Tags`, name, caller, directory),
    async read({ input, account }, directory, { keyring }) {
      const { tags } = await find(directory.records, account, input.name)
      const keyOf = ({ key }: Tag) => key
      const listing = { list: [noun, 'tags', input.name], account, ...atHand(tags, keyOf) }
      const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
      return { Tags: answeredTags(items) ?? [], IsTruncated, Marker }
    },
  })

  return [
    [`Tag${noun}`, tag],
    [`Untag${noun}`, untag],
    [`List${noun}Tags`, list],
  ]
}

/** As `overlaid`, of keys that are the same to the letter only. */
function overlaidExactly(under: readonly Tag[], over: readonly Tag[]): readonly Tag[] {
  const keys = new Set(over.map(({ key }) => key))
  return [...under.filter(({ key }) => !keys.has(key)), ...over]
}
