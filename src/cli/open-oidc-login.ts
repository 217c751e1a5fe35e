import { OidcLogin } from '../domain/login/index.ts'
import { personalHttp } from '../platform/outbound-http.ts'
import { readSecretFile } from '../platform/secret-file.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import type { OidcSettings } from './login-settings.ts'

/** Asks a provider how one signs in there. @throws `LoginError`; {@link CliError} when there is no secret in the file */
export async function openOidcLogin({ provider, clientId, clientSecretFile, scope }: OidcSettings): Promise<OidcLogin> {
  const clientSecret = clientSecretFile === undefined ? undefined : await readSecretFile(clientSecretFile).catch(refuse)
  return await OidcLogin.discover({ issuer: provider, clientId, clientSecret, scope }, personalHttp())
}

function refuse(cause: Error): never {
  throw new CliError(cause.message, { status: WRONG_USAGE, cause })
}
