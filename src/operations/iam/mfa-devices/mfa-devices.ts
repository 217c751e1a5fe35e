import {
  type Directory,
  type Edit,
  type MfaDeviceBody,
  mfaDeviceKey,
  mfaSealOf,
  type Records,
} from '../../../domain/directory/index.ts'
import {
  type AccountCaller,
  type AccountId,
  iamArn,
  mustMatch,
  NoSuchEntity,
  rootArn,
  ValidationError,
  type Violation,
} from '../../../model/index.ts'
import type { Access } from '../../../pipeline/authorization/index.ts'
import { existingUser } from '../existing.ts'
import { existingUserName } from '../iam-types.ts'
import { onNamed } from '../targets.ts'
import { userNameOr } from '../users/users.ts'

/** The name by which the root user means itself in the console. No user can be called so. */
const ROOT_USER = 'AWS ROOT USER'

/** What is wrong with it for everybody else. */
const [NO_NAME = ''] = mustMatch('[\\w+=,.@-]+').constraints

/** `UserName` of whoever has a device, or is to have it. */
export function holderParameter(value: string): string | Violation {
  return value === ROOT_USER ? value : existingUserName(value)
}

/** Whom an MFA device is enabled for: a user, or root, which has the id of its account and no name. */
export interface MfaHolder {
  readonly uniqueId: string
  readonly userName: string | undefined
}

/**
 * The name of the user that an action is on; `undefined` for root, who manages its own devices in the console only: AWS's
 * API has no name for it.
 * @throws {@link ValidationError} when nobody is named and no user signed, or root is and is not in the console
 */
export function holderName(named: string | undefined, caller: AccountCaller): string | undefined {
  if (named !== ROOT_USER) return userNameOr(named, caller)
  if (caller.kind === 'root' && caller.session?.fromConsole) return undefined
  throw new ValidationError(`1 validation error detected: Value at 'userName' failed to satisfy constraint: ${NO_NAME}`)
}

/** The user of that name, or root. @throws NoSuchEntity */
export async function existingHolder(
  records: Records,
  account: AccountId,
  userName: string | undefined,
): Promise<MfaHolder> {
  if (userName === undefined) return { uniqueId: account, userName }
  return await existingUser(records, account, userName)
}

/** The access that an action on somebody's devices needs. */
export async function onHolder(
  action: string,
  userName: string | undefined,
  caller: AccountCaller,
  directory: Directory,
): Promise<readonly Access[]> {
  if (userName !== undefined) return await onNamed(action, 'user', userName, caller, directory)
  return [{ action, resource: rootArn(directory.partition, caller.account) }]
}

/** The access that an action on a device itself needs. One that is no ARN is taken for the name of a virtual device. */
export async function onDevice(
  action: string,
  serialNumber: string,
  { account }: AccountCaller,
  directory: Directory,
  context: NonNullable<Access['context']> = new Map(),
): Promise<readonly Access[]> {
  const device = await directory.mfaDevices.find(account, serialNumber)
  const resource = isVirtual(serialNumber)
    ? serialNumber
    : iamArn(directory.partition, account, 'mfa', '/', serialNumber)
  return [{ action, resource, resourceTags: device?.tags ?? [], context }]
}

/** Whether a device is one that IAM made: those have ARNs for serial numbers. */
export function isVirtual(serialNumber: string): boolean {
  return serialNumber.startsWith('arn:')
}

/** The device of the account with exactly that serial number, virtual or hardware. @throws {@link NoSuchEntity} */
export async function existingDevice(
  records: Records,
  account: AccountId,
  serialNumber: string,
): Promise<MfaDeviceBody> {
  const device = await records.stored('mfa-device', mfaDeviceKey(account, serialNumber))
  if (device?.serialNumber === serialNumber) return device
  throw new NoSuchEntity(`VirtualMFADevice with serial number ${serialNumber} doesn't exist.`)
}

/** The virtual device of the account with exactly that serial number. @throws {@link NoSuchEntity} */
export async function existingVirtualDevice(
  records: Records,
  account: AccountId,
  serialNumber: string,
): Promise<MfaDeviceBody> {
  const device = await existingDevice(records, account, serialNumber)
  if (isVirtual(serialNumber)) return device
  throw new NoSuchEntity(`VirtualMFADevice with serial number ${serialNumber} doesn't exist.`)
}

/** The device with that serial number that somebody has. @throws {@link NoSuchEntity} also for one of somebody else */
export async function deviceOf(
  records: Records,
  account: AccountId,
  { uniqueId }: MfaHolder,
  serialNumber: string,
): Promise<MfaDeviceBody> {
  const device = await existingDevice(records, account, serialNumber)
  if (device.enabled?.holder === uniqueId) return device
  throw new NoSuchEntity('MFA Device invalid for user.')
}

/** Stores a device as it is from now on. */
export function putDevice(edit: Edit, device: MfaDeviceBody): void {
  const { account, serialNumber } = device
  edit.put('mfa-device', mfaDeviceKey(account, serialNumber), account, device, mfaSealOf(device))
}
