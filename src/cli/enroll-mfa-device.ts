import { otpauthUri, qrForTerminal } from '../domain/mfa/index.ts'
import { Secret } from '../model/index.ts'
import { oneLine } from './ask.ts'
import type { AwsSettings } from './aws-settings.ts'
import type { CliContext } from './cli-context.ts'
import { CliError } from './cli-error.ts'
import { callIam } from './iam-client.ts'
import { textAt } from './json-members.ts'
import { LineReader } from './line-reader.ts'

/** After the fifth the device would be locked. */
const MOST_TRIES = 4

/** Whose device it is to be, and how its seed gets into an app. */
interface Enrolling {
  readonly settings: AwsSettings
  readonly userName: string
  /** Of the device. */
  readonly name: string
  /** Whether the seed goes to standard output, instead of a QR code to the terminal. */
  readonly showsSeed: boolean
}

/**
 * Makes a virtual MFA device and enables it with two codes that are typed. One that does not get that far is deleted.
 * @returns its serial number
 * @throws {@link CliError}
 */
export async function enrollMfaDevice(
  { settings, userName, name, showsSeed }: Enrolling,
  { stdin, stdout, stderr }: Pick<CliContext, 'stdin' | 'stdout' | 'stderr'>,
): Promise<string> {
  const { serialNumber, seed } = await makeDevice(name, settings)
  const lines = new LineReader(stdin)
  try {
    if (showsSeed) stdout.write(`${seed.reveal()}\n`)
    else stderr.write(await qrForTerminal(otpauthUri({ name, holder: userName, seed })))
    stderr.write(`Add ${name} to an authenticator app, then type two codes that it shows one after the other.\n`)
    for (let tries = 1; ; tries++) {
      const code1 = await askCode('First code: ')
      const code2 = await askCode('Next code: ')
      const codes = { AuthenticationCode1: code1, AuthenticationCode2: code2 }
      const wrong = await enable({ UserName: userName, SerialNumber: serialNumber, ...codes }, settings)
      if (wrong === undefined) return serialNumber
      if (tries === MOST_TRIES) throw wrong
      stderr.write(`${wrong.message} The second code is the one right after the first: try again.\n`)
    }
  } catch (error) {
    // It is of no use to anybody, and would stand in the way of another of its name.
    await callIam('DeleteVirtualMFADevice', { SerialNumber: serialNumber }, settings).catch(() => {
      stderr.write(`The device is left behind: rolecall mfa remove ${serialNumber}\n`)
    })
    throw error
  } finally {
    await lines.close()
  }

  async function askCode(prompt: string): Promise<string> {
    for (;;) {
      stderr.write(prompt)
      const line = await lines.next()
      if (line === undefined) throw new CliError('No codes were typed, so no device was enrolled')
      const code = line.replaceAll(' ', '')
      if (/^[0-9]{6}$/.test(code)) return code
      stderr.write('A code is six digits.\n')
    }
  }
}

async function makeDevice(name: string, settings: AwsSettings) {
  const made = await callIam('CreateVirtualMFADevice', { VirtualMFADeviceName: name }, settings).catch((error) => {
    if (!(error instanceof CliError) || error.code !== 'EntityAlreadyExists') throw error
    throw new CliError(
      `There is an MFA device ${name} already: give this one another name with --name, or remove that one (rolecall mfa list --all)`,
      { cause: error },
    )
  })
  const serialNumber = textAt(made, 'VirtualMFADevice', 'SerialNumber')
  const blob = textAt(made, 'VirtualMFADevice', 'Base32StringSeed')
  if (serialNumber === undefined || blob === undefined) throw new CliError('what answered is no broker of this version')
  return { serialNumber: oneLine(serialNumber), seed: new Secret(Buffer.from(blob, 'base64').toString('latin1')) }
}

/** What is wrong with the codes; `undefined` when they are right. @throws {@link CliError} when it is something else */
async function enable(
  parameters: Readonly<Record<string, string>>,
  settings: AwsSettings,
): Promise<CliError | undefined> {
  try {
    await callIam('EnableMFADevice', parameters, settings)
    return undefined
  } catch (error) {
    if (error instanceof CliError && error.code === 'InvalidAuthenticationCode') return error
    throw error
  }
}
