import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type BrokerConfig,
  ConfigError,
  type ConfigSources,
  loadConfig,
  SETTINGS,
} from '../../../src/platform/config/index.ts'

const PROXY = ['10.0.0.0/8']

function problems(sources: ConfigSources): readonly string[] {
  try {
    loadConfig(sources)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    for (const problem of error.problems) assert.ok(error.message.includes(`\n  ${problem}`))
    return error.problems
  }
  return []
}

function withFile(content: unknown): ConfigSources {
  return { file: { name: 'rolecall.yaml', content } }
}

test('every problem is named at once, by the place where it was set', () => {
  const found = problems({
    ...withFile({ limits: { parameters: 0 }, partition: 'aws-xx', lisen: {}, tls: { certfile: 'a' } }),
    environment: { ROLECALL_LOG_LEVEL: 'trace', ROLECALL_DEV: 'yes', ROLECALL_TRUSTED_PROXY: '10.0.0.0/8,10.0.0.1' },
    flags: { listen: 'nowhere', 'admin-listen': '0.0.0.0:7602', 'public-url': 'sts.example.com' },
  })
  assert.deepEqual(found, [
    '--listen: must be HOST:PORT, such as 127.0.0.1:7600 or [::1]:7600',
    '--public-url: must be an origin such as https://sts.example.com, without path or credentials',
    'rolecall.yaml: tls.certFile: must be the file of a certificate: TLS takes a certificate and a key',
    'rolecall.yaml: tls.keyFile: must be the file of a private key: TLS takes a certificate and a key',
    'rolecall.yaml: tls.certfile: is no setting; did you mean certFile?',
    'ROLECALL_TRUSTED_PROXY: must be a network such as 10.0.0.0/8',
    'ROLECALL_DEV: must be true or false',
    'rolecall.yaml: partition: must be one of aws, aws-cn, aws-us-gov',
    'ROLECALL_LOG_LEVEL: must be one of debug, info, warn, error, silent',
    'rolecall.yaml: limits.parameters: must be a whole number from 1 to 100000',
    'rolecall.yaml: lisen: is no setting; did you mean listen?',
    '--admin-listen: must be a loopback address: operator calls are made on this machine',
  ])
})

for (const [key, meant] of [
  ['keyz', 'keys'],
  ['Data', 'data'],
  ['insecurehttp', 'insecureHttp'],
  ['publicURL', 'publicUrl'],
  ['loglevel', 'logLevel'],
]) {
  test(`the unknown key ${key} is refused, and ${meant} suggested`, () => {
    assert.deepEqual(problems(withFile({ [key ?? '']: 'x' })), [
      `rolecall.yaml: ${key}: is no setting; did you mean ${meant}?`,
    ])
  })
}

for (const key of ['colour', '__proto__', 'constructor', 'x'.repeat(10_000)]) {
  test(`the unknown key ${key.slice(0, 20)} is refused without a guess`, () => {
    const content = JSON.parse(`{${JSON.stringify(key)}:{"dev":true}}`)
    assert.deepEqual(problems(withFile(content)), [`rolecall.yaml: ${key}: is no setting`])
  })
}

for (const content of [[], 'listen', 7, true]) {
  test(`a file that holds ${JSON.stringify(content)} is refused`, () => {
    assert.deepEqual(problems(withFile(content)), ['rolecall.yaml: must be a mapping of settings'])
  })
}

test('a flag does not hide that the file has something else where a mapping belongs', () => {
  assert.deepEqual(problems({ ...withFile({ listen: '127.0.0.1:1' }), flags: { listen: '127.0.0.1:2' } }), [
    'rolecall.yaml: listen: must be a mapping with keys out of api, metadata, admin, containers',
  ])
})

