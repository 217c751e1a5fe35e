import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { isInMemory, type Listen } from './broker-config.ts'
import { CONTAINER_ADDRESSES } from './container-addresses.ts'
import { LOGIN_DOOR_KEYS, loginDoors, needsLocalIssuer } from './login-doors.ts'
import { PARTITIONS } from './regions.ts'

const LARGEST_TIMEOUT_MS = 600_000
const MIB = 1_048_576
/** Where EC2 serves metadata; the door takes only programs of this machine there. */
const METADATA_ADDRESSES: ReadonlySet<string> = new Set(['169.254.169.254', 'fd00:ec2::254'])
const AGENT_ADDRESSES: ReadonlySet<string> = new Set(Object.values(CONTAINER_ADDRESSES))

/** When keys follow each other where nobody says. */
export const STANDARD_KEY_ROTATION = { everyDays: 30, pendingMinutes: 60, overlapHours: 48 } as const

const listen = mapping({
  api: hostPort('127.0.0.1:7600'),
  metadata: hostPort('127.0.0.1:7601'),
  admin: hostPort('127.0.0.1:7602'),
  containers: listOf(text('HOST:PORT').transform(toListen)).default([]),
})

const tls = mapping({
  certFile: text('the file of a certificate: TLS takes a certificate and a key'),
  keyFile: text('the file of a private key: TLS takes a certificate and a key'),
})

const keyRotation = mapping({
  everyDays: whole(1, 3650).default(STANDARD_KEY_ROTATION.everyDays),
  // Nodes look into the folder every few seconds; a minute is long for the slowest of them.
  pendingMinutes: whole(1, 1440).default(STANDARD_KEY_ROTATION.pendingMinutes),
  // A credential lives for 36 hours at most, and the clocks of nodes are never quite the same.
  overlapHours: whole(37, 8760).default(STANDARD_KEY_ROTATION.overlapHours),
})

const quota = (standard: number) => whole(0, 10_000_000).default(standard)
const limits = mapping({
  bodyBytes: whole(1, 16 * MIB).default(262_144),
  apiHeaderBytes: whole(1, MIB).default(32_768),
  metadataHeaderBytes: whole(1, MIB).default(16_384),
  parameters: whole(1, 100_000).default(1000),
  requestTimeoutMs: whole(1, LARGEST_TIMEOUT_MS).default(10_000),
  idleTimeoutMs: whole(1, LARGEST_TIMEOUT_MS).default(60_000),
  drainMs: whole(0, LARGEST_TIMEOUT_MS).default(10_000),
  requestsPerSecond: whole(0, 1_000_000).optional(),
  requestsAtOnce: whole(1, 100_000).default(256),
  requestsWaiting: whole(1, 100_000).default(1024),
  connections: whole(1, 1_000_000).default(4096),
  cachedRecords: whole(1, 10_000_000).default(20_000),
  cachedSessions: whole(1, 10_000_000).default(20_000),
  usersPerAccount: quota(5000),
  groupsPerAccount: quota(300),
  rolesPerAccount: quota(1000),
  policiesPerAccount: quota(1500),
  instanceProfilesPerAccount: quota(1000),
  oidcProvidersPerAccount: quota(100),
  samlProvidersPerAccount: quota(100),
})

const audit = mapping({
  retentionDays: whole(1, 3650).default(90),
  jsonLines: text('a file').optional(),
})

const federation = mapping({
  localIssuers: listOf(text('an origin').transform(toOrigin)).default([]),
  acceptOutboundTokens: yesOrNo(),
  withoutBuiltInIssuers: yesOrNo(),
})

const settings = mapping({
  listen: listen.prefault({}),
  data: text('a folder, or :memory:').default('data'),
  keys: text('a folder').default('keys'),
  keyRotation: keyRotation.prefault({}),
  directory: listOf(text('a file')).default([]),
  readyFile: text('a file').optional(),
  tokenFolder: text('a folder').optional(),
  publicUrl: text('an origin').transform(toOrigin).optional(),
  tls: tls.optional(),
  trustedProxies: listOf(text('a network').refine(isNetwork, 'must be a network such as 10.0.0.0/8')).default([]),
  insecureHttp: yesOrNo(),
  dev: yesOrNo(),
  partition: oneOf(PARTITIONS).default('aws'),
  logLevel: oneOf(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  redirectMissingAction: yesOrNo(),
  audit: audit.prefault({}),
  federation: federation.prefault({}),
  login: loginDoors.prefault({}),
  limits: limits.prefault({}),
})

/** The keys that a configuration file knows: at its top (`''`), in each of its mappings, and (`*`) in each of those in one. */
export const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(settings.shape),
  listen: Object.keys(listen.shape),
  tls: Object.keys(tls.shape),
  audit: Object.keys(audit.shape),
  federation: Object.keys(federation.shape),
  'login.*': LOGIN_DOOR_KEYS,
  keyRotation: Object.keys(keyRotation.shape),
  limits: Object.keys(limits.shape),
}

