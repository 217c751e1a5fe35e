import { type ExecFileException, execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Broker, startBroker } from '../../src/index.ts'

/** What a program printed and how it ended. */
export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** A broker on the quickstart directory whose clock can be moved, and a home folder for the clients. */
export interface Setting extends AsyncDisposable {
  readonly broker: Broker
  readonly home: string
  /** Runs a client's program with nothing in its environment but what it needs. */
  run(
    program: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    typed?: string,
  ): Promise<Outcome>
  /** Moves the clock that expiry sees. */
  advance(duration: string): Promise<void>
}

export const DEPLOYER = 'arn:aws:iam::222222222222:role/Deployer'
/** Where `alice` of `source` may assume a role of `target`. */
const QUICKSTART = fileURLToPath(new URL('../../examples/quickstart.yaml', import.meta.url))
export const SESSION = /^arn:aws:sts::222222222222:assumed-role\/Deployer\//

/** Starts a broker, and writes an AWS profile `alice` and a profile `deployer` that assumes the role from it. */
export async function startSetting(directory = QUICKSTART): Promise<Setting> {
  const broker = await startBroker({ directory, dev: true })
  const home = await mkdtemp(join(tmpdir(), 'rolecall-interop-'))
  const { credentials, region, endpoint } = await broker.as('source/alice')
  await writeFile(
    join(home, 'credentials'),
    `[alice]\naws_access_key_id = ${credentials.accessKeyId}\naws_secret_access_key = ${credentials.secretAccessKey}\n`,
  )
  await writeFile(
    join(home, 'config'),
    `[profile alice]\nregion = ${region}\n
[profile deployer]\nregion = ${region}\nrole_arn = ${DEPLOYER}\nsource_profile = alice\nexternal_id = quickstart\nrole_session_name = profile\n
[profile stranger]\nregion = ${region}\nrole_arn = ${DEPLOYER}\nsource_profile = alice\nexternal_id = guessed\n`,
  )
  const base = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    AWS_CONFIG_FILE: join(home, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'),
    AWS_ENDPOINT_URL_STS: endpoint,
    AWS_ENDPOINT_URL_IAM: endpoint,
    AWS_ENDPOINT_URL_CLOUDTRAIL: endpoint,
    AWS_EC2_METADATA_DISABLED: 'true',
  }
  return {
    broker,
    home,
    run: (program, args, env = {}, typed) => execute(program, args, { ...base, ...env }, undefined, typed),
    advance: (duration) => advance(broker, duration),
    async [Symbol.asyncDispose]() {
      await broker.stop()
      await rm(home, { recursive: true })
    },
  }
}

/** Moves the clock of a broker in development: the one that expiry sees. */
export async function advance(broker: Broker, duration: string): Promise<void> {
  const answer = await fetch(`${broker.addresses.admin}/clock`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${broker.operatorToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ advance: duration }),
  })
  if (!answer.ok) throw new Error(`the clock did not move: ${await answer.text()}`)
}

/** Whether a program can be run here: these tests are about other programs, which may not be installed. */
export async function isInstalled(program: string, ...args: readonly string[]): Promise<boolean> {
  const { status } = await execute(program, args, { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' })
  return status === 0
}

/** Runs a program with this environment and nothing else. @param typed - what it reads */
export function execute(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  timeout = 60_000,
  typed?: string,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const running = execFile(program, args, { env, timeout }, (error: ExecFileException | null, stdout, stderr) => {
      resolve({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr })
    })
    // A program that ends without reading is none that fails.
    running.stdin?.on('error', () => undefined)
    if (typed !== undefined) running.stdin?.end(typed)
  })
}
