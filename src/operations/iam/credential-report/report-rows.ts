import {
  type AccessKeyBody,
  type AccountBody,
  type LoginProfileBody,
  type PasswordPolicy,
  passwordExpiry,
  type UserBody,
} from '../../../domain/directory/index.ts'
import { type EpochMillis, iamArn, isoSeconds, rootArn } from '../../../model/index.ts'
import type { UsageStamp } from '../../../platform/storage/index.ts'

const KEY_COLUMNS = ['active', 'last_rotated', 'last_used_date', 'last_used_region', 'last_used_service'] as const
const COLUMNS = [
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  ...KEY_COLUMNS.map((column) => `access_key_1_${column}`),
  ...KEY_COLUMNS.map((column) => `access_key_2_${column}`),
  'cert_1_active',
  'cert_1_last_rotated',
  'cert_2_active',
  'cert_2_last_rotated',
]
const NOT_APPLICABLE = 'N/A'
const NO_INFORMATION = 'no_information'
const NOT_SUPPORTED = 'not_supported'
/** None are offered here. */
const NO_CERTIFICATES = ['false', NOT_APPLICABLE, 'false', NOT_APPLICABLE]

/** The first line of a report. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html */
export const REPORT_HEADER = COLUMNS.join(',')

/** An access key, and its last use if it was used. */
export interface ReportedKey extends Pick<AccessKeyBody, 'status' | 'createdAt'> {
  readonly used?: UsageStamp
}

/** When a password was set, the policy that it is under, and its last use if it was used. */
export interface ReportedPassword extends Pick<LoginProfileBody, 'changedAt'> {
  readonly policy?: PasswordPolicy | undefined
  readonly used?: UsageStamp | undefined
}

/** What somebody proves themselves with beside a password. */
export interface ReportedProofs {
  readonly keys: readonly ReportedKey[]
  readonly hasMfa: boolean
}

/**
 * The line of the root user: whether it has a password is not told, as at AWS.
 * @param passwordUsed - when it signed in last
 */
export function rootRow(
  { id, createdAt }: AccountBody,
  proofs: ReportedProofs,
  passwordUsed: UsageStamp | undefined,
  partition: string,
): string {
  const lastUsed = passwordUsed === undefined ? NO_INFORMATION : date(passwordUsed.usedAt)
  const password = [NOT_SUPPORTED, lastUsed, NOT_SUPPORTED, NOT_SUPPORTED]
  return line(['<root_account>', rootArn(partition, id), date(createdAt), ...password, ...proofColumns(proofs)])
}

/** The line of a user. */
export function userRow(
  { account, path, userName, createdAt }: UserBody,
  proofs: ReportedProofs,
  password: ReportedPassword | undefined,
  partition: string,
): string {
  const arn = iamArn(partition, account, 'user', path, userName)
  const columns =
    password === undefined
      ? ['false', NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE]
      : [
          'true',
          password.used === undefined ? NO_INFORMATION : date(password.used.usedAt),
          date(password.changedAt),
          date(passwordExpiry(password, password.policy)),
        ]
  return line([userName, arn, date(createdAt), ...columns, ...proofColumns(proofs)])
}

function proofColumns({ keys, hasMfa }: ReportedProofs): readonly string[] {
  return [String(hasMfa), ...keyColumnsOf(keys[0]), ...keyColumnsOf(keys[1]), ...NO_CERTIFICATES]
}

function keyColumnsOf(reported: ReportedKey | undefined): readonly string[] {
  if (reported === undefined) return ['false', NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE]
  const { status, createdAt, used } = reported
  return [
    String(status === 'Active'),
    date(createdAt),
    date(used?.usedAt),
    used?.region ?? NOT_APPLICABLE,
    used?.service ?? NOT_APPLICABLE,
  ]
}

function date(instant: EpochMillis | undefined): string {
  return instant === undefined ? NOT_APPLICABLE : isoSeconds(instant).replace('Z', '+00:00')
}

/** A name can hold a comma, and no quotation mark. */
function line(values: readonly string[]): string {
  return values.map((value) => (value.includes(',') ? `"${value}"` : value)).join(',')
}
