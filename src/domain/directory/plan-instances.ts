import { type AccountId, type EpochMillis, epochMillis, type Instance } from '../../model/index.ts'
import type { DesiredInstance, DesiredInstanceProfile } from './desired-instances.ts'
import { type InstanceSeat, inventedId, inventedZoneId } from './instance-defaults.ts'
import type { DesiredPath } from './mistakes.ts'
import type { Plan } from './plan.ts'
import { planInterfaces } from './plan-interfaces.ts'
import { planListen } from './plan-listen.ts'
import { planTags } from './plan-policies.ts'
import { nameKey } from './record-keys.ts'
import { INSTANCE_QUOTAS, RULES } from './rules.ts'

/** Of partitions that have none of their own here. */
const HOME_ZONES: Readonly<Record<string, string>> = {
  aws: 'us-east-1a',
  'aws-cn': 'cn-north-1a',
  'aws-us-gov': 'us-gov-west-1a',
}
/** Plans an instance profile. */
export async function planInstanceProfile(
  plan: Plan,
  at: DesiredPath,
  account: AccountId,
  { InstanceProfileName: profileName, Path, Roles }: DesiredInstanceProfile,
): Promise<void> {
  plan.check([...at, 'InstanceProfileName'], profileName, RULES.profileName)
  plan.check([...at, 'Path'], Path, RULES.path)
  const [roleName, ...more] = Roles
  if (more.length > 0) plan.mistake([...at, 'Roles'], 'an instance profile holds one role')
  if (roleName !== undefined && !(await plan.has('role', account, roleName))) {
    plan.mistake([...at, 'Roles', 0], `account ${account} has no role "${roleName}"`)
  }
  const entity = plan.entity('instance-profile', account, profileName)
  const key = nameKey(account, profileName)
  const existing = await plan.stored('instance-profile', key)
  // CloudFormation has no tags of instance profiles: those that IAM's API gave stay.
  const tags = existing?.tags ?? []
  const before = existing?.roleName === roleName ? existing?.roleSince : plan.parts.now
  const roleSince = roleName === undefined ? undefined : before
  const body = { ...entity, account, profileName, roleName, roleSince, tags }
  plan.put('instance-profile', key, account, body)
}

/**
 * Plans an instance. What the file leaves out is made of its id; when it was launched is kept.
 * @param held - the places that other instances listen on, as `heldPlaces` gives them
 */
export async function planInstance(
  plan: Plan,
  at: DesiredPath,
  account: AccountId,
  desired: DesiredInstance,
  held: ReadonlyMap<string, string>,
): Promise<void> {
  const { InstanceId: id, IamInstanceProfile: profile, AvailabilityZone, MetadataOptions: options } = desired
  plan.check([...at, 'InstanceId'], id, RULES.instanceId)
  const existing = await plan.stored('instance', id)
  if (existing !== undefined && existing.account !== account) {
    plan.mistake([...at, 'InstanceId'], `"${id}" belongs to another account`)
  }
  if (profile !== undefined && !(await plan.has('instance-profile', account, profile))) {
    plan.mistake([...at, 'IamInstanceProfile'], `account ${account} has no instance profile "${profile}"`)
  }
  const { HttpPutResponseHopLimit: hops } = options
  if (!Number.isInteger(hops) || hops < 1 || hops > 64) {
    plan.mistake([...at, 'MetadataOptions', 'HttpPutResponseHopLimit'], 'must be 1 to 64')
  }
  const zone = AvailabilityZone ?? HOME_ZONES[plan.parts.directory.partition] ?? ''
  plan.check([...at, 'AvailabilityZone'], zone, RULES.availabilityZone)
  const seat: InstanceSeat = { account, id, zone, region: zone.replace(/(?<=-[0-9]+)(?:[a-z]|-.*)$/, '') }
  const instance: Instance = {
    id,
    account,
    region: seat.region,
    availabilityZone: zone,
    availabilityZoneId: named('AvailabilityZoneId') ?? inventedZoneId(seat),
    imageId: named('ImageId') ?? inventedId('ami', account, id),
    instanceType: named('InstanceType') ?? '',
    architecture: desired.Architecture,
    reservationId: named('ReservationId') ?? inventedId('r', account, id),
    startedAt: instant(plan, [...at, 'LaunchTime'], desired.LaunchTime) ?? existing?.startedAt ?? plan.parts.now,
    lifecycle: desired.InstanceLifecycle,
    detailedMonitoring: desired.Monitoring,
    profile,
    keyPair: planKeyPair(plan, at, desired),
    userData: planUserData(plan, [...at, 'UserData'], desired.UserData),
    tags: planInstanceTags(plan, [...at, 'Tags'], desired),
    interfaces: planInterfaces(plan, [...at, 'NetworkInterfaces'], desired.NetworkInterfaces, seat),
    options: {
      httpEndpoint: options.HttpEndpoint,
      httpTokens: options.HttpTokens,
      httpPutResponseHopLimit: hops,
      httpProtocolIpv6: options.HttpProtocolIpv6,
      instanceMetadataTags: options.InstanceMetadataTags,
    },
    listen: planListen(plan, [...at, 'Listen'], desired.Listen, held),
    spotInterruption: desired.SpotInterruption && {
      action: desired.SpotInterruption.Action,
      time: instant(plan, [...at, 'SpotInterruption', 'Time'], desired.SpotInterruption.Time) ?? plan.parts.now,
    },
    rebalanceNoticeTime: instant(plan, [...at, 'RebalanceNoticeTime'], desired.RebalanceNoticeTime),
    maintenanceEvents: planMaintenance(plan, [...at, 'MaintenanceEvents'], desired, seat),
    overrides: planOverrides(plan, [...at, 'Metadata'], desired),
  }
  plan.put('instance', id, account, instance)

  /** A short word of EC2, such as an id. */
  function named(property: 'AvailabilityZoneId' | 'ImageId' | 'InstanceType' | 'ReservationId'): string | undefined {
    const text = desired[property]
    if (text !== undefined) plan.check([...at, property], text, RULES.word)
    return text
  }
}

