import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { BrokerClient } from '../src/index.ts'

const DEPLOYER = 'arn:aws:iam::222222222222:role/Deployer'

/** Where an example runs: as whom, and where its lines go. */
export interface ExampleSetting {
  /** What an SDK client needs to act as a principal of the quickstart directory. */
  as(principal: string): Promise<BrokerClient>
  print(line: string): void
}

/**
 * Assumes a role of another account with the AWS SDK, uses the credentials, and is refused without the external id.
 * Run with `examples/quickstart.yaml` as the directory.
 */
export async function run({ as, print }: ExampleSetting): Promise<void> {
  // A client of the AWS SDK, with endpoint, region and credentials of alice.
  const alice = await as('source/alice')
  const sts = new STSClient(alice)

  // Both accounts have to agree: alice's policy allows the call, the role's trust policy allows her account.
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: DEPLOYER, RoleSessionName: 'example', ExternalId: 'quickstart' }),
  )
  if (!Credentials?.AccessKeyId || !Credentials.SecretAccessKey) throw new Error('AssumeRole gave no credentials')

  // The temporary credentials are credentials like any other, until they expire.
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken = '' } = Credentials
  const deployer = new STSClient({ ...alice, credentials: { accessKeyId, secretAccessKey, sessionToken } })
  const { Arn } = await deployer.send(new GetCallerIdentityCommand({}))
  print(`alice became ${Arn}`)

  // What AWS refuses is refused, in AWS's words.
  const refused = await sts
    .send(new AssumeRoleCommand({ RoleArn: DEPLOYER, RoleSessionName: 'example', ExternalId: 'a-guess' }))
    .catch((error: Error) => error)
  if (!(refused instanceof Error)) throw new Error('a wrong external id was accepted')
  print(`without the external id: ${refused.name}: ${refused.message}`)
}
