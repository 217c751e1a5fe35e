/** The services that are offered here, as AWS's reports call them; what policies allow of others is never accessed. */
export const SERVICE_NAMES: ReadonlyMap<string, string> = new Map([
  ['cloudtrail', 'AWS CloudTrail'],
  ['iam', 'AWS Identity and Access Management'],
  ['sts', 'AWS Security Token Service'],
])

/** What reports call a service: its prefix, where the name that AWS gives it is not known. */
export function serviceName(namespace: string): string {
  return SERVICE_NAMES.get(namespace) ?? namespace
}