/** What may be set, and the rules that hold between settings. */
export const configSchema = settings
  .refine(({ listen }) => isLoopback(listen.metadata) || METADATA_ADDRESSES.has(listen.metadata.host), {
    path: ['listen', 'metadata'],
    error:
      'must be a loopback address, 169.254.169.254 or [fd00:ec2::254]: whoever reaches the metadata listener gets credentials',
    when: valid('listen.metadata'),
  })
  .refine(({ listen }) => listen.containers.every((each) => isLoopback(each) || AGENT_ADDRESSES.has(each.host)), {
    path: ['listen', 'containers'],
    error:
      'must be 169.254.170.2, 169.254.170.23, [fd00:ec2::23] or a loopback address, with a port: the agents of ECS and EKS answer at 80',
    when: valid('listen.containers'),
  })
  .refine(({ listen }) => isLoopback(listen.admin), {
    path: ['listen', 'admin'],
    error: 'must be a loopback address: operator calls are made on this machine',
    when: valid('listen.admin'),
  })
  // The others serve this machine alone, with --dev or without: at the addresses of EC2, ECS and EKS, which SDKs ask by
  // themselves, whoever comes from another machine is cut off at the door.
  .refine(({ listen, dev }) => !dev || isLoopback(listen.api), {
    path: ['listen', 'api'],
    error: 'must be a loopback address with --dev, where anyone may move the clock',
    when: valid('listen.api', 'dev'),
  })
  .refine(
    ({ listen, tls, trustedProxies, insecureHttp }) =>
      isLoopback(listen.api) || tls !== undefined || trustedProxies.length > 0 || insecureHttp,
    {
      path: ['listen', 'api'],
      error: 'needs TLS off loopback: give --tls-cert and --tls-key, or --trusted-proxy, or accept --insecure-http',
      when: valid('listen.api', 'tls', 'trustedProxies', 'insecureHttp'),
    },
  )
  .superRefine(({ login, federation }, context) => {
    for (const [name, door] of Object.entries(login)) {
      const origin = needsLocalIssuer(door)
      if (origin === undefined || federation.localIssuers.includes(origin)) continue
      const message = `has to be https, without a port, unless --local-issuer names its origin: ${origin}`
      context.addIssue({ code: 'custom', message, path: ['login', name, 'issuer'] })
    }
  })
  .transform(({ limits, ...rest }) => {
    // AWS's rate; whoever tests should not meet it by accident.
    const { requestsPerSecond = rest.dev || isInMemory(rest) ? 0 : 600 } = limits
    return { ...rest, limits: { ...limits, requestsPerSecond } }
  })

/** A rule is asked as soon as the settings it reads are well-formed, whatever else is wrong. */
function valid(...names: readonly string[]) {
  return ({ issues }: z.core.ParsePayload): boolean =>
    !issues.some(({ path = [] }) => {
      const broken = path.join('.')
      return names.some((name) => name === broken || name.startsWith(`${broken}.`) || broken.startsWith(`${name}.`))
    })
}

function mapping<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, `must be a mapping with keys out of ${Object.keys(shape).join(', ')}`)
}

function text(what: string) {
  return z.string(`must be ${what}`).min(1, `must be ${what}`)
}

function whole(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`
  return z.int(error).min(min, error).max(max, error)
}

function yesOrNo() {
  return z.boolean('must be true or false').default(false)
}

function oneOf<const Name extends string>(names: readonly Name[]) {
  return z.enum(names, `must be one of ${names.join(', ')}`)
}

function listOf<Item extends z.ZodType>(item: Item) {
  return z.array(item, 'must be a list')
}

function hostPort(standard: string) {
  return text('HOST:PORT').prefault(standard).transform(toListen)
}

function toListen(given: string, context: z.RefinementCtx): Listen {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:[\]]+)):([0-9]{1,5})$/.exec(given) ?? []
  const host = bracketed ?? plain ?? ''
  if (Number(port) <= 65_535 && (bracketed === undefined ? isIP(host) === 4 || isHostName(host) : isIP(host) === 6)) {
    return { host, port: Number(port) }
  }
  context.addIssue('must be HOST:PORT, such as 127.0.0.1:7600 or [::1]:7600')
  return z.NEVER
}

// A last label that begins with a digit would be read as an address in one of its forgotten spellings, such as 127.1.
function isHostName(host: string): boolean {
  return host.length <= 253 && /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(host)
}

function isLoopback({ host }: Listen): boolean {
  return isIP(host) === 0 ? host.toLowerCase() === 'localhost' : ipaddr.process(host).range() === 'loopback'
}

function toOrigin(given: string, context: z.RefinementCtx): string {
  const url = URL.parse(given)
  if (url !== null && /^https?:$/.test(url.protocol) && (given === url.origin || given === `${url.origin}/`)) {
    return url.origin
  }
  context.addIssue('must be an origin such as https://sts.example.com, without path or credentials')
  return z.NEVER
}

// A prefix of no bits is refused: believing everybody's X-Forwarded-For lets any caller choose the address it comes from.
function isNetwork(given: string): boolean {
  const [address = '', bits = '', ...rest] = given.split('/')
  const family = isIP(address)
  return (
    family !== 0 && rest.length === 0 && /^[1-9][0-9]{0,2}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
  )
}
