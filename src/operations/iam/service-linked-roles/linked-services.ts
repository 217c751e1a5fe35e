/** How the roles of a service are called. */
export interface LinkedService {
  /** The role's name, to which a suffix can be added. */
  readonly roleName: string
  /** Whether the service takes a suffix, and so has several roles in an account. */
  readonly takesSuffix: boolean
}

const called = (roleName: string): LinkedService => ({ roleName: `AWSServiceRoleFor${roleName}`, takesSuffix: false })
const severalCalled = (roleName: string): LinkedService => ({ ...called(roleName), takesSuffix: true })

/**
 * Services that have roles of their own, by their principals. AWS has more, and publishes no list: of one that is not here
 * is said what AWS says of one that has none.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
 */
export const LINKED_SERVICES: ReadonlyMap<string, LinkedService> = new Map([
  ['access-analyzer.amazonaws.com', called('AccessAnalyzer')],
  ['acm.amazonaws.com', called('CertificateManager')],
  ['autoscaling.amazonaws.com', severalCalled('AutoScaling')],
  ['backup.amazonaws.com', called('Backup')],
  ['batch.amazonaws.com', called('Batch')],
  ['cloudtrail.amazonaws.com', called('CloudTrail')],
  ['config.amazonaws.com', called('Config')],
  ['connect.amazonaws.com', severalCalled('AmazonConnect')],
  ['ecs.amazonaws.com', called('ECS')],
  ['eks-fargate.amazonaws.com', called('AmazonEKSForFargate')],
  ['eks-nodegroup.amazonaws.com', called('AmazonEKSNodegroup')],
  ['eks.amazonaws.com', called('AmazonEKS')],
  ['elasticache.amazonaws.com', called('ElastiCache')],
  ['elasticbeanstalk.amazonaws.com', called('ElasticBeanstalk')],
  ['elasticfilesystem.amazonaws.com', called('AmazonElasticFileSystem')],
  ['elasticloadbalancing.amazonaws.com', called('ElasticLoadBalancing')],
  ['guardduty.amazonaws.com', called('AmazonGuardDuty')],
  ['kafka.amazonaws.com', called('Kafka')],
  ['lakeformation.amazonaws.com', called('LakeFormationDataAccess')],
  ['lex.amazonaws.com', called('LexBots')],
  ['lexv2.amazonaws.com', severalCalled('LexV2Bots')],
  ['opensearchservice.amazonaws.com', called('AmazonOpenSearchService')],
  ['ops.apigateway.amazonaws.com', called('APIGateway')],
  ['organizations.amazonaws.com', called('Organizations')],
  ['ram.amazonaws.com', called('ResourceAccessManager')],
  ['rds.amazonaws.com', called('RDS')],
  ['redshift.amazonaws.com', called('Redshift')],
  ['replication.ecr.amazonaws.com', called('ECRReplication')],
  ['rolesanywhere.amazonaws.com', called('RolesAnywhere')],
  ['securityhub.amazonaws.com', called('SecurityHub')],
  ['spot.amazonaws.com', called('EC2Spot')],
  ['spotfleet.amazonaws.com', called('EC2SpotFleet')],
  ['ssm.amazonaws.com', called('AmazonSSM')],
  ['sso.amazonaws.com', called('SSO')],
])
