import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import type { AccessReportBody } from '../../../domain/directory/index.ts'
import { grantedServices } from '../../../engines/policy/index.ts'
import { type AccountId, iamArn } from '../../../model/index.ts'
import type { BrokerParts } from '../../../pipeline/index.ts'
import { breathe } from '../../../platform/background-work.ts'
import { entitiesOf, grantsOf, nameOf, reportedEntity } from './reported-entity.ts'
import { SERVICE_NAMES } from './services.ts'

const compress = promisify(deflateRaw)
const decompress = promisify(inflateRaw)

/** The last use of a service or an action. */
export interface Access {
  readonly usedAt: number
  readonly region: string | undefined
  readonly arn: string
}

/** One service that a report lists, and its last use if it was used. */
export interface AccessedService {
  readonly namespace: string
  readonly last: Access | undefined
  readonly entities: number
  /** By name, in the order of their names. */
  readonly actions: readonly (readonly [name: string, access: Access])[]
}

/** A user or role, and when it used each service last. */
export interface AccessingEntity {
  readonly arn: string
  readonly name: string
  readonly type: 'USER' | 'ROLE'
  readonly id: string
  readonly path: string
  readonly usedAt: Readonly<Record<string, number>>
}

/** What a report says. */
export interface AccessReport {
  readonly services: readonly AccessedService[]
  readonly entities: readonly AccessingEntity[]
}

/** Writes the report that was asked for; when it fails, it says so. */
export async function writeAccessReport(
  { jobId, account, arn }: Pick<AccessReportBody, 'jobId' | 'account' | 'arn'>,
  broker: BrokerParts,
  signal: AbortSignal,
): Promise<void> {
  const { directory, clock, logger } = broker
  let outcome: Pick<AccessReportBody, 'content' | 'failure'>
  try {
    const report = await accessReport(arn, account, broker, signal)
    if (report === undefined) return
    outcome = { content: (await compress(JSON.stringify(report))).toString('base64') }
  } catch (error) {
    logger.error('access-report.failed', { jobId, error })
    outcome = {
      failure: { code: 'ServiceFailure', message: 'The report could not be generated. Ask for another one.' },
    }
  }
  try {
    await directory.edit(
      async (edit) => {
        const job = await edit.stored('access-report', jobId)
        if (job !== undefined) {
          edit.put('access-report', jobId, account, { ...job, ...outcome, completedAt: clock.now() })
        }
      },
      async () => undefined,
    )
  } catch (error) {
    logger.error('access-report.failed', { jobId, error })
  }
}

/** Reads what was written. */
export async function readAccessReport(content: string): Promise<AccessReport> {
  return JSON.parse((await decompress(Buffer.from(content, 'base64'))).toString('utf8'))
}

async function accessReport(
  arn: string,
  account: AccountId,
  { directory, usage }: BrokerParts,
  signal: AbortSignal,
): Promise<AccessReport | undefined> {
  const subject = await reportedEntity(arn, account, directory)
  const granted = new Set<string>()
  for (const { policy } of await grantsOf(subject, directory)) {
    for (const service of grantedServices(policy, SERVICE_NAMES.keys())) granted.add(service)
    await breathe()
  }
  const tally = new Tally(granted)
  for await (const body of entitiesOf(subject, account, directory)) {
    if (signal.aborted) return undefined
    const type = 'userName' in body ? ('USER' as const) : ('ROLE' as const)
    const kind = type === 'USER' ? 'user' : 'role'
    const own = { arn: iamArn(directory.partition, account, kind, body.path, nameOf(body)), name: nameOf(body) }
    tally.add({ ...own, type, id: body.uniqueId, path: body.path }, await usage.actionsOf(body.uniqueId))
  }
  return tally.report()
}

/** Adds up who used what, of the services that are granted. */
class Tally {
  readonly #granted: ReadonlySet<string>
  readonly #entities: AccessingEntity[] = []
  readonly #services = new Map<string, { last: Access; entities: number }>()
  readonly #actions = new Map<string, Access>()

  constructor(granted: ReadonlySet<string>) {
    this.#granted = granted
  }

  add(
    entity: Omit<AccessingEntity, 'usedAt'>,
    used: ReadonlyMap<string, { readonly usedAt: number; readonly region: string | undefined }>,
  ): void {
    const usedAt: Record<string, number> = {}
    for (const [action, { usedAt: at, region }] of used) {
      const service = action.slice(0, action.indexOf(':'))
      if (!this.#granted.has(service)) continue
      const access = { usedAt: at, region, arn: entity.arn }
      const before = this.#services.get(service)
      const isFirst = usedAt[service] === undefined
      this.#services.set(service, {
        last: before === undefined || before.last.usedAt < at ? access : before.last,
        entities: (before?.entities ?? 0) + (isFirst ? 1 : 0),
      })
      usedAt[service] = Math.max(usedAt[service] ?? 0, at)
      if ((this.#actions.get(action)?.usedAt ?? -1) < at) this.#actions.set(action, access)
    }
    this.#entities.push({ ...entity, usedAt })
  }

  report(): AccessReport {
    const actions = [...this.#actions].sort(([one], [other]) => (one < other ? -1 : 1))
    const services = [...this.#granted].sort().map((namespace) => {
      const used = this.#services.get(namespace)
      const own = actions.filter(([action]) => action.startsWith(`${namespace}:`))
      return {
        namespace,
        last: used?.last,
        entities: used?.entities ?? 0,
        actions: own.map(([action, access]) => [action.slice(namespace.length + 1), access] as const),
      }
    })
    return { services, entities: this.#entities }
  }
}
