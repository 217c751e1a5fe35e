import { mkdir, realpath } from 'node:fs/promises'
import { devNull } from 'node:os'
import { dirname } from 'node:path'
import type { ClientSettings } from '../model/index.ts'
import { readFileIfPresent, writePrivateFile } from '../platform/private-file.ts'
import { type AwsFiles, awsFiles } from './aws-files.ts'
import type { Environment } from './cli-context.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { IniFile } from './ini-file.ts'

/** What the shared files call the services that are spoken here. */
const SERVICES = ['sts', 'iam', 'cloudtrail']

/** What a profile leads to, and how its clients get credentials there: a key, or a command that prints some. */
type ProfileSettings =
  | Pick<ClientSettings, 'endpoint' | 'region' | 'credentials'>
  | (Pick<ClientSettings, 'endpoint' | 'region'> & { readonly credentialProcess: string })

/**
 * Writes a profile into AWS's shared files, or renews one that was written here, so that `aws --profile NAME sts ...`
 * reaches this broker; only STS is redirected. Everything else in the files stays as it is, byte for byte.
 * @throws {@link CliError} rather than overwrite a profile that is somebody's own: its key could not be had back
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export async function writeProfile(
  name: string,
  settings: ProfileSettings,
  environment: Environment,
): Promise<AwsFiles> {
  const { files, credentials, config, inConfig, services } = await claimProfile(name, environment)
  const { endpoint, region } = settings
  const command = 'credentialProcess' in settings ? settings.credentialProcess : undefined
  const key = 'credentials' in settings ? settings.credentials : undefined
  const newConfig = config
    .with(inConfig, { region, services, credential_process: command })
    .with(
      [`services ${services}`],
      Object.fromEntries(SERVICES.map((service) => [service, `\n  endpoint_url = ${endpoint}`])),
    )
  // The key last: a profile that has one must already lead here.
  await writeIni(files.config, newConfig)
  if (key === undefined && !credentials.has([name])) return files
  const newCredentials = credentials.with([name], {
    aws_access_key_id: key?.accessKeyId,
    aws_secret_access_key: key?.secretAccessKey,
    aws_session_token: undefined,
  })
  await writeIni(files.credentials, newCredentials)
  return files
}

/** Finds out whether a profile may be written, and reads what there is. @throws {@link CliError} when it may not */
export async function claimProfile(name: string, environment: Environment) {
  if (!/^[A-Za-z0-9][\w.@+-]{0,63}$/.test(name)) {
    throw new CliError('A profile is named with letters, digits and . _ @ + -', { status: WRONG_USAGE })
  }
  const files = awsFiles(environment)
  const credentials = await readIni(files.credentials)
  const config = await readIni(files.config)
  const inConfig = name === 'default' ? ['default', 'profile default'] : [`profile ${name}`]
  const services = `rolecall-${name}`
  const ours = config.value(inConfig, 'services') === services
  if (!ours && (credentials.has([name]) || config.has(inConfig))) {
    throw new CliError(
      `There is a profile ${name} that Rolecall did not write: choose another name, or remove it first`,
    )
  }
  return { files, credentials, config, inConfig, services }
}

async function readIni(path: string): Promise<IniFile> {
  // As the environment of a machine has it: written to, as root, it would be a device no more.
  if (path === devNull) {
    throw new CliError(`${path} stands for AWS's shared files here: unset AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE`)
  }
  return new IniFile((await readFileIfPresent(path)) ?? '')
}

async function writeIni(path: string, { text }: IniFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  // A link stays one: the file it leads to is replaced.
  const target = await realpath(path).catch(() => path)
  await writePrivateFile(target, text)
}
