import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { startTestBroker, type TestBroker } from '../../src/testing/index.ts'
import { followTo, providerKey, type RealIssuer, startRealIssuer, TERMINAL } from './real-issuer.ts'

const ROLECALL = new URL('../../bin/rolecall.js', import.meta.url).pathname
const ACCOUNT = '111111111111'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Engineer`
/** Who is trusted. */
export const PERSON = 'alice'
/** Whom sessions of the role are called, if nobody says otherwise. */
export const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/Engineer/rolecall-login`

/** How a command ended, and what it wrote. */
interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** A command that is running. */
interface Running {
  /** The first address that it tells which fits. */
  address(fits: RegExp): Promise<string>
  readonly ended: Promise<Ended>
}

/** A provider, a broker that trusts it, and somebody's home. */
export interface LoginSetting extends AsyncDisposable {
  readonly provider: RealIssuer
  readonly broker: TestBroker
  readonly home: string
  readonly environment: Readonly<Record<string, string>>
  /** Runs `rolecall login` for the role, as a program of its own. */
  login(...args: readonly string[]): Running
  /** The same, and signs somebody in as a browser would if no page asked for anything. */
  signIn(person: string, ...args: readonly string[]): Promise<Ended>
  /** Whom the broker takes credentials for, as they were printed. */
  whoami(stdout: string): Promise<string | undefined>
  /** Lets the credentials that are kept end now. */
  expire(): Promise<void>
}

/** Starts them. */
export async function startLoginSetting(): Promise<LoginSetting> {
  await using opened = new AsyncDisposableStack()
  const provider = opened.use(await startRealIssuer(await providerKey('first')))
  const host = provider.issuer.replace('http://', '')
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${host}` },
    Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
    Condition: { StringEquals: { [`${host}:aud`]: TERMINAL, [`${host}:sub`]: PERSON } },
  }
  const account = {
    Id: ACCOUNT,
    OIDCProviders: [{ Url: provider.issuer, ClientIdList: [TERMINAL] }],
    Roles: [{ RoleName: 'Engineer', AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: statement } }],
  }
  const federation = { localIssuers: [provider.issuer] }
  const broker = opened.use(await startTestBroker({ federation, directory: { Accounts: [account] } }))
  const home = await mkdtemp(join(tmpdir(), 'rolecall-login-'))
  opened.defer(() => rm(home, { recursive: true }))
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    AWS_ENDPOINT_URL_STS: broker.endpoint,
    AWS_EC2_METADATA_DISABLED: 'true',
  }
  const held = opened.move()
  const setting: LoginSetting = {
    provider,
    broker,
    home,
    environment,
    login(...args) {
      const client = ['--provider', provider.issuer, '--client-id', TERMINAL, '--role', ROLE]
      return start(['login', ...client, ...args], environment, held)
    },
    async signIn(person, ...args) {
      provider.person = person
      const running = setting.login('--no-browser', ...args)
      const address = await running.address(/\/auth\?/)
      const back = await followTo(address, new URL(address).searchParams.get('redirect_uri') ?? '')
      // Not by fetch, which says that it is a script.
      await new Promise((resolve, reject) => get(back, { agent: false }, resolve).on('error', reject))
      return await running.ended
    },
    async whoami(stdout) {
      const {
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        SessionToken: sessionToken,
      } = JSON.parse(stdout)
      const credentials = { accessKeyId, secretAccessKey, sessionToken }
      const sts = new STSClient({ endpoint: broker.endpoint, region: 'us-east-1', credentials })
      return (await sts.send(new GetCallerIdentityCommand())).Arn
    },
    async expire() {
      const folder = join(home, '.cache', 'rolecall', 'logins')
      for (const name of (await readdir(folder)).filter((file) => file.endsWith('.json'))) {
        const kept = await readFile(join(folder, name), 'utf8')
        await writeFile(join(folder, name), kept.replace(/"expiration":"[^"]*"/, '"expiration":"2000-01-01T00:00:00Z"'))
      }
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
  return setting
}

function start(args: readonly string[], env: Readonly<Record<string, string>>, held: AsyncDisposableStack): Running {
  // Without the terminal of whoever runs the tests: it would be told what to do.
  const child = spawn(process.execPath, [ROLECALL, ...args], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  held.defer(() => void child.kill())
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    told += chunk
  })
  const ended = Promise.all([once(child, 'close'), text(child.stdout)]).then(([[status], stdout]) => ({
    status: Number(status),
    stdout,
    stderr: told,
  }))
  return {
    ended,
    async address(fits) {
      for (;;) {
        const found = told.match(/https?:\/\/\S+(?=\n)/g)?.find((address) => fits.test(address))
        if (found !== undefined) return found
        const over = await Promise.race([once(child.stderr, 'data'), ended])
        if (!Array.isArray(over)) throw new Error(`ended with ${over.status}: ${over.stderr}`)
      }
    },
  }
}
