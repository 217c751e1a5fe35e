import type { EpochMillis, Instance } from '../../model/index.ts'

/** What can be wrong with the document of a role's credentials. The session behind it stays as good as it is. */
export const DOCUMENT_FAULTS = ['expired', 'fractional', 'incomplete', 'malformed', 'empty', 'failed'] as const

type DocumentFault = (typeof DOCUMENT_FAULTS)[number]

/**
 * What some hosts of EC2 do otherwise, or did, and one thing that only imitations do: `xen` answers in HTTP/1.0 with the headers and pages of old hosts,
 * `legacyRedirects` redirects a directory without its slash, `strict` refuses reads too that a proxy handed on,
 * `extendedApi` serves the credentials that name their account, which SDKs have been seen to ask for, and `tokenNewline`
 * ends a session token with a newline, which clients put into a header as it is.
 */
export const VARIANTS = ['xen', 'legacyRedirects', 'strict', 'extendedApi', 'tokenNewline'] as const

/** One of {@link VARIANTS}. */
export type Variant = (typeof VARIANTS)[number]

/** What happens to requests for a path, instead of an answer or before it. */
export interface MetadataFault {
  /** `undefined` is every method. */
  readonly method: string | undefined
  /** Below the version, with everything below it: `api/token`, `meta-data/iam`. `undefined` is every request. */
  readonly path: string | undefined
  /** How long the client waits first, in real time. */
  readonly latencyMs: number | undefined
  /**
   * A status with an empty body; `reset` cuts the connection, `none` leaves the client waiting, `stall` too, after the head
   * of what would be answered. `undefined`: as usual.
   */
  readonly answer: number | 'reset' | 'none' | 'stall' | undefined
  /** Only those beyond so many a second, in real time. `undefined` is all of them. */
  readonly perSecond: number | undefined
  /** Requests that it is for; afterwards it is gone. `undefined` is all of them. */
  readonly times: number | undefined
}

/** A state that an Auto Scaling group wants an instance in, from an instant on. */
export interface LifecycleState {
  readonly state: string
  readonly from: EpochMillis
}

/**
 * What a test makes of an instance's metadata beside what the directory says, or of what a task or a pod is answered, as far
 * as they have it. `undefined` is as usual, everywhere.
 */
export interface Steering {
  /** `refused`: nothing listens where the instance is asked. */
  readonly connections?: 'refused' | undefined
  readonly httpEndpoint?: Instance['options']['httpEndpoint'] | undefined
  readonly httpTokens?: Instance['options']['httpTokens'] | undefined
  readonly httpPutResponseHopLimit?: number | undefined
  /** How far away clients are, whatever their listener says. */
  readonly hops?: number | undefined
  /** `stopped`: the credentials that are there stay, past their end too. */
  readonly rotation?: 'stopped' | undefined
  /** How long credentials are good that are made from now on, and after how long there are others. */
  readonly lifetimeMs?: number | undefined
  readonly rotateAfterMs?: number | undefined
  readonly document?: DocumentFault | { readonly failed: string } | undefined
  /** The first that fits a request is for it. */
  readonly faults?: readonly MetadataFault[] | undefined
  readonly spotInterruption?: Instance['spotInterruption'] | undefined
  readonly rebalanceNoticeTime?: EpochMillis | undefined
  readonly maintenanceEvents?: Instance['maintenanceEvents'] | undefined
  readonly lifecycle?: readonly LifecycleState[] | undefined
  readonly variants?: readonly Variant[] | undefined
  readonly instanceMetadataTags?: Instance['options']['instanceMetadataTags'] | undefined
  /** All tags that it has, instead of its own. */
  readonly tags?: Instance['tags'] | undefined
  /** As `overrides` of an instance, and winning over them. */
  readonly metadata?: Instance['overrides'] | undefined
}

/** An instance as its metadata shows it while it is steered. Its identity and its addresses stay. */
export function steered(instance: Instance, steering: Steering): Instance {
  const { options } = instance
  return {
    ...instance,
    options: {
      ...options,
      httpEndpoint: steering.httpEndpoint ?? options.httpEndpoint,
      httpTokens: steering.httpTokens ?? options.httpTokens,
      httpPutResponseHopLimit: steering.httpPutResponseHopLimit ?? options.httpPutResponseHopLimit,
      instanceMetadataTags: steering.instanceMetadataTags ?? options.instanceMetadataTags,
    },
    tags: steering.tags ?? instance.tags,
    spotInterruption: steering.spotInterruption ?? instance.spotInterruption,
    rebalanceNoticeTime: steering.rebalanceNoticeTime ?? instance.rebalanceNoticeTime,
    maintenanceEvents: steering.maintenanceEvents ?? instance.maintenanceEvents,
    overrides: steering.metadata === undefined ? instance.overrides : [...instance.overrides, ...steering.metadata],
  }
}