function planKeyPair(
  plan: Plan,
  at: DesiredPath,
  { KeyName: name, PublicKeyMaterial: publicKey }: DesiredInstance,
): Instance['keyPair'] {
  if (name === undefined && publicKey === undefined) return undefined
  if (name === undefined || publicKey === undefined) {
    plan.mistake(at, 'a key pair is a KeyName and a PublicKeyMaterial')
    return undefined
  }
  plan.check([...at, 'KeyName'], name, RULES.keyName)
  plan.check([...at, 'PublicKeyMaterial'], publicKey, RULES.publicKey)
  return { name, publicKey }
}

function planUserData(plan: Plan, at: DesiredPath, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) plan.mistake(at, 'must be base64, as in CloudFormation')
  if (bytes.length > INSTANCE_QUOTAS.userDataBytes) {
    plan.mistake(at, `must be at most ${INSTANCE_QUOTAS.userDataBytes} bytes`)
  }
  return text
}

/**
 * EC2 refuses tags that no path can name where they can be read as metadata.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html
 */
function planInstanceTags(plan: Plan, at: DesiredPath, { Tags, MetadataOptions }: DesiredInstance): Instance['tags'] {
  if (MetadataOptions.InstanceMetadataTags === 'enabled') {
    for (const [index, { Key }] of Tags.entries()) plan.check([...at, index, 'Key'], Key, RULES.metadataTagKey)
  }
  return planTags(plan, at, Tags)
}

function planMaintenance(
  plan: Plan,
  at: DesiredPath,
  { MaintenanceEvents }: DesiredInstance,
  { account, id }: InstanceSeat,
): Instance['maintenanceEvents'] {
  if (MaintenanceEvents.length > INSTANCE_QUOTAS.maintenanceEvents) {
    plan.mistake(at, `at most ${INSTANCE_QUOTAS.maintenanceEvents} of them`)
  }
  return MaintenanceEvents.map((event, index) => {
    const here = [...at, index]
    plan.check([...here, 'Code'], event.Code, RULES.maintenanceCode)
    plan.check([...here, 'Description'], event.Description, RULES.line)
    const eventId = event.EventId ?? inventedId('instance-event', account, id, String(index))
    plan.check([...here, 'EventId'], eventId, RULES.word)
    const { now } = plan.parts
    return {
      eventId,
      code: event.Code,
      description: event.Description,
      notBefore: instant(plan, [...here, 'NotBefore'], event.NotBefore) ?? now,
      notAfter: instant(plan, [...here, 'NotAfter'], event.NotAfter) ?? now,
      notBeforeDeadline: instant(plan, [...here, 'NotBeforeDeadline'], event.NotBeforeDeadline),
      state: event.State,
    }
  })
}

function planOverrides(plan: Plan, at: DesiredPath, { Metadata }: DesiredInstance): Instance['overrides'] {
  if (Metadata.length > INSTANCE_QUOTAS.overrides) plan.mistake(at, `at most ${INSTANCE_QUOTAS.overrides} paths`)
  return Metadata.map(({ Path: path, Value: value }) => {
    plan.check([...at, path], path, RULES.metadataPath)
    if ((value?.length ?? 0) > INSTANCE_QUOTAS.overrideLength) {
      plan.mistake([...at, path], `must be at most ${INSTANCE_QUOTAS.overrideLength} characters`)
    }
    return { path, value }
  })
}

function instant(plan: Plan, at: DesiredPath, text: string | undefined): EpochMillis | undefined {
  if (text === undefined) return undefined
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/.test(text) || Number.isNaN(Date.parse(text))) {
    plan.mistake(at, `"${text}" must be an instant such as 2026-03-02T07:41:18Z`)
    return undefined
  }
  return epochMillis(Date.parse(text))
}
