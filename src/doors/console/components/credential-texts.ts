import { type ClientSettings, clientEnvironment } from '../../../model/index.ts'

/** Temporary credentials as clients take them. */
export interface ShownCredentials extends ClientSettings {
  /** When they end, in ISO 8601. */
  readonly expiration: string
  /** A name for the profile of AWS's shared files: letters, digits and `. _ @ + -`. */
  readonly profile: string
}

/** One way of writing credentials down. */
export interface CredentialText {
  readonly id: string
  readonly title: string
  /** Where it goes. */
  readonly use: string
  readonly text: string
}

/** Credentials in the ways in which clients take them; only the services that are spoken here are redirected. */
export function credentialTexts(shown: ShownCredentials): readonly CredentialText[] {
  const variables = Object.entries(clientEnvironment(shown))
  return [
    {
      id: 'environment',
      title: 'macOS and Linux',
      use: 'Paste into a terminal.',
      text: variables.map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`).join('\n'),
    },
    {
      id: 'powershell',
      title: 'Windows PowerShell',
      use: 'Paste into PowerShell.',
      text: variables.map(([name, value]) => `$Env:${name}='${value.replaceAll("'", "''")}'`).join('\n'),
    },
    {
      id: 'profile',
      title: 'Profile',
      use: `Add to ~/.aws/config, then: aws --profile ${shown.profile} sts get-caller-identity`,
      text: profileText(shown),
    },
    {
      id: 'json',
      title: 'JSON',
      use: 'As a credential_process prints it.',
      text: jsonText(shown),
    },
  ]
}

/** @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
function profileText({ endpoint, region, credentials, profile }: ShownCredentials): string {
  const services = `rolecall-${profile}`
  return [
    `[profile ${profile}]`,
    `aws_access_key_id = ${credentials.accessKeyId}`,
    `aws_secret_access_key = ${credentials.secretAccessKey}`,
    `aws_session_token = ${credentials.sessionToken}`,
    `region = ${region}`,
    `services = ${services}`,
    '',
    `[services ${services}]`,
    ...['sts', 'iam', 'cloudtrail'].flatMap((service) => [`${service} =`, `  endpoint_url = ${endpoint}`]),
  ].join('\n')
}

/** @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html */
function jsonText({ credentials, expiration }: ShownCredentials): string {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  return JSON.stringify(
    {
      Version: 1,
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: expiration,
    },
    null,
    2,
  )
}
