import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandLine } from './command-line.ts'

interface Misuse {
  readonly rule: string
  readonly args: readonly string[]
  readonly says: RegExp
}

const LOGIN = [
  '--provider',
  'https://idp.example.com',
  '--client-id',
  'x',
  '--role',
  'arn:aws:iam::111111111111:role/x',
]

const MISUSED: readonly Misuse[] = [
  { rule: 'no command at all is shown the commands', args: [], says: /^Usage: rolecall/ },
  { rule: 'a command that does not exist is refused', args: ['serf'], says: /^rolecall: unknown command 'serf'/ },
  {
    rule: 'a flag that does not exist is refused, and the one that was meant is named',
    args: ['serve', '--lisen', '127.0.0.1:0'],
    says: /^rolecall: unknown option '--lisen'\n\(Did you mean --listen\?\)/,
  },
  {
    rule: 'a flag of serve that has no value is refused',
    args: ['serve', '--data'],
    says: /'--data <FOLDER>' argument missing/,
  },
  {
    rule: 'every setting that cannot be used is named at once',
    args: ['serve', '--listen', 'here', '--log-level', 'loud'],
    says: /--listen: must be HOST:PORT.*\n.*--log-level: must be one of/,
  },
  {
    rule: 'the admin listener does not leave the machine',
    args: ['serve', '--admin-listen', '0.0.0.0:0'],
    says: /--admin-listen: must be a loopback address/,
  },
  { rule: 'serve takes no arguments', args: ['serve', 'data'], says: /too many arguments/ },
  { rule: 'env wants a principal', args: ['env'], says: /missing required argument 'WHO'/ },
  {
    rule: 'env writes in one form only',
    args: ['env', 'source/alice', '--json', '--profile', 'alice'],
    says: /'--json' cannot be used with option '--profile <NAME>'/,
  },
  { rule: 'exec wants a role', args: ['exec', '--', 'true'], says: /required option '--role <ARN>' not specified/ },
  {
    rule: 'exec wants a command',
    args: ['exec', '--role', 'arn:aws:iam::111111111111:role/x'],
    says: /missing required argument 'COMMAND'/,
  },
  {
    rule: 'login wants a provider',
    args: ['login', '--client-id', 'x', '--role', 'arn:aws:iam::111111111111:role/x'],
    says: /Say where to sign in: --provider URL and --client-id ID, or --saml ACCOUNT\/PROVIDER/,
  },
  {
    rule: 'login signs in at one kind of provider',
    args: ['login', ...LOGIN, '--saml', 'source/corp'],
    says: /'--saml <ACCOUNT\/PROVIDER>' cannot be used with option '--provider <URL>'/,
  },
  {
    rule: 'login names a SAML provider with its account, and nothing else that an address could have',
    args: ['login', '--saml', '../corp?x', '--role', 'arn:aws:iam::111111111111:role/x'],
    says: /--saml has to be ACCOUNT\/PROVIDER/,
  },
  {
    rule: 'login sends no code to a broker in clear',
    args: ['login', '--saml', 'source/corp', '--role', 'arn:x', '--endpoint', 'http://sts.example.com'],
    says: /^rolecall: http:\/\/sts\.example\.com would be sent the code for your credentials in clear/,
  },
  {
    rule: 'login on another device opens no browser here, and listens for none',
    args: ['login', ...LOGIN, '--device', '--no-browser'],
    says: /'--device' cannot be used with option '--no-browser'/,
  },
  {
    rule: 'login takes no provider that would be asked in clear',
    args: ['login', ...LOGIN, '--provider', 'http://idp.example.com'],
    says: /^rolecall: --provider has to be an https address \(http on this machine only\)/,
  },
  {
    rule: 'login shows no ID token to a broker in clear',
    args: ['login', ...LOGIN, '--endpoint', 'http://sts.example.com'],
    says: /^rolecall: http:\/\/sts\.example\.com would be sent the ID token in clear/,
  },
  {
    rule: 'login takes nothing that a terminal would obey',
    args: ['login', ...LOGIN, '--session-name', 'a\nb'],
    says: /^rolecall: --session-name has characters that no provider takes/,
  },
  {
    rule: 'login writes no profile of another name',
    args: ['login', ...LOGIN, '--profile', 'a]b'],
    says: /^rolecall: A profile is named with letters/,
  },
  {
    rule: 'login writes nothing into shared files that they cannot hold',
    args: ['login', ...LOGIN, '--profile', 'a', '--client-secret-file', '/a #b'],
    says: /^rolecall: AWS's shared files cannot hold this command/,
  },
  {
    rule: 'can wants a resource',
    args: ['can', 'source/alice', 's3:GetObject'],
    says: /missing required argument 'RESOURCE'/,
  },
  {
    rule: 'can is told keys with their values',
    args: ['can', 'source/alice', 's3:GetObject', '*', '--with', 'aws:SourceIp'],
    says: /'--with <KEY=VALUE>' argument 'aws:SourceIp' is invalid\. Say KEY=VALUE\./,
  },
  {
    rule: 'a value without a key is refused',
    args: ['can', 'source/alice', 's3:GetObject', '*', '--with', '=10.0.0.1'],
    says: /argument '=10\.0\.0\.1' is invalid\. Say KEY=VALUE\./,
  },
  {
    rule: 'can asks a broker or a directory, not both',
    args: ['can', 'source/alice', 's3:GetObject', '*', '--directory', 'a.yaml', '--admin', 'http://127.0.0.1:1'],
    says: /'--directory <FILE>' cannot be used with option '--admin <URL>'/,
  },
  {
    rule: 'explain wants a refusal',
    args: ['explain'],
    says: /Say the message of x-rolecall-explanation, or a request id/,
  },
  {
    rule: 'what is neither message nor request id is refused',
    args: ['explain', 'User: alice is not authorized'],
    says: /^rolecall: Say the message of x-rolecall-explanation, or a request id\n$/,
  },
  {
    rule: 'a request id is for the operator, not for a profile',
    args: ['explain', '01234567-89ab-4cde-8f01-23456789abcd', '--profile', 'alice'],
    says: /^rolecall: Only the operator can look for a request id/,
  },
  {
    rule: 'can answers people or programs',
    args: ['can', 'source/alice', 's3:GetObject', '*', '--json', '--explain'],
    says: /'--json' cannot be used with option '--explain'/,
  },
]

