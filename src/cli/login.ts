import { fileURLToPath } from 'node:url'
import { Option } from 'commander'
import type { CliCommand } from './cli-command.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { DEFAULTS } from './defaults.ts'
import { LoginCache, type SessionCredentials } from './login-cache.ts'
import { loginCredentials } from './login-credentials.ts'
import { type LoginFlags, type LoginSettings, loginSettings } from './login-settings.ts'
import type { SignInWay } from './sign-in.ts'

const EXAMPLE = `
Examples:
  rolecall login --provider https://idp.example.com --client-id aws --role arn:aws:iam::111111111111:role/Engineer --profile engineer
  aws --profile engineer sts get-caller-identity
  rolecall login --provider https://idp.example.com --client-id aws --role arn:aws:iam::111111111111:role/Engineer --device
  rolecall login --saml my-company/corp --role arn:aws:iam::111111111111:role/Engineer --profile engineer`

/** What is said to an OpenID Connect provider, and to no other. */
const OF_OIDC = [
  'provider',
  'clientId',
  'clientSecretFile',
  'scope',
  'sessionName',
  'duration',
  'device',
  'redirectUri',
]

interface Flags extends LoginFlags, SignInWay {
  readonly profile?: string
}

/**
 * `rolecall login`: has somebody sign in at an OpenID Connect or SAML provider and prints credentials of a role, as a
 * credential process does. Until they end, and as long as the provider refreshes them, it asks nobody.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export const login: CliCommand = {
  configure(command) {
    command
      .option('--provider <URL>', 'the OpenID Connect provider, as its tokens have it in iss')
      .option('--client-id <ID>', 'the client that is registered there')
      .addOption(
        new Option('--saml <ACCOUNT/PROVIDER>', "a SAML provider instead, by the broker's pages").conflicts(OF_OIDC),
      )
      .requiredOption('--role <ARN>', 'the role to assume')
      .option('--client-secret-file <FILE>', 'where the secret of the client stands, if it has one')
      .option('--scope <SCOPES>', 'what the provider is asked for (default openid, and offline_access where offered)')
      .option('--session-name <NAME>', 'how the session is called in logs', 'rolecall-login')
      .option('--duration <SECONDS>', "how long the session lasts (default the API's: 3600)")
      .option('--endpoint <URL>', `the API (default AWS_ENDPOINT_URL_STS, the profile's, or ${DEFAULTS.api})`)
      .option('--no-browser', 'show the address, and open nothing')
      .option(
        '--redirect-uri <URL>',
        'where the browser comes back to (default http://127.0.0.1/callback, on any port)',
      )
      .addOption(new Option('--device', 'sign in on another device').conflicts(['browser', 'redirectUri']))
      .option('--profile <NAME>', "write a profile that signs in so into AWS's shared files")
      .addHelpText('after', EXAMPLE)
  },

  async run(command, context) {
    const flags = command.opts<Flags>()
    const { environment, stdout, stderr } = context
    const { login, region } = await loginSettings(flags, environment)
    const { profile } = flags
    if (profile === undefined) {
      stdout.write(printed(await loginCredentials(login, await LoginCache.open(environment), flags, context)))
      return 0
    }
    const credentialProcess = commandLine(login, flags)
    const { claimProfile, writeProfile } = await import('./write-profile.ts')
    // Before anybody takes the trouble to sign in.
    await claimProfile(profile, environment)
    await loginCredentials(login, await LoginCache.open(environment), flags, context)
    const files = await writeProfile(profile, { endpoint: login.endpoint, region, credentialProcess }, environment)
    stderr.write(`Wrote the profile ${profile} to ${files.config}.\n`)
    stdout.write(`aws --profile ${profile} sts get-caller-identity\n`)
    return 0
  },
}

function printed({ accessKeyId, secretAccessKey, sessionToken, expiration }: SessionCredentials): string {
  const credentials = {
    Version: 1,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey.reveal(),
    SessionToken: sessionToken.reveal(),
    Expiration: expiration,
  }
  return `${JSON.stringify(credentials)}\n`
}

type Options = readonly (readonly [string, string | undefined])[]

function optionsOf(login: LoginSettings): Options {
  const role = ['role', login.role] as const
  if (login.saml !== undefined) return [['saml', login.saml], role]
  return [
    ['provider', login.provider],
    ['client-id', login.clientId],
    role,
    ['client-secret-file', login.clientSecretFile],
    ['scope', login.scope],
    ['session-name', login.sessionName],
    ['duration', login.duration],
  ]
}

/** This command once more, for AWS's clients: some ask a shell, some only split words as one does. */
function commandLine(login: LoginSettings, { device, browser, redirectUri }: SignInWay): string {
  const program = fileURLToPath(new URL('../../bin/rolecall.js', import.meta.url))
  const options: Options = [...optionsOf(login), ['endpoint', login.endpoint], ['redirect-uri', redirectUri]]
  const words = [process.execPath, program, 'login']
  for (const [name, value] of options) if (value !== undefined) words.push(`--${name}`, value)
  if (device) words.push('--device')
  else if (!browser) words.push('--no-browser')
  const line = words.map(quoted).join(' ')
  // What follows would be a comment to one reader of the files, and not to another.
  if (/[^\x20-\x7e]|\s[#;]/.test(line)) {
    throw new CliError("AWS's shared files cannot hold this command: choose a name without spaces for its files", {
      status: WRONG_USAGE,
    })
  }
  return line
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
