import { foldCase, parseArn } from '../../../model/index.ts'
import { InvalidInput } from '../iam-faults.ts'

const INSTANCE_STORE = ['instance', 'image', 'security-group', 'network-interface']

/**
 * Which kinds of resources each scenario needs.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
 */
const SCENARIOS: ReadonlyMap<string, readonly string[]> = new Map([
  ['EC2-VPC-InstanceStore', INSTANCE_STORE],
  ['EC2-VPC-InstanceStore-Subnet', [...INSTANCE_STORE, 'subnet']],
  ['EC2-VPC-EBS', [...INSTANCE_STORE, 'volume']],
  ['EC2-VPC-EBS-Subnet', [...INSTANCE_STORE, 'subnet', 'volume']],
])
const SUPPORTING = 'ec2:runinstances'

/** Checks that the resources of a scenario are all there, as AWS documents it. @throws {@link InvalidInput} */
export function checkResourceHandling(option: string, actions: readonly string[], resources: readonly string[]): void {
  const needed = SCENARIOS.get(option)
  if (needed === undefined) {
    throw new InvalidInput(`Invalid input resource handling options. It is one of ${[...SCENARIOS.keys()].join(', ')}.`)
  }
  const other = actions.find((action) => foldCase(action) !== SUPPORTING)
  if (other !== undefined) {
    throw new InvalidInput(
      `Invalid input resource handling options. Action does not support resource handling options: ${other}.`,
    )
  }
  const present = new Set(resources.map(ec2TypeOf))
  const missing = needed.filter((type) => !present.has(type))
  if (missing.length > 0) {
    throw new InvalidInput(`Invalid input resource handling options. ${option} also needs: ${missing.join(', ')}.`)
  }
}

function ec2TypeOf(resource: string): string | undefined {
  const arn = parseArn(resource)
  return arn?.service === 'ec2' ? arn.resource.slice(0, Math.max(arn.resource.indexOf('/'), 0)) : undefined
}