const NO_HOST_PORT = [
  '',
  ':7600',
  '7600',
  'localhost',
  'localhost:',
  '127.0.0.1:65536',
  '127.0.0.1:-1',
  '127.0.0.1:1e3',
  '127.0.0.1: 80',
  '127.0.0.1:80\n',
  '::1:7600',
  '[::1]',
  '[127.0.0.1]:7600',
  '[localhost]:7600',
  '[::1%lo]:7600x',
  '127.1:7600',
  '2130706433:7600',
  '0x7f000001:7600',
  '999.0.0.1:7600',
  'a b:7600',
  'a..b:7600',
  '-a:7600',
  `${'a.'.repeat(130)}b:7600`,
  'http://localhost:7600',
  'user@localhost:7600',
]
for (const listen of NO_HOST_PORT) {
  test(`${JSON.stringify(listen.slice(0, 40))} is no place to listen`, () => {
    assert.match(problems({ flags: { listen } }).join(), /^--listen: must be HOST:PORT/)
  })
}

for (const host of [
  '0.0.0.0',
  '[::]',
  '10.1.2.3',
  '[::ffff:10.0.0.1]',
  '128.0.0.1',
  'example.com',
  'localhost.example.com',
]) {
  const listen = `${host}:7600`

  test(`the API does not listen on ${host} in clear`, () => {
    assert.deepEqual(problems({ flags: { listen } }), [
      '--listen: needs TLS off loopback: give --tls-cert and --tls-key, or --trusted-proxy, or accept --insecure-http',
    ])
  })

  test(`--dev refuses ${host}, with TLS too`, () => {
    const flags = { listen, dev: true, 'tls-cert': 'a', 'tls-key': 'b', 'trusted-proxy': PROXY, 'insecure-http': true }
    assert.deepEqual(problems({ flags }), [
      '--listen: must be a loopback address with --dev, where anyone may move the clock',
    ])
  })

  test(`metadata, containers and admin refuse ${host}, whatever protects the API`, () => {
    const flags = {
      'metadata-listen': listen,
      'admin-listen': listen,
      'container-listen': ['169.254.170.2:80', listen],
      'tls-cert': 'a',
      'tls-key': 'b',
      'insecure-http': true,
    }
    assert.deepEqual(problems({ flags }), [
      '--metadata-listen: must be a loopback address, 169.254.169.254 or [fd00:ec2::254]: whoever reaches the metadata listener gets credentials',
      '--container-listen: must be 169.254.170.2, 169.254.170.23, [fd00:ec2::23] or a loopback address, with a port: the agents of ECS and EKS answer at 80',
      '--admin-listen: must be a loopback address: operator calls are made on this machine',
    ])
  })

  test(`the API listens on ${host} with TLS, behind a trusted proxy, or where clear text is accepted by name`, () => {
    for (const flags of [{ 'tls-cert': 'a', 'tls-key': 'b' }, { 'trusted-proxy': PROXY }, { 'insecure-http': true }]) {
      assert.deepEqual(problems({ flags: { listen, ...flags } }), [])
    }
  })
}

test('where EC2, ECS and EKS answer nobody but this machine gets through, so --dev takes these addresses too', () => {
  const flags = {
    dev: true,
    'metadata-listen': '169.254.169.254:80',
    'container-listen': ['169.254.170.2:80', '169.254.170.23:80'],
  }
  assert.deepEqual(problems({ flags }), [])
  assert.equal(problems({ flags: { dev: true, listen: '169.254.169.254:80', 'insecure-http': true } }).length, 1)
})

for (const host of ['127.0.0.1', '127.8.9.1', '[::1]', '[::ffff:127.0.0.1]', 'localhost', 'LOCALHOST']) {
  test(`${host} is loopback: every listener may use it, with --dev too`, () => {
    const at = `${host}:0`
    const { listen } = loadConfig({
      flags: { listen: at, 'metadata-listen': at, 'admin-listen': at, 'container-listen': [at], dev: true },
    })
    const expected = { host: host.replace(/[[\]]/g, ''), port: 0 }
    assert.deepEqual(listen, { api: expected, metadata: expected, admin: expected, containers: [expected] })
  })
}

test('TLS takes a certificate and a key', () => {
  assert.deepEqual(problems({ flags: { 'tls-cert': 'a' } }), [
    '--tls-key: must be the file of a private key: TLS takes a certificate and a key',
  ])
  assert.deepEqual(problems({ environment: { ROLECALL_TLS_KEY: 'a' } }), [
    '--tls-cert: must be the file of a certificate: TLS takes a certificate and a key',
  ])
})

