/** The actions of AWS CloudTrail that read what happened, one file each. @module */
import type { JsonMembers, ResultStructure } from '../../engines/wire/index.ts'
import type { JsonService, WireOperation } from '../../pipeline/index.ts'
import { lookupEvents } from './lookup-events.ts'

/** AWS CloudTrail as it is spoken here. @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/Welcome.html */
export const CLOUDTRAIL: JsonService = {
  protocol: 'json-1.1',
  name: 'cloudtrail',
  target: 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101',
  operations: new Map<string, WireOperation<unknown, ResultStructure, JsonMembers>>([['LookupEvents', lookupEvents]]),
}