for (const { rule, args, says } of MISUSED) {
  test(`${rule}, with status 2`, async () => {
    const { status, stdout, stderr } = await commandLine(args)
    assert.match(stderr, says)
    assert.equal(stdout, '')
    assert.equal(status, 2)
  })
}

test('a configuration file that is not there is refused with status 2', async () => {
  const { status, stderr } = await commandLine(['serve', '--config', '/nowhere/rolecall.yaml'])
  assert.match(stderr, /\/nowhere\/rolecall\.yaml: cannot be read \(ENOENT\)\n$/)
  assert.equal(status, 2)
})

test('init does not take data that would not last', async () => {
  const { status, stderr } = await commandLine(['init', '--data', ':memory:'])
  assert.equal(stderr, 'rolecall: Data in :memory: does not last: name a folder with --data\n')
  assert.equal(status, 1)
})

test('what is wrong is never a stack trace', async () => {
  for (const args of [['whoami'], ['serve', '--listen', 'x'], ['env', 'a/b', '--admin', 'http://127.0.0.1:1']]) {
    assert.doesNotMatch((await commandLine(args)).stderr, /^\s+at /m)
  }
})

test('every command has a help text with an example, and --help ends with status 0', async () => {
  for (const name of [
    'serve',
    'init',
    'env',
    'whoami',
    'exec',
    'login',
    'logout',
    'can',
    'explain',
    'instance',
    'doctor',
  ]) {
    for (const args of [
      [name, '--help'],
      ['help', name],
    ]) {
      const { status, stdout, stderr } = await commandLine(args)
      assert.match(stdout, new RegExp(`^Usage: rolecall ${name} [^]*\nExamples?:\n  .*rolecall ${name}`))
      assert.equal(stderr, '')
      assert.equal(status, 0)
    }
  }
})

test('--version tells the version of the package', async () => {
  const { status, stdout } = await commandLine(['--version'])
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/)
  assert.equal(status, 0)
})
