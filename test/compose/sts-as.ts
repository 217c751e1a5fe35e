import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { RunningNode } from '../../src/compose/index.ts'
import { DEPLOYER } from './samples.ts'

/** What an AWS client signs with. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** The long-term key of the user that samples have. */
export const ALICE: Credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 's'.repeat(40) }

/** A client that gives up at once instead of trying again. */
function clientOf({ addresses }: RunningNode, credentials: Credentials): STSClient {
  return new STSClient({ endpoint: addresses.api, region: 'us-east-1', credentials, maxAttempts: 1 })
}

/** The ARN that a node takes the holder of credentials for. */
export async function whoIs(node: RunningNode, credentials: Credentials): Promise<string | undefined> {
  const client = clientOf(node, credentials)
  return (await client.send(new GetCallerIdentityCommand()).finally(() => client.destroy())).Arn
}

/** Assumes the role that samples have. */
export async function assume(node: RunningNode, by: Credentials, DurationSeconds = 3600) {
  const client = clientOf(node, by)
  const command = new AssumeRoleCommand({ RoleArn: DEPLOYER, RoleSessionName: 'ci', DurationSeconds })
  const { Credentials: made } = await client.send(command).finally(() => client.destroy())
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = made ?? {}
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
}
