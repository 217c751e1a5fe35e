/**
 * The folders of src/ and who may import whom: a folder may import only from earlier rows, folders in one row are
 * strangers. A name stands for the folder or the file of that name; the longest name that fits a file owns it.
 */
export const LAYERS: readonly (readonly string[])[] = [
  ['model'],
  ['engines/policy', 'engines/sigv4', 'engines/saml', 'engines/wire', 'platform/config', 'platform/*.ts'],
  ['platform/telemetry'],
  ['verifier', 'engines/reachability', 'platform/keyring'],
  ['platform/storage', 'platform/keyring/files'],
  ['platform/storage/sql'],
  [
    'domain/audit',
    'domain/browser',
    'domain/paging',
    'domain/directory',
    'domain/usage',
    'domain/instances',
    'domain/containers',
    'domain/sessions',
    'domain/federation',
    'domain/login',
    'domain/mfa',
    'domain/explanation',
  ],
  ['pipeline/authentication', 'pipeline/authorization'],
  ['pipeline'],
  ['operations/sts', 'operations/iam', 'operations/signin', 'operations/cloudtrail', 'operations/broker'],
  ['operations/loading'],
  ['doors/steering'],
  ['doors/metadata', 'doors/console', 'doors/verify', 'doors/oauth', 'doors/admin'],
  ['doors/http'],
  ['compose'],
  ['testing/simulators'],
  ['drills', 'testing'],
  ['cli', 'index'],
  ['main'],
]

/** Folders that answer a port; a node is wired with them in one place, so nothing else may name them. */
export const ADAPTERS: readonly string[] = ['platform/storage/sql', 'platform/keyring/files']

/** Who wires nodes. */
export const COMPOSERS: readonly string[] = ['compose', 'testing']

/** Where each dependency is at home: nothing else imports it, so replacing one changes one place. */
export const HOMES: Readonly<Record<string, readonly string[]>> = {
  '@smithy/shared-ini-file-loader': ['cli'],
  commander: ['cli'],
  express: ['doors/http', 'doors/admin', 'doors/console'],
  helmet: ['doors/console'],
  htm: ['doors/console'],
  'ipaddr.js': ['engines/policy', 'doors/http', 'platform/config', 'platform/*.ts'],
  jose: ['domain/federation'],
  kysely: ['platform/storage/sql'],
  'lru-cache': ['domain/directory', 'domain/sessions', 'domain/federation'],
  'node:module': [],
  'node:process': ['main'],
  'node:sqlite': ['platform/storage/sql', 'platform/*.ts'],
  'openid-client': ['domain/login'],
  picocolors: ['cli'],
  otplib: ['domain/mfa'],
  pino: ['platform/telemetry'],
  piscina: ['domain/federation'],
  preact: ['doors/console'],
  'preact-render-to-string': ['doors/console'],
  'prom-client': ['platform/telemetry'],
  qrcode: ['domain/mfa'],
  samlify: ['domain/federation'],
  yaml: ['operations/loading', 'platform/config'],
  zod: ['platform/config', 'operations/loading', 'doors/steering'],
}

interface Reserved {
  readonly what: string
  readonly pattern: RegExp
  /** Units, or folders of units. */
  readonly allowed: readonly string[]
}

/** What only some places may say. Code is searched, not comments and not the insides of texts. */
export const RESERVED: readonly Reserved[] = [
  {
    what: 'process.env',
    pattern: /\bprocess\s*(\?\.|\.)\s*(env\b|\[)|\bprocess\s*\[|=\s*process\b(?!\s*[?.])/,
    allowed: ['main'],
  },
  {
    what: 'the time of the machine',
    pattern: /\bDate\s*\.\s*now\b|\bDate\s*\(\s*\)|\bnew\s+Date\b(?!\s*\()/,
    allowed: ['platform'],
  },
  {
    what: 'randomness',
    pattern: /\b(Math\s*\.\s*random|randomBytes|randomFill|randomFillSync|randomInt|randomUUID|getRandomValues)\b/,
    allowed: ['platform'],
  },
  { what: 'console', pattern: /\bconsole\s*(\?\.|\.|\[)/, allowed: [] },
]

/** Files longer than {@link LONGEST_FILE} lines because they are tables. */
export const TABLES: readonly string[] = []

/** Lines a file of src/ may have. */
export const LONGEST_FILE = 350
