import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startTestBroker } from '../../src/testing/index.ts'
import { policy, trusting } from './cast.ts'
import { formPost, send, sign } from './wire-client.ts'

const ACCOUNT = '111111111111'
const ASSUME = {
  Version: '2011-06-15',
  Action: 'AssumeRole',
  RoleArn: `arn:aws:iam::${ACCOUNT}:role/Deployer`,
  RoleSessionName: 'session',
}
const LONGEST = 2048

describe('a header that policies compare', () => {
  for (const [header, key] of [
    ['user-agent', 'aws:UserAgent'],
    ['referer', 'aws:Referer'],
  ] as const) {
    test(`counts as not sent when it is longer than 2,048 characters: ${header}`, async (t) => {
      const asked = { Effect: 'Allow', Action: 'sts:*', Resource: '*', Condition: { Null: { [key]: 'false' } } }
      const broker = await startTestBroker({
        directory: {
          Accounts: [
            {
              Id: ACCOUNT,
              Users: [
                { UserName: 'alice', AccessKeys: [{}], Policies: [{ PolicyName: 'p', PolicyDocument: policy(asked) }] },
              ],
              Roles: [{ RoleName: 'Deployer', AssumeRolePolicyDocument: policy(trusting(ACCOUNT)) }],
            },
          ],
        },
      })
      t.after(() => broker.stop())
      const { credentials } = await broker.as(`${ACCOUNT}/alice`)
      const request = await sign(formPost(new URL(broker.endpoint).host, ASSUME), credentials)
      const statusWith = async (length: number): Promise<number> => {
        const headers = { ...request.headers, [header]: 'a'.repeat(length) }
        return (await send(broker.endpoint, { ...request, headers })).status
      }
      assert.equal(await statusWith(LONGEST + 1), 403)
      assert.equal(await statusWith(LONGEST), 200)
    })
  }
})