const NO_ORIGIN = [
  'sts.example.com',
  'ftp://example.com',
  'https://example.com/path',
  'https://example.com/?q',
  'https://example.com#f',
  'https://user:pass@example.com',
  'https://',
  '//example.com',
  'javascript:alert(1)',
  'https://exa mple.com',
  'HTTPS://EXAMPLE.COM\n',
]
for (const url of NO_ORIGIN) {
  test(`${JSON.stringify(url)} is no public URL`, () => {
    assert.match(problems({ flags: { 'public-url': url } }).join(), /^--public-url: must be an origin/)
  })
}

test('a public URL loses the slash at its end', () => {
  assert.equal(
    loadConfig({ flags: { 'public-url': 'https://sts.example.com:8443/' } }).publicUrl,
    'https://sts.example.com:8443',
  )
})

for (const network of [
  '10.0.0.1',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10/8',
  '::/129',
  '0.0.0.0/0',
  '::/0',
  '10.0.0.0/08',
  'a/8',
  '1.2.3.4/8/8',
  '',
]) {
  test(`${JSON.stringify(network)} is no network of trusted proxies`, () => {
    assert.match(
      problems(withFile({ trustedProxies: [network] })).join(),
      /^rolecall.yaml: trustedProxies.0: must be a network/,
    )
  })
}

test('a local issuer is an origin, and may be given several times', () => {
  const { localIssuers } = loadConfig({
    flags: { 'local-issuer': ['http://127.0.0.1:3000', 'https://idp.corp/'] },
  }).federation
  assert.deepEqual(localIssuers, ['http://127.0.0.1:3000', 'https://idp.corp'])
  for (const origin of ['127.0.0.1:3000', 'http://127.0.0.1:3000/path', 'http://user@127.0.0.1', '*', 'file:///x']) {
    assert.match(problems({ flags: { 'local-issuer': [origin] } }).join(), /must be an origin/)
  }
})

test('a list is a list', () => {
  assert.deepEqual(problems(withFile({ directory: 'a.yaml', trustedProxies: '10.0.0.0/8' })), [
    'rolecall.yaml: directory: must be a list',
    'rolecall.yaml: trustedProxies: must be a list',
  ])
})

for (const bodyBytes of [0, -1, 1.5, '1', Number.NaN, 2 ** 40, null]) {
  test(`${JSON.stringify(bodyBytes)} is no limit`, () => {
    assert.deepEqual(problems(withFile({ limits: { bodyBytes } })), [
      'rolecall.yaml: limits.bodyBytes: must be a whole number from 1 to 16777216',
    ])
  })
}

const DEFAULTS: BrokerConfig = {
  listen: {
    api: { host: '127.0.0.1', port: 7600 },
    metadata: { host: '127.0.0.1', port: 7601 },
    admin: { host: '127.0.0.1', port: 7602 },
    containers: [],
  },
  data: 'data',
  keys: 'keys',
  keyRotation: { everyDays: 30, pendingMinutes: 60, overlapHours: 48 },
  directory: [],
  trustedProxies: [],
  insecureHttp: false,
  dev: false,
  partition: 'aws',
  logLevel: 'info',
  redirectMissingAction: false,
  audit: { retentionDays: 90 },
  federation: { localIssuers: [], acceptOutboundTokens: false, withoutBuiltInIssuers: false },
  login: {},
  limits: {
    bodyBytes: 262_144,
    apiHeaderBytes: 32_768,
    metadataHeaderBytes: 16_384,
    parameters: 1000,
    requestTimeoutMs: 10_000,
    idleTimeoutMs: 60_000,
    drainMs: 10_000,
    requestsPerSecond: 600,
    requestsAtOnce: 256,
    requestsWaiting: 1024,
    connections: 4096,
    cachedRecords: 20_000,
    cachedSessions: 20_000,
    usersPerAccount: 5000,
    groupsPerAccount: 300,
    rolesPerAccount: 1000,
    policiesPerAccount: 1500,
    instanceProfilesPerAccount: 1000,
    oidcProvidersPerAccount: 100,
    samlProvidersPerAccount: 100,
  },
}

