import { Argument, Option } from 'commander'
import { align } from './align.ts'
import { oneLine } from './ask.ts'
import { type AwsFlags, type AwsSettings, addAwsFlags, resolveAwsSettings } from './aws-settings.ts'
import type { CliCommand } from './cli-command.ts'
import type { CliContext } from './cli-context.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { callIam } from './iam-client.ts'
import { memberAt, textAt } from './json-members.ts'
import { callSts } from './sts-client.ts'

const EXAMPLE = `
Acts with the credentials of the environment, for their user unless --user names another.

enroll  Makes a virtual device, shows its QR code in the terminal, and asks for two codes that the app shows.
list    The devices of the user; with --all the virtual ones of the account, and whose they are.
remove  Takes a device from the user who has it, and deletes it. A hardware device is only taken.

Examples:
  rolecall mfa enroll
  rolecall mfa list --user alice
  rolecall mfa remove arn:aws:iam::111111111111:mfa/alice`

interface MfaFlags extends AwsFlags {
  readonly user?: string
  readonly name?: string
  readonly seed?: true
  readonly all?: true
  readonly json?: true
}

interface Asked {
  readonly settings: AwsSettings
  readonly serialNumber: string | undefined
  readonly flags: MfaFlags
  readonly context: CliContext
}

const ACTIONS: Readonly<Record<string, (asked: Asked) => Promise<void>>> = { enroll, list, remove }

/** `rolecall mfa`: MFA devices, by the actions of IAM. */
export const mfa: CliCommand = {
  configure(command) {
    command
      .addArgument(new Argument('<ACTION>', 'what to do').choices(Object.keys(ACTIONS)))
      .argument('[SERIAL]', 'serial number of the device to remove')
      .option('--user <NAME>', 'whose device, instead of the one whose credentials are used')
      .option('--name <NAME>', "enroll: the name of the device (default the user's)")
      .addOption(
        new Option('--seed', 'enroll: write the seed to standard output and show no QR code').conflicts('json'),
      )
      .addOption(new Option('--all', 'list: the virtual devices of the account').conflicts('user'))
      .option('--json', 'as JSON')
      .addHelpText('after', EXAMPLE)
    addAwsFlags(command)
  },

  async run(command, context) {
    const [action = '', serialNumber] = command.args
    const flags = command.opts<MfaFlags>()
    if ((action === 'remove') !== (serialNumber !== undefined)) {
      const says = serialNumber === undefined ? 'say which device to remove' : `${action} takes no serial number`
      throw new CliError(says, { status: WRONG_USAGE })
    }
    if (action === 'enroll' && !flags.seed && !context.stderr.isTTY) {
      throw new CliError(
        'A QR code has to be scanned from a terminal: --seed writes the seed to standard output instead',
        {
          status: WRONG_USAGE,
        },
      )
    }
    const settings = await resolveAwsSettings(flags, context.environment)
    await ACTIONS[action]?.({ settings, serialNumber, flags, context })
    return 0
  },
}

async function enroll({ settings, flags, context }: Asked): Promise<void> {
  const userName = flags.user ?? (await ownName(settings))
  const { enrollMfaDevice } = await import('./enroll-mfa-device.ts')
  const asked = { settings, userName, name: flags.name ?? userName, showsSeed: flags.seed === true }
  const serialNumber = await enrollMfaDevice(asked, context)
  const { stdout, stderr } = context
  if (flags.json) stdout.write(`${JSON.stringify({ UserName: userName, SerialNumber: serialNumber }, undefined, 2)}\n`)
  // Whoever reads the seed from standard output reads nothing else there.
  else (flags.seed ? stderr : stdout).write(`${userName} has the MFA device ${serialNumber}\n`)
}

async function list({ settings, flags: { user, all, json }, context: { stdout } }: Asked): Promise<void> {
  const asked = user === undefined ? {} : { UserName: user }
  const devices = all
    ? await pages('ListVirtualMFADevices', 'VirtualMFADevices', {}, settings)
    : await pages('ListMFADevices', 'MFADevices', asked, settings)
  const found = devices.map((device) => {
    const since = memberAt(device, 'EnableDate')
    return {
      SerialNumber: textAt(device, 'SerialNumber'),
      UserName: textAt(device, 'UserName') ?? textAt(device, 'User', 'UserName'),
      // Root has an ARN and no name.
      UserArn: textAt(device, 'User', 'Arn'),
      EnableDate: typeof since === 'number' ? new Date(since * 1000).toISOString() : undefined,
    }
  })
  if (json) {
    stdout.write(`${JSON.stringify(found, undefined, 2)}\n`)
    return
  }
  const rows = found.map(({ SerialNumber = '-', UserName, UserArn, EnableDate = '-' }) =>
    [SerialNumber, UserName ?? UserArn ?? '-', EnableDate].map(oneLine),
  )
  stdout.write(align([['SERIAL NUMBER', 'USER', 'ENABLED'], ...rows]))
}

async function remove({ settings, serialNumber = '', flags, context: { stdout } }: Asked): Promise<void> {
  const SerialNumber = serialNumber
  const UserName = flags.user ?? (await ownName(settings))
  const isVirtual = SerialNumber.startsWith('arn:')
  const isTaken = await callIam('DeactivateMFADevice', { UserName, SerialNumber }, settings).then(
    () => true,
    (error) => {
      // One that nobody has can still be deleted.
      if (!isVirtual || !(error instanceof CliError) || error.code !== 'NoSuchEntity') throw error
      return false
    },
  )
  if (isVirtual) {
    await callIam('DeleteVirtualMFADevice', { SerialNumber }, settings).catch((error) => {
      if (!(error instanceof CliError) || error.code !== 'DeleteConflict') throw error
      throw new CliError(`The device is not ${UserName}'s: say whose it is with --user (rolecall mfa list --all)`, {
        cause: error,
      })
    })
  }
  if (flags.json) {
    const done = { SerialNumber, UserName: isTaken ? UserName : undefined, deleted: isVirtual }
    stdout.write(`${JSON.stringify(done, undefined, 2)}\n`)
    return
  }
  const taken = isTaken ? `Taken from ${UserName}` : 'Nobody had it'
  stdout.write(`${taken}${isVirtual ? ', and deleted' : ''}: ${SerialNumber}\n`)
}

/** The name of the user whose credentials are used. */
async function ownName(settings: AwsSettings): Promise<string> {
  const arn = textAt(await callSts('GetCallerIdentity', {}, settings), 'Arn') ?? ''
  const [, userName] = /^arn:[^:]+:iam::[0-9]{12}:user\/(?:.*\/)?([^/]+)$/.exec(arn) ?? []
  if (userName !== undefined) return oneLine(userName)
  if (!arn.endsWith(':root')) throw new CliError("These credentials are no user's: say whose device it is with --user")
  throw new CliError(
    "AWS's API has no name for the root user: it has its devices in the console, or from a directory file (Root: VirtualMFADevices). For those of a user say --user",
  )
}

async function pages(
  action: string,
  member: string,
  parameters: Readonly<Record<string, string>>,
  settings: AwsSettings,
): Promise<readonly unknown[]> {
  const found: unknown[] = []
  for (let marker: string | undefined; ; ) {
    const page = await callIam(action, { ...parameters, ...(marker !== undefined && { Marker: marker }) }, settings)
    const listed = memberAt(page, member)
    if (!Array.isArray(listed)) throw new CliError('what answered is no broker of this version')
    found.push(...listed)
    const next = textAt(page, 'Marker')
    if (next === undefined || next === marker) return found
    marker = next
  }
}
