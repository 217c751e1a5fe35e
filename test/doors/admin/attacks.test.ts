import assert from 'node:assert/strict'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { startNode } from '../../../src/compose/index.ts'
import { loadConfig } from '../../../src/platform/config/index.ts'

const ACCOUNT = '111111111111'
const OLD_TOKEN = await tokenOfAnotherNode()

/** Every call that there is, with a body that it takes. */
const CALLS: readonly (readonly [path: string, body: object])[] = [
  ['/operations/ApplyDirectory', { directory: { Accounts: [{ Id: '222222222222' }] } }],
  ['/operations/CheckAccess', { principal: `${ACCOUNT}/alice`, action: 's3:GetObject', resource: '*' }],
  ['/operations/CloseAccount', { account: ACCOUNT }],
  ['/operations/CreateAccount', {}],
  ['/operations/GetAccessKey', { principal: `${ACCOUNT}/alice` }],
  ['/operations/ListAccounts', {}],
  ['/operations/RecoverAdministrator', {}],
  ['/clock', { advance: 'PT1H' }],
  ['/reset', {}],
]

interface Attack {
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: (body: object) => string
  readonly method?: string
  readonly path?: (path: string) => string
}

/** What each answers, whatever is called. */
const ATTACKS: readonly (readonly [rule: string, status: number, attack: Attack])[] = [
  ['a foreign Host', 403, { headers: { Host: 'evil.example' } }],
  ['a Host that begins like ours', 403, { headers: { Host: '127.0.0.1.evil.example' } }],
  ['a Host that ends like ours', 403, { headers: { Host: 'evil.localhost.example' } }],
  ['an empty Host', 403, { headers: { Host: '' } }],
  ['a foreign Origin', 403, { headers: { Origin: 'https://evil.example' } }],
  ['an opaque Origin', 403, { headers: { Origin: 'null' } }],
  ['the Origin of another port', 403, { headers: { Origin: 'http://127.0.0.1:1' } }],
  ['a page of another site', 403, { headers: { 'Sec-Fetch-Site': 'cross-site' } }],
  ['a page of the same site', 403, { headers: { 'Sec-Fetch-Site': 'same-site' } }],
  ['a form', 415, { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
  ['a plain text', 415, { headers: { 'Content-Type': 'text/plain' } }],
  ['no content type', 415, { headers: { 'Content-Type': undefined } }],
  ['a type that begins like JSON', 415, { headers: { 'Content-Type': 'application/json5' } }],
  ['no token', 401, { headers: { Authorization: undefined } }],
  ['a foreign token', 401, { headers: { Authorization: `Bearer ${'x'.repeat(43)}` } }],
  ['the token of before a restart', 401, { headers: { Authorization: `Bearer ${OLD_TOKEN}` } }],
  ['an AWS signature', 401, { headers: { Authorization: 'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE' } }],
  ['half a document', 400, { body: (body) => JSON.stringify(body).slice(0, -1) }],
  ['a document and more', 400, { body: (body) => `${JSON.stringify(body)}{}` }],
  ['a document that is no object', 400, { body: () => '"x"' }],
  ['more than 16 MiB', 413, { body: (body) => JSON.stringify({ ...body, more: 'x'.repeat(16 * 1024 * 1024) }) }],
  ['a compressed body', 415, { headers: { 'Content-Encoding': 'gzip' } }],
  ['another path below it', 404, { path: (path) => `${path}/more` }],
  ['the same in other letters', 404, { path: (path) => path.toUpperCase() }],
  ['GET', 404, { method: 'GET' }],
  ['PUT', 404, { method: 'PUT' }],
]

/** Bodies that an operation refuses, beside those that are no object. */
const REFUSED: Readonly<Record<string, readonly unknown[]>> = {
  ApplyDirectory: [
    {},
    { directory: null },
    { directory: {} },
    { directory: { Accounts: [] }, prune: 'true' },
    { directory: { Accounts: [] }, dryRun: 1 },
    { directory: { Accounts: [] }, 'dry-run': true },
    { directory: { Accounts: [{ Id: '222222222222', Users: [{ UserName: 'a', More: 1 }] }] } },
    { directory: { Accounts: [{ Id: '2' }] } },
    { directory: { Accounts: [{ Id: '222222222222', Roles: [{ RoleName: 'r', AssumeRolePolicyDocument: '{' }] }] } },
  ],
  CloseAccount: [{}, { account: 1 }, { account: ACCOUNT, delete: 'no' }, { account: ACCOUNT, Delete: false }],
  CreateAccount: [
    { alias: 1 },
    { alias: 'UPPER' },
    { alias: 'shop' },
    { account: 222222222222 },
    { account: '2' },
    { id: '222222222222' },
  ],
  ListAccounts: [{ after: 1 }, { before: '1' }],
  RecoverAdministrator: [{ account: 1 }, { Account: ACCOUNT }],
}

const UNKNOWN = [
  'applyDirectory',
  'ApplyDirectory2',
  '__proto__',
  'constructor',
  'toString',
  'AssumeRole',
  '%2e%2e',
  ' ',
]

describe('the operator’s door', () => {
  let node: Awaited<ReturnType<typeof startNode>>
  let unchanged: readonly unknown[]

  before(async () => {
    node = await startNode(configuration(), {
      directories: [{ Accounts: [{ Id: ACCOUNT, Alias: 'shop', Users: [{ UserName: 'alice', AccessKeys: [{}] }] }] }],
    })
    unchanged = state()
  })
  after(() => node.stop())

  function state(): readonly unknown[] {
    return [node.broker.directory.version, Math.floor(node.broker.clock.now() / 3_600_000 / 2)]
  }

  async function answer(path: string, body: object, { headers, method = 'POST', ...attack }: Attack) {
    const asked = new URL(attack.path?.(path) ?? path, node.addresses.admin)
    const sent = {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${node.operatorToken.reveal()}`,
      ...headers,
    }
    return await send(asked, method, sent, attack.body?.(body) ?? JSON.stringify(body))
  }

  for (const [rule, status, attack] of ATTACKS) {
    test(`answers ${status} to ${rule}, whatever is called`, async () => {
      for (const [path, body] of CALLS) {
        const { status: answered, text: said } = await answer(path, body, attack)
        assert.equal(answered, status, path)
        assert.ok(said.length < 500 && !said.includes(node.operatorToken.reveal()), said)
      }
      assert.deepEqual(state(), unchanged)
    })
  }

  for (const name of UNKNOWN) {
    test(`answers 404 to an operation called ${JSON.stringify(name)}`, async () => {
      assert.equal((await answer(`/operations/${name}`, {}, {})).status, 404)
    })
  }

  for (const [name, bodies] of Object.entries(REFUSED)) {
    for (const body of [...bodies, [], [{}]]) {
      test(`answers 400 to ${name} with ${JSON.stringify(body).slice(0, 100)}, and changes nothing`, async () => {
        const { status, text: said } = await answer(`/operations/${name}`, {}, { body: () => JSON.stringify(body) })
        assert.equal(status, 400, said)
        assert.match(JSON.parse(said).Error.Code, /^(?:ValidationError|InvalidDirectory)$/)
        assert.deepEqual(state(), unchanged)
      })
    }
  }

  test('answers 400 to an organization that is deeper than any, and to lists in lists without end', async () => {
    for (const body of [
      nestedUnits(6),
      nestedUnits(1000),
      nestedUnits(100_000),
      `${'['.repeat(1e6)}${']'.repeat(1e6)}`,
    ]) {
      const { status, text: said } = await answer('/operations/ApplyDirectory', {}, { body: () => body })
      assert.equal(status, 400, said)
      assert.deepEqual(state(), unchanged)
    }
  })

  for (const [name, body, status] of [
    ['CloseAccount', { account: '999999999999' }, 404],
    ['CloseAccount', { account: 'nobody' }, 404],
    ['CreateAccount', { account: ACCOUNT }, 409],
    ['RecoverAdministrator', { account: 'nobody' }, 404],
  ] as const) {
    test(`answers ${status} to ${name} of ${Object.values(body)}`, async () => {
      assert.equal((await answer(`/operations/${name}`, body, {})).status, status)
      assert.deepEqual(state(), unchanged)
    })
  }

  test('says where a directory is wrong, by the path and not by what stands there', async () => {
    const SecretAccessKey = 's3cret with spaces'
    const Users = [{ UserName: 'a b', AccessKeys: [{ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', SecretAccessKey }] }]
    const directory = { Accounts: [{ Id: '222222222222', Users }] }
    const { text: said } = await answer('/operations/ApplyDirectory', { directory }, {})
    assert.ok(!said.includes('s3cret'))
    assert.deepEqual(
      JSON.parse(said).Error.Mistakes.map(({ path }: { path: unknown }) => path),
      [
        ['Accounts', 0, 'Users', 0, 'UserName'],
        ['Accounts', 0, 'Users', 0, 'AccessKeys', 0, 'SecretAccessKey'],
      ],
    )
  })
})

/** A directory with an organization of units in units; written by hand, because no serializer goes so deep. */
function nestedUnits(depth: number): string {
  const units = `${'{"Name":"u","OrganizationalUnits":['.repeat(depth)}${']}'.repeat(depth)}`
  const organization = `{"ManagementAccountId":"222222222222","Roots":[{"Id":"r-root","OrganizationalUnits":[${units}]}]}`
  return `{"directory":{"Accounts":[{"Id":"222222222222"}],"Organization":${organization}}}`
}

function configuration() {
  const listen = { api: '127.0.0.1:0', metadata: '127.0.0.1:0', admin: '127.0.0.1:0' }
  return loadConfig({ file: { name: 'test', content: { data: ':memory:', dev: true, logLevel: 'silent', listen } } })
}

async function tokenOfAnotherNode(): Promise<string> {
  const node = await startNode(configuration())
  await node.stop()
  return node.operatorToken.reveal()
}

/** Sends exactly these headers; what is `undefined` is left out. */
function send(
  url: URL,
  method: string,
  headers: Readonly<Record<string, string | undefined>>,
  body: string,
): Promise<{ readonly status: number | undefined; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { method, agent: false, setHost: !('Host' in headers) }, async (response) => {
      resolve({ status: response.statusCode, text: await text(response).catch(() => '') })
    })
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) asking.setHeader(name, value)
    // A refused body may be cut off while it is sent; the answer came before.
    asking.on('error', reject)
    asking.end(body)
  })
}
