import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { RunningNode } from '../../src/compose/index.ts'
import { type BrokerConfig, type BrokerSettings, loadConfig } from '../../src/platform/config/index.ts'

/** A folder that is gone when the test ends. */
export async function aFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-'))
  // Hooks run in their order: a node of the test may still write its keys while this removes them.
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }))
  return folder
}

const FREE_PORTS = { api: '127.0.0.1:0', metadata: '127.0.0.1:0', admin: '127.0.0.1:0' }

/** A node's configuration with data and keys in `folder`, on free ports, silent. */
export function configIn(folder: string, settings: BrokerSettings = {}): BrokerConfig {
  const content = {
    data: join(folder, 'data'),
    keys: join(folder, 'keys'),
    logLevel: 'silent',
    limits: { cachedRecords: 100, cachedSessions: 100 },
    ...settings,
    listen: { ...FREE_PORTS, ...settings.listen },
  }
  return loadConfig({ file: { name: 'test', content } })
}

/** Everything in a node's directory, as it is stored. */
export async function everythingIn({ broker: { directory } }: RunningNode, account: string): Promise<unknown> {
  const found = await directory.account(account)
  if (found === undefined) return undefined
  const keys: unknown[] = []
  for (const id of found.accessKeyIds) {
    const key = await directory.accessKey(id)
    keys.push({ ...key, secretAccessKey: key?.secretAccessKey.reveal() })
  }
  const role = await directory.role(`arn:aws:iam::${account}:role/Deployer`)
  return { account: found, keys, roleId: role?.uniqueId }
}

export const ACCOUNT = '111111111111'
export const DEPLOYER = `arn:aws:iam::${ACCOUNT}:role/Deployer`

/** A directory with generated keys, a user whose keys are said, and a role that trusts the user. */
export const DIRECTORY = {
  Accounts: [
    {
      Id: ACCOUNT,
      Alias: 'shop',
      Root: { AccessKeys: [{}] },
      Users: [
        { UserName: 'alice', AccessKeys: [{ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', SecretAccessKey: 's'.repeat(40) }] },
      ],
      Roles: [
        {
          RoleName: 'Deployer',
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/alice` }, Action: 'sts:AssumeRole' },
            ],
          },
        },
      ],
    },
  ],
}
