import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Signer } from '../saml/certificates.ts'

const PHP = '/usr/bin/php'
const WWW = '/usr/share/simplesamlphp/www'
/** Somebody whom the provider knows. */
export const PERSON = { username: 'alice', password: 'alices-password' } as const

/** Why there is no such provider here; `false` where there is one. */
export const noSimpleSamlPhp = existsSync(WWW) && existsSync(PHP) ? false : 'simplesamlphp is not installed'

/** SimpleSAMLphp as Debian has it: an identity provider in which nothing is ours. */
export interface SimpleSamlPhp extends AsyncDisposable {
  readonly metadata: string
  /** Imports the metadata of a service, and knows AWS's name for the same service. */
  trusts(serviceMetadata: string, acs: string): Promise<void>
  /** Where a sign-in begins at the provider. */
  readonly startUrl: string
}

/** What it says of {@link PERSON}. */
type Attributes = Readonly<Record<string, readonly string[]>>

/**
 * Starts one, on another site than the brokers of tests have: `localhost` is none of `127.0.0.1`.
 * @see https://simplesamlphp.org/docs/1.19/simplesamlphp-idp.html
 */
export async function startSimpleSamlPhp(
  { privateKey, certificate }: Signer,
  attributes: Attributes,
): Promise<SimpleSamlPhp> {
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-idp-'))
  opened.defer(() => rm(folder, { recursive: true }))
  const port = await freePort()
  const origin = `http://localhost:${port}`
  for (const name of ['metadata', 'log', 'temporary', 'sessions']) await mkdir(join(folder, name))
  const pem = `-----BEGIN CERTIFICATE-----\n${certificate.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
  await writeFile(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await writeFile(join(folder, 'certificate.pem'), pem)
  await writeFile(
    join(folder, 'config.php'),
    php('config', {
      baseurlpath: `${origin}/`,
      certdir: folder,
      metadatadir: join(folder, 'metadata'),
      tempdir: join(folder, 'temporary'),
      loggingdir: join(folder, 'log'),
      'logging.handler': 'file',
      secretsalt: 'of-a-test',
      'auth.adminpassword': 'of-a-test-too',
      'enable.saml20-idp': true,
      'module.enable': { exampleauth: true, core: true, saml: true },
      'session.cookie.secure': false,
      'session.phpsession.savepath': join(folder, 'sessions'),
      'store.type': 'phpsession',
      'metadata.sources': [{ type: 'flatfile', directory: join(folder, 'metadata') }],
    }),
  )
  await writeFile(
    join(folder, 'authsources.php'),
    php('config', {
      people: { 0: 'exampleauth:UserPass', [`${PERSON.username}:${PERSON.password}`]: attributes },
    }),
  )
  await writeFile(
    join(folder, 'metadata', 'saml20-idp-hosted.php'),
    php('metadata', {
      [`${origin}/idp`]: {
        host: '__DEFAULT__',
        privatekey: 'key.pem',
        certificate: 'certificate.pem',
        auth: 'people',
        'signature.algorithm': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
        'saml20.sign.response': true,
        'saml20.sign.assertion': true,
      },
    }),
  )
  const server = spawn(PHP, ['-S', `127.0.0.1:${port}`, '-t', WWW], {
    env: { PATH: process.env['PATH'] ?? '', SIMPLESAMLPHP_CONFIG_DIR: folder, PHP_CLI_SERVER_WORKERS: '2' },
    stdio: 'ignore',
  })
  opened.defer(() => void server.kill())
  const metadata = await readSoon(`http://127.0.0.1:${port}/saml2/idp/metadata.php`)
  const held = opened.move()
  return {
    metadata,
    startUrl: `${origin}/saml2/idp/SSOService.php?spentityid=urn:amazon:webservices`,
    async trusts(serviceMetadata, acs) {
      await writeFile(join(folder, 'service.xml'), serviceMetadata)
      const file = JSON.stringify(join(folder, 'service.xml'))
      const imported = `$service = \\SimpleSAML\\Metadata\\SAMLParser::parseFile(${file})->getMetadata20SP();`
      const known = php('metadata', { 'urn:amazon:webservices': { AssertionConsumerService: acs } })
      const text = `${known}\n${imported}\n$metadata[$service['entityid']] = $service;\n`
      await writeFile(join(folder, 'metadata', 'saml20-sp-remote.php'), text)
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

/** A file that sets a variable. JSON is nearly PHP: its arrays are read by PHP itself. */
function php(name: string, value: object): string {
  const json = Buffer.from(JSON.stringify(value)).toString('base64')
  return `<?php\n$${name} = json_decode(base64_decode('${json}'), true);`
}

/** The provider has to know its port before it listens. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

async function readSoon(url: string): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return await answer.text()
    await sleep(100)
  }
  throw new Error(`${url} does not answer`)
}
