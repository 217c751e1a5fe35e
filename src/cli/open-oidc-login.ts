import { open } from 'node:fs/promises'
import { OidcLogin } from '../domain/login/index.ts'
import { Secret } from '../model/index.ts'
import { personalHttp } from '../platform/outbound-http.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { textAt } from './json-members.ts'
import type { OidcSettings } from './login-settings.ts'

const MOST_BYTES = 4096

/** Asks a provider how one signs in there. @throws `LoginError`; {@link CliError} when there is no secret in the file */
export async function openOidcLogin({ provider, clientId, clientSecretFile, scope }: OidcSettings): Promise<OidcLogin> {
  const clientSecret = clientSecretFile === undefined ? undefined : await readSecret(clientSecretFile)
  return await OidcLogin.discover({ issuer: provider, clientId, clientSecret, scope }, personalHttp())
}

/** What stands in a file, without the line end that editors leave. */
async function readSecret(path: string): Promise<Secret> {
  const buffer = Buffer.alloc(MOST_BYTES + 1)
  try {
    await using file = await open(path)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
    const text = buffer.toString('utf8', 0, bytesRead).replace(/\r?\n$/, '')
    if (text !== '' && bytesRead <= MOST_BYTES) return new Secret(text)
  } catch (cause) {
    throw new CliError(`${path} cannot be read (${textAt(cause, 'code')})`, { status: WRONG_USAGE, cause })
  }
  throw new CliError(`${path} holds no client secret`, { status: WRONG_USAGE })
}
