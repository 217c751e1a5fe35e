import { Secret } from '../../model/index.ts'

/** What a device that shows codes is told of: what it is for, and its seed. */
interface Enrolment {
  /** Of the device. */
  readonly name: string
  /** Whose it is to be: a user's name, or the account while nobody has it. */
  readonly holder: string
  /** In Base32. */
  readonly seed: Secret
}

/**
 * What authenticator apps read to enrol a virtual device, as AWS's model of `QRCodePNG` has it.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_VirtualMFADevice.html
 */
export function otpauthUri({ name, holder, seed }: Enrolment): Secret {
  const label = `${encodeURIComponent(name)}@${encodeURIComponent(holder)}`
  return new Secret(`otpauth://totp/${label}?secret=${seed.reveal()}`)
}

/** A QR code as a PNG image. */
export async function qrPng(text: Secret): Promise<Buffer> {
  const { default: qrcode } = await import('qrcode')
  return await qrcode.toBuffer(text.reveal(), { type: 'png' })
}

/** A QR code for a terminal: black on white, whatever its colours are. */
export async function qrForTerminal(text: Secret): Promise<string> {
  const { default: qrcode } = await import('qrcode')
  const lines = await qrcode.toString(text.reveal(), { type: 'utf8' })
  return lines.replace(/^.+$/gm, '\u001b[30;107m$&\u001b[0m')
}
