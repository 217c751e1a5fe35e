import type { Directory } from '../../domain/directory/index.ts'
import { accountId, type EpochMillis, epochMillis, NoSuchEntity, parseArn, Violation } from '../../model/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'
import type { AuditEntry, AuditFilter, AuditPlace } from '../../platform/storage/index.ts'
import { findPrincipal } from './find-principal.ts'

/** Which records to list. What is left out is not asked. */
export interface ListEventsInput {
  /** An id, or an alias. */
  readonly account?: string | undefined
  /** An ARN, a session's included and whether or not there still is such a principal, or `ALIAS/NAME`. */
  readonly principal?: string | undefined
  readonly eventName?: string | undefined
  readonly accessKey?: string | undefined
  /** A code, or `*` for whatever was refused. */
  readonly error?: string | undefined
  /** An instant, or so many milliseconds before now. */
  readonly since?: EpochMillis | { readonly ago: number } | undefined
  readonly until?: EpochMillis | { readonly ago: number } | undefined
  readonly limit: number
  /** Where the page before ended: its `next`. */
  readonly after?: AuditPlace | undefined
  /** The `last` of an earlier answer: lists what came after it, oldest first. */
  readonly follow?: number | undefined
}

/** Records, newest first unless they are followed. */
interface ListedEvents {
  /** In CloudTrail's shape. */
  readonly events: readonly unknown[]
  /** Where the next page begins; absent when there is none, and when following. */
  readonly next?: AuditPlace | undefined
  /** What to follow from. */
  readonly last: number
}

/**
 * Lists what was recorded, in all accounts. Listing is recorded too, and left out unless it is asked for: whoever
 * follows would see little else.
 */
export const listEvents = defineOperatorOperation<ListEventsInput, ListedEvents>({
  action: 'rolecall:ListEvents',
  grants: false,
  requires: () => [{ action: 'rolecall:ListEvents', resource: '*' }],

  async perform({ input, facts }, { audit, directory }) {
    const { limit, after, follow, since, until } = input
    const filter: AuditFilter = {
      account: input.account && (await accountOf(input.account, directory)),
      ...(input.principal && (await principalFilter(input.principal, directory))),
      eventName: input.eventName,
      exceptEventName: input.eventName === undefined ? 'ListEvents' : undefined,
      accessKeyId: input.accessKey,
      ...(input.error === '*' ? { refused: true } : { errorCode: input.error }),
      since: instantOf(since, facts.now),
      until: instantOf(until, facts.now),
    }
    // Before the records are read, so that none is missed between the last page and the first that is followed.
    const last = await audit.last()
    if (follow === undefined) {
      const { entries, next } = await audit.find({ ...filter, after, limit })
      return { events: entries.map(recordOf), next, last }
    }
    // A log that is shorter is another one: that of a broker that keeps its data in memory, and was started again.
    const tail = await audit.follow({ ...filter, after: follow > last ? 0 : follow, limit })
    return { events: tail.entries.map(recordOf), last: tail.last }
  },

  details: ({ account, principal, eventName, accessKey, error }) => ({
    requestParameters: { account, principal, eventName, accessKey, error },
  }),
})

function recordOf({ body }: AuditEntry): unknown {
  return JSON.parse(body)
}

function instantOf(given: ListEventsInput['since'], now: EpochMillis): EpochMillis | undefined {
  return typeof given === 'object' ? epochMillis(now - given.ago) : given
}

async function accountOf(text: string, directory: Directory): Promise<string> {
  // Records outlive accounts, so an id need not be one of an account that there is.
  if (!(accountId(text) instanceof Violation)) return text
  const account = await directory.accountOfAlias(text)
  if (account === undefined)
    throw new NoSuchEntity(`There is no account called ${text}. Say its 12 digits or its alias.`)
  return account
}

async function principalFilter(text: string, directory: Directory): Promise<AuditFilter> {
  const arn = parseArn(text)
  if (arn?.service === 'sts' && arn.resource.startsWith('assumed-role/')) {
    const [, roleName = '', sessionName = ''] = arn.resource.split('/')
    const account = accountId(arn.account)
    const role = account instanceof Violation ? undefined : await directory.roleNamed(account, roleName)
    if (role === undefined) throw nobody(text)
    return { principalArn: role.arn, username: sessionName }
  }
  if (arn !== undefined) return { principalArn: text }
  const found = await findPrincipal(text, directory)
  if (found === undefined || found.kind === 'root') throw nobody(text)
  return { principalArn: found.kind === 'user' ? found.user.arn : found.role.arn }
}

function nobody(text: string): NoSuchEntity {
  return new NoSuchEntity(`There is no principal called ${text}. Say an ARN, or ALIAS/NAME or ACCOUNT/NAME.`)
}
