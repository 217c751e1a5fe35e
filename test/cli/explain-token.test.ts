import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Broker, startBroker } from '../../src/index.ts'
import { type IssuerKey, issuerKey, signed } from '../fake-issuer.ts'
import { commandLine, type Ended, type Surroundings, temporaryHome } from './command-line.ts'
import { errorAnswer, fakeBroker } from './fake-broker.ts'

const ACCOUNT = '111111111111'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Deployer`
const HOST = 'token.actions.githubusercontent.com'
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/${HOST}`

describe('rolecall explain --token-file', () => {
  const home = temporaryHome()
  const readyFile = join(home.path, 'ready.json')
  let broker: Broker
  let key: IssuerKey
  before(async () => {
    key = await issuerKey('github')
    const Statement = {
      Effect: 'Allow',
      Principal: { Federated: PROVIDER },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${HOST}:sub`]: 'repo:org/app:ref:refs/heads/main' } },
    }
    broker = await startBroker({
      logLevel: 'silent',
      readyFile,
      directory: {
        Accounts: [
          {
            Id: ACCOUNT,
            OIDCProviders: [{ Url: `https://${HOST}`, ClientIdList: ['sts.amazonaws.com'], Jwks: { keys: [key.jwk] } }],
            Roles: [{ RoleName: 'Deployer', AssumeRolePolicyDocument: { Version: '2012-10-17', Statement } }],
          },
        ],
      },
    })
  })
  after(async () => {
    await broker.stop()
    home[Symbol.dispose]()
  })

  async function tokenOf(sub: string): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    return await signed({ iss: `https://${HOST}`, aud: 'sts.amazonaws.com', sub, iat: now, exp: now + 330 }, key)
  }

  async function explained(token: string, more: readonly string[] = [], around: Surroundings = {}): Promise<Ended> {
    const file = join(home.path, 'token')
    writeFileSync(file, token)
    return await commandLine(
      ['explain', '--token-file', file, '--role', ROLE, '--ready-file', readyFile, ...more],
      around,
    )
  }

  test('used wrongly it ends with 2, and shows nothing of what it read', async () => {
    for (const args of [
      ['--token-file', '/nowhere/token', '--role', ROLE],
      ['--token-file', '-'],
      ['--role', ROLE],
      ['AQtX', '--token-file', '-', '--role', ROLE],
      ['--token-file', '-', '--role', 'Deployer'],
      ['--token-file', '-', '--role', ROLE, '--profile', 'alice'],
    ]) {
      const ended = await commandLine(['explain', ...args, '--ready-file', readyFile], { input: 'the.secret.token' })
      assert.equal(ended.status, 2, args.join(' '))
      assert.doesNotMatch(ended.stdout + ended.stderr, /secret/)
    }
    const { status, stderr } = await explained('x'.repeat(70_000))
    assert.equal(status, 2)
    assert.match(stderr, /^rolecall: \S+ holds no token: it is too long\n$/)
  })

  test('whatever keeps it from being told ends with 3, which no refusal does', async () => {
    await using failing = await fakeBroker(() => errorAnswer(500, 'InternalFailure', 'no'))
    const file = join(home.path, 'operator-token')
    writeFileSync(file, 'operator')
    const args = [
      'explain',
      '--token-file',
      '-',
      '--role',
      ROLE,
      '--admin',
      failing.origin,
      '--operator-token-file',
      file,
    ]
    assert.equal((await commandLine(args, { input: 'x' })).status, 3)
  })

  test('a token that is refused is told check by check, ending in what would have to change', async () => {
    const token = await tokenOf('repo:org@1/app@2:ref:refs/heads/main')
    const { status, stdout, stderr } = await explained(token)
    assert.equal(stderr, '')
    assert.equal(
      stdout.replace(/of \d+ characters/, 'of N characters').replace(/\d+ seconds ago/, 'N seconds ago'),
      `denied   sts:AssumeRoleWithWebIdentity  ${ROLE}
because  the role trust policy would allow it if ${HOST}:sub were "repo:org/app:ref:refs/heads/main" (it is "repo:org@1/app@2:ref:refs/heads/main")
answer   AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity

token: proven
|-- ok  form       a signed JWT of N characters
|-- ok  claims     all that it has to have; sub is "repo:org@1/app@2:ref:refs/heads/main"
|-- ok  issuer     "https://${HOST}", which is ${PROVIDER}
|-- ok  purpose    not signed by AWS to be shown elsewhere
|-- ok  audience   aud is "sts.amazonaws.com": one of the client IDs
|-- ok  algorithm  RS256
|-- ok  key        "github", among those that the provider was given
|-- ok  signature  verified with that key
|-- ok  times      issued N seconds ago, expires in 5 minutes; five minutes are tolerated
|-- ok  tags       no tags, no source identity
\`-- ok  roles      the token names no roles
role trust policy: nothing allows
\`-- ${ROLE}
    \`-- Allow, statement 1: does not apply
        |-- ok  principal  names the caller
        |-- ok  action     covers sts:AssumeRoleWithWebIdentity
        \`-- no  condition  StringEquals ${HOST}:sub "repo:org/app:ref:refs/heads/main"; it is "repo:org@1/app@2:ref:refs/heads/main": the request value has to match a policy value

What would have to change:
  - Meet the condition of statement 1 of the role trust policy, or change it: StringEquals ${HOST}:sub "repo:org/app:ref:refs/heads/main" (it is "repo:org@1/app@2:ref:refs/heads/main")
  - GitHub writes the numbers of owner and repository into the subjects of repositories made or renamed since July 2026: repo:OWNER@ID/REPOSITORY@ID:...; ask for that, or for :repository_id
`,
    )
    assert.equal(status, 1)
  })

  test('a token that would be taken ends with 0; by a pipe its last line break is not part of it', async () => {
    const token = await tokenOf('repo:org/app:ref:refs/heads/main')
    const taken = await explained(token)
    assert.match(taken.stdout, /^allowed {2}sts:AssumeRoleWithWebIdentity/)
    assert.doesNotMatch(taken.stdout, /What would have to change/)
    assert.equal(taken.status, 0)
    const piped = ['explain', '--token-file', '-', '--role', ROLE, '--ready-file', readyFile]
    assert.equal((await commandLine(piped, { input: `${token}\n` })).status, 0)
    const inFile = await explained(`${token}\n`)
    assert.equal(inFile.status, 1)
    assert.match(inFile.stdout, /Take the white space away/)
  })

  test('as JSON it has every check; neither it nor any record has the token', async () => {
    const token = await tokenOf('repo:org/app:pull_request')
    const { status, stdout } = await explained(token, ['--json'])
    const { allowed, checks } = JSON.parse(stdout)
    assert.deepEqual([status, allowed, checks.length], [1, false, 11])
    // What grants nothing is recorded within a tenth of a second.
    await new Promise((resolve) => setTimeout(resolve, 400))
    const { stdout: events } = await commandLine(['events', '--json', '--ready-file', readyFile])
    assert.match(events, /ExplainToken/)
    for (const part of token.split('.').slice(1)) {
      assert.doesNotMatch(stdout + events, new RegExp(part))
    }
  })
})
