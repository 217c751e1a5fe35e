import type { Directory, MfaDeviceView } from '../../domain/directory/index.ts'
import { codeShown } from '../../domain/mfa/index.ts'
import { accountId, NoSuchEntity, parseArn, Secret, Violation } from '../../model/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'
import { findPrincipal } from './find-principal.ts'

interface GetMfaCodeInput {
  /** The ARN of a virtual device; or that of a user or of an account's root, or `ALIAS/NAME`: then their first device. */
  readonly of: string
}

/**
 * The one-time code that an MFA device shows now, whether or not it was used. For brokers in tests: no door leads to it.
 * @throws {@link NoSuchEntity}
 */
export const getMfaCode = defineOperatorOperation<GetMfaCodeInput, { readonly code: Secret }>({
  action: 'rolecall:GetMfaCode',
  grants: true,
  requires: () => [{ action: 'rolecall:GetMfaCode', resource: '*' }],

  async perform({ input: { of }, facts }, { directory }) {
    const device = (await deviceWith(of, directory)) ?? (await deviceOf(of, directory))
    if (device === undefined) throw new NoSuchEntity(`${of} is no MFA device, and nobody who has one.`)
    return { code: new Secret(codeShown(device.seed, facts.now)) }
  },

  details: ({ of }) => ({ requestParameters: { of } }),
})

async function deviceWith(serialNumber: string, { mfaDevices }: Directory): Promise<MfaDeviceView | undefined> {
  const account = accountId(parseArn(serialNumber)?.account ?? '')
  return account instanceof Violation ? undefined : await mfaDevices.find(account, serialNumber)
}

async function deviceOf(principal: string, directory: Directory): Promise<MfaDeviceView | undefined> {
  const found = await findPrincipal(principal, directory)
  if (found === undefined || found.kind === 'role') return undefined
  const [device] = await directory.mfaDevices.of(found.kind === 'user' ? found.user.uniqueId : found.account)
  return device
}
