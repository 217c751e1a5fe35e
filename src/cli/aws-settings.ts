import { loadSharedConfigFiles } from '@smithy/shared-ini-file-loader'
import type { Command } from 'commander'
import { Secret } from '../model/index.ts'
import { urlOf } from './ask.ts'
import { awsFiles } from './aws-files.ts'
import type { Environment } from './cli-context.ts'
import { CliError } from './cli-error.ts'
import { DEFAULTS } from './defaults.ts'

const DEFAULT_REGION = 'us-east-1'

/** The flags that say with what and where to call STS. */
export interface AwsFlags {
  readonly profile?: string
  readonly endpoint?: string
}

/** A long-term access key, or temporary credentials with their token. */
interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  readonly sessionToken: string | undefined
}

/** Where STS is called. */
interface AwsTarget {
  readonly endpoint: URL
  readonly region: string
}

/** What a call to STS takes. */
export interface AwsSettings extends AwsTarget {
  readonly credentials: AwsCredentials
}

type Profile = Readonly<Record<string, string | undefined>>

/** Gives a command the flags that say with what and where to call STS. */
export function addAwsFlags(command: Command): void {
  command
    .option('--profile <NAME>', "a profile of AWS's shared files instead of the environment's access key")
    .option('--endpoint <URL>', `the API (default AWS_ENDPOINT_URL_STS, the profile's, or ${DEFAULTS.api})`)
}

/**
 * Credentials, endpoint and region as the `aws` CLI finds them: flags, environment, profile. Of profiles only those
 * count that have an access key of their own.
 * @throws {@link CliError} when there are no credentials
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
 */
export async function resolveAwsSettings(flags: AwsFlags, environment: Environment): Promise<AwsSettings> {
  const { profile, ...target } = await resolveTarget(flags, environment)
  const given = flags.profile === undefined ? fromEnvironment(environment) : undefined
  return { ...target, credentials: given ?? fromProfile(profile, profileName(flags.profile, environment)) }
}

/** Endpoint and region alone, found likewise, and the profile that was looked at. */
export async function resolveTarget(
  flags: AwsFlags,
  environment: Environment,
): Promise<AwsTarget & { readonly profile: Profile | undefined }> {
  const { profile, endpoint } = await loadProfile(flags.profile, environment)
  return {
    endpoint: urlOf(flags.endpoint ?? environmentEndpoint(environment) ?? endpoint ?? DEFAULTS.api, 'The endpoint'),
    region: environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || profile?.['region'] || DEFAULT_REGION,
    profile,
  }
}

/** Where the variables of the environment send calls to STS; `undefined` when they do not say. */
export function environmentEndpoint(environment: Environment): string | undefined {
  return environment['AWS_ENDPOINT_URL_STS'] || environment['AWS_ENDPOINT_URL'] || undefined
}

/** A profile of the shared files, and where it sends calls to STS. */
export async function loadProfile(
  name: string | undefined,
  environment: Environment,
): Promise<{ readonly profile: Profile | undefined; readonly endpoint: string | undefined }> {
  const { credentials: filepath, config: configFilepath } = awsFiles(environment)
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ filepath, configFilepath, ignoreCache: true })
  const wanted = profileName(name, environment)
  const configured = section(configFile, wanted)
  const keys = section(credentialsFile, wanted)
  const profile = configured === undefined && keys === undefined ? undefined : { ...configured, ...keys }
  const services = section(configFile, `services.${profile?.['services']}`)
  return { profile, endpoint: services?.['sts.endpoint_url'] || profile?.['endpoint_url'] }
}

function profileName(name: string | undefined, environment: Environment): string {
  return name ?? (environment['AWS_PROFILE'] || 'default')
}

function section(file: Readonly<Record<string, Profile>>, name: string): Profile | undefined {
  return Object.hasOwn(file, name) ? file[name] : undefined
}

function fromEnvironment(environment: Environment): AwsCredentials | undefined {
  return credentialsOf(
    environment['AWS_ACCESS_KEY_ID'],
    environment['AWS_SECRET_ACCESS_KEY'],
    environment['AWS_SESSION_TOKEN'],
  )
}

function fromProfile(profile: Profile | undefined, name: string): AwsCredentials {
  const { aws_access_key_id, aws_secret_access_key, aws_session_token } = profile ?? {}
  const credentials = credentialsOf(aws_access_key_id, aws_secret_access_key, aws_session_token)
  if (credentials !== undefined) return credentials
  if (profile !== undefined) {
    throw new CliError(`The profile ${name} has no access key of its own, and only such profiles are read here`)
  }
  if (name !== 'default') throw new CliError(`There is no profile ${name} in AWS's shared files`)
  throw new CliError(
    'There are no credentials in this environment: eval "$(rolecall env PRINCIPAL)", or name a profile with --profile',
  )
}

function credentialsOf(id: string | undefined, secret: string | undefined, token: string | undefined) {
  if (!id || !secret) return undefined
  return { accessKeyId: id, secretAccessKey: new Secret(secret), sessionToken: token || undefined }
}