test('who sets nothing gets the strict defaults, on loopback', () => {
  assert.deepEqual(loadConfig({}), DEFAULTS)
  assert.deepEqual(loadConfig(withFile({})), DEFAULTS)
})

test('accounts are held to a rate where data outlives the process, and elsewhere when it is asked for', () => {
  const rate = (content: unknown) => loadConfig(withFile(content)).limits.requestsPerSecond
  assert.equal(rate({ data: ':memory:' }), 0)
  assert.equal(rate({ dev: true }), 0)
  assert.equal(rate({ data: ':memory:', limits: { requestsPerSecond: 5 } }), 5)
  assert.equal(rate({ limits: { requestsPerSecond: 0 } }), 0)
})

test('a flag wins over the environment, that over the file, and the file over the default', () => {
  const file = { data: 'from-file', keys: 'from-file', partition: 'aws-cn', limits: { drainMs: 1 } }
  const environment = { ROLECALL_DATA: 'from-environment', ROLECALL_KEYS: 'from-environment' }
  const config = loadConfig({ ...withFile(file), environment, flags: { data: 'from-flag' } })
  assert.equal(config.data, 'from-flag')
  assert.equal(config.keys, 'from-environment')
  assert.equal(config.partition, 'aws-cn')
  assert.deepEqual(config.limits, { ...DEFAULTS.limits, drainMs: 1 })
})

test('the environment spells lists with commas and switches as true, false, 1 or 0', () => {
  const { directory, trustedProxies, insecureHttp, dev } = loadConfig({
    ...withFile({ dev: true }),
    environment: {
      ROLECALL_DIRECTORY: 'a.yaml,b.yaml',
      ROLECALL_TRUSTED_PROXY: '10.0.0.0/8,fd00::/8',
      ROLECALL_INSECURE_HTTP: '1',
      ROLECALL_DEV: 'false',
    },
  })
  assert.deepEqual(
    { directory, trustedProxies, insecureHttp, dev },
    { directory: ['a.yaml', 'b.yaml'], trustedProxies: ['10.0.0.0/8', 'fd00::/8'], insecureHttp: true, dev: false },
  )
})

test("variables that are empty or nobody's setting change nothing", () => {
  // A cluster puts such variables beside a service of this name.
  const environment = { ROLECALL_PORT: 'tcp://10.0.0.1:80', ROLECALL_SERVICE_HOST: 'x', ROLECALL_DATA: '', DATA: 'x' }
  assert.deepEqual(loadConfig({ environment }), DEFAULTS)
})

test('every setting can be given by its flag, by its variable and in a file, to the same effect', () => {
  const values: Readonly<Record<string, string>> = {
    'HOST:PORT': '127.0.0.1:9',
    ORIGIN: 'https://a.example',
    CIDR: '10.0.0.0/8',
    NAME: 'aws-cn',
    LEVEL: 'warn',
  }
  const flags: Record<string, unknown> = {}
  const environment: Record<string, string> = {}
  for (const { flag, environment: variable, takes, repeatable } of SETTINGS) {
    const value = takes === undefined ? 'true' : (values[takes] ?? 'some-file')
    flags[flag] = takes === undefined ? true : repeatable ? [value] : value
    environment[variable] = value
  }
  const byFlags = loadConfig({ flags })
  assert.deepEqual(loadConfig({ environment }), byFlags)
  const file = structuredClone<Record<string, unknown>>({ ...byFlags, limits: {} })
  const at = '127.0.0.1:9'
  file['listen'] = { api: at, metadata: at, admin: at, containers: [at] }
  assert.deepEqual(loadConfig(withFile(file)), byFlags)
  const unset = Object.entries(byFlags).filter(
    ([name, value]) => name !== 'limits' && value === Reflect.get(DEFAULTS, name),
  )
  assert.deepEqual(unset, [])
})

test('a configuration is frozen to its depths, and so apart from what it was made of', () => {
  const directory = ['a.yaml']
  const config = loadConfig(withFile({ directory }))
  for (const part of [config, config.listen, config.listen.api, config.limits, config.directory]) {
    assert.ok(Object.isFrozen(part))
  }
  directory.push('b.yaml')
  assert.deepEqual(config.directory, ['a.yaml'])
})
