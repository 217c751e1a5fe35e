import type { LoginDoor } from './login-doors.ts'
import type { Partition } from './regions.ts'

/** Where a listener binds; port 0 lets the system choose. */
export interface Listen {
  /** An IP address without brackets, or a host name. */
  readonly host: string
  readonly port: number
}

/** How much a node logs: `silent` is nothing at all. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Bounds of requests and caches. */
interface Limits {
  readonly bodyBytes: number
  readonly apiHeaderBytes: number
  readonly metadataHeaderBytes: number
  /** Parameters in one request. */
  readonly parameters: number
  readonly requestTimeoutMs: number
  readonly idleTimeoutMs: number
  /** How long open requests may take to finish after the node was told to stop. */
  readonly drainMs: number
  /** Of one account; 0 for as many as it likes. */
  readonly requestsPerSecond: number
  /** Requests of everybody together that are worked on at once. */
  readonly requestsAtOnce: number
  /** Requests that wait for it: so many that are signed, and as many that are not; more are answered with 503. */
  readonly requestsWaiting: number
  /** Of each listener; more are closed. */
  readonly connections: number
  readonly cachedRecords: number
  readonly cachedSessions: number
  /** What an account may have; AWS grants that much by default. */
  readonly usersPerAccount: number
  readonly groupsPerAccount: number
  readonly rolesPerAccount: number
  readonly policiesPerAccount: number
  readonly instanceProfilesPerAccount: number
  readonly oidcProvidersPerAccount: number
  readonly samlProvidersPerAccount: number
}

/** When the keys of the ring follow each other. */
interface KeyRotation {
  /** How long a key makes new seals. */
  readonly everyDays: number
  /** How long a new key is known before it is used, so that every node that shares the folder has seen it. */
  readonly pendingMinutes: number
  /** How long a replaced key still opens what it sealed: longer than the longest credential lives, which is 36 hours. */
  readonly overlapHours: number
}

/** Everything a node is told from outside, checked as a whole and frozen. */
export interface BrokerConfig {
  readonly listen: {
    readonly api: Listen
    readonly metadata: Listen
    readonly admin: Listen
    /** Where containers ask beside the metadata listener. */
    readonly containers: readonly Listen[]
  }
  /** The data folder, or `:memory:`. */
  readonly data: string
  /** The folder of the key ring; with data in `:memory:` it is not looked at and keys are ephemeral. */
  readonly keys: string
  readonly keyRotation: KeyRotation
  /** Directory files to apply at start. */
  readonly directory: readonly string[]
  /** A file to write once the node answers. */
  readonly readyFile?: string | undefined
  /** A folder to write tokens of service accounts into; in the data folder, unless told. */
  readonly tokenFolder?: string | undefined
  /** The origin that absolute URLs begin with, without a slash at its end. */
  readonly publicUrl?: string | undefined
  readonly tls?: { readonly certFile: string; readonly keyFile: string } | undefined
  /** Networks in CIDR form whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[]
  /** Serve the API without TLS off loopback. */
  readonly insecureHttp: boolean
  /** Offer what helps developers: a clock that can be moved, and a reset. */
  readonly dev: boolean
  readonly partition: Partition
  readonly logLevel: LogLevel
  /** Answer a request without an action as AWS's global endpoint does, by redirect. */
  readonly redirectMissingAction: boolean
  readonly audit: {
    /** How long records can be looked up. */
    readonly retentionDays: number
    /** A file that gets a copy of every record, a line of JSON each. */
    readonly jsonLines?: string | undefined
  }
  readonly federation: {
    /** Origins of OpenID Connect issuers that may be plain http, have a port, or be a private address. */
    readonly localIssuers: readonly string[]
    /** Let roles be assumed with tokens of GetWebIdentityToken, which AWS never does. */
    readonly acceptOutboundTokens: boolean
    /** Know no issuer but those of providers: nothing is ever asked of Google or Amazon Cognito. */
    readonly withoutBuiltInIssuers: boolean
  }
  /** Where people sign in to the pages, by the names that stand in their addresses. */
  readonly login: Readonly<Record<string, LoginDoor>>
  readonly limits: Limits
}

/** Whether nothing is to outlive the process. */
export function isInMemory({ data }: Pick<BrokerConfig, 'data'>): boolean {
  return data === ':memory:'
}
