import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Broker, startBroker } from '../../src/index.ts'
import { written } from '../saml/canonical-xml.ts'
import { signer } from '../saml/certificates.ts'
import { type AssertionParts, assertion, metadata, response, withSignature } from '../saml/saml-idp.ts'
import { commandLine, type Ended, type Surroundings, temporaryHome } from './command-line.ts'

const ACCOUNT = '111111111111'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Engineer`
const PROVIDER = `arn:aws:iam::${ACCOUNT}:saml-provider/corp`
const PERSON = 'alice@corp.example'

describe('rolecall explain --saml-response', () => {
  const home = temporaryHome()
  const readyFile = join(home.path, 'ready.json')
  const file = join(home.path, 'response')
  const idp = signer()
  let broker: Broker
  before(async () => {
    const Statement = {
      Effect: 'Allow',
      Principal: { Federated: PROVIDER },
      Action: 'sts:AssumeRoleWithSAML',
      Condition: { StringEquals: { 'saml:sub': PERSON } },
    }
    broker = await startBroker({
      logLevel: 'silent',
      readyFile,
      directory: {
        Accounts: [
          {
            Id: ACCOUNT,
            SAMLProviders: [{ Name: 'corp', SamlMetadataDocument: metadata([idp]) }],
            Roles: [{ RoleName: 'Engineer', AssumeRolePolicyDocument: { Version: '2012-10-17', Statement } }],
          },
        ],
      },
    })
  })
  after(async () => {
    await broker.stop()
    home[Symbol.dispose]()
  })

  const posted = (parts: AssertionParts = {}): string => {
    const made = assertion({ nameId: PERSON, roles: [`${ROLE},${PROVIDER}`], ...parts })
    return Buffer.from(written(response({}, withSignature(made, idp)))).toString('base64')
  }
  const explain = (args: readonly string[], around: Surroundings = {}): Promise<Ended> =>
    commandLine(['explain', ...args, '--ready-file', readyFile], around)
  const explained = async (text: string, more: readonly string[] = []): Promise<Ended> => {
    writeFileSync(file, text)
    return await explain(['--saml-response', file, '--role', ROLE, '--provider', PROVIDER, ...more])
  }

  test('used wrongly it ends with 2, and shows nothing of what it read', async () => {
    const all = ['--saml-response', '-', '--role', ROLE, '--provider', PROVIDER]
    for (const args of [
      ['--saml-response', '/nowhere/response', '--role', ROLE, '--provider', PROVIDER],
      ['--saml-response', '-', '--role', ROLE],
      ['--saml-response', '-', '--provider', PROVIDER],
      ['--provider', PROVIDER],
      ['--asked'],
      ['AQtX', ...all],
      [...all, '--token-file', '-'],
      [...all, '--session-name', 'alice'],
      [...all, '--profile', 'alice'],
      ['--saml-response', '-', '--role', 'Engineer', '--provider', PROVIDER],
      ['--saml-response', '-', '--role', ROLE, '--provider', ROLE],
    ]) {
      const { status, stdout, stderr } = await commandLine(['explain', ...args, '--ready-file', readyFile], {
        input: 'the-secret',
      })
      assert.equal(status, 2, `${args.join(' ')}: ${stderr}`)
      assert.doesNotMatch(stdout + stderr, /secret/)
    }
    const asAlice = await commandLine(['explain', 'AQtX', '--show-personal', '--profile', 'alice'])
    assert.equal(asAlice.status, 2)
    assert.match((await explained('x'.repeat(400_001))).stderr, /holds no SAML response: it is too long\n$/)
  })

  test('a response that is refused is told check by check, ending in what would have to change', async () => {
    const { status, stdout, stderr } = await explained(posted({ audiences: [['https://sp.example.com']] }))
    assert.equal(stderr, '')
    assert.match(stdout, /^denied {3}sts:AssumeRoleWithSAML {2}\S+role\/Engineer\n/)
    assert.match(stdout, /\nanswer {3}InvalidIdentityToken: Response does not contain the required audience\.\n/)
    assert.match(stdout, /\n\|-- no {2}audience {6}"https:\/\/sp.example.com"\n/)
    assert.match(stdout, /\n {2}- Set the audience .* to "urn:amazon:webservices"/)
    assert.equal(status, 1)
  })

  test('names are masked, unless they are asked for', async () => {
    const text = posted({ nameId: 'mallory@corp.example' })
    const { stdout } = await explained(text)
    assert.match(stdout, /"m\*\*\*\*@corp.example"/)
    assert.doesNotMatch(stdout, /mallory/)
    assert.match((await explained(text, ['--show-personal'])).stdout, /\(it is "mallory@corp.example"\)/)
  })

  test('a provider that there is not is told as such', async () => {
    const { stdout, status } = await explained(posted(), ['--provider', PROVIDER.replace('corp', 'other')])
    assert.match(stdout, /because {2}the assertion's provider: account 111111111111 has no SAML provider/)
    assert.equal(status, 1)
  })

  for (const [rule, text, because] of [
    ['XML instead of base64', '<samlp:Response/>', 'XML itself, not base64 of it'],
    ['what is encoded for a URL', 'PHNhbWxwOlJlc3BvbnNl%2B%3D%3D', 'encoded for a URL: decode that first'],
  ] as const) {
    test(`tells ${rule}`, async () => assert.ok((await explained(text)).stdout.includes(because)))
  }

  test('a response that would be taken ends with 0, and is as good as before', async () => {
    const text = posted()
    for (const _twice of [1, 2]) {
      const taken = await explained(`${text}\n`)
      assert.equal(taken.status, 0, taken.stdout)
      assert.match(taken.stdout, /^allowed {2}sts:AssumeRoleWithSAML/)
    }
    const json = await explained(text, ['--json'])
    assert.equal(JSON.parse(json.stdout).allowed, true)
  })

  test('an answer to a sign-in counts where it is said that somebody asked', async () => {
    const text = posted({ confirmation: { InResponseTo: '_a' } })
    assert.match((await explained(text)).stdout, /because {2}the assertion's request: answers "_a"; nobody was asked/)
    const answer = written(
      response(
        { inResponseTo: '_a' },
        withSignature(
          assertion({
            nameId: PERSON,
            roles: [`${ROLE},${PROVIDER}`],
            confirmation: { InResponseTo: '_a' },
          }),
          idp,
        ),
      ),
    )
    assert.equal((await explained(Buffer.from(answer).toString('base64'), ['--asked'])).status, 0)
  })
})
