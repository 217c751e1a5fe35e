import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { startTestBroker } from '../../../src/testing/index.ts'

// Has links to the console made and followed, rightly and wrongly, by a broker that logs all it can to standard error.
// Then prints, as JSON, everything that must not stand in that log.
const ACCOUNT = '111111111111'
const statement = { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }
const AssumeRolePolicyDocument = { Version: '2012-10-17', Statement: statement }
const PolicyDocument = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }
const account = {
  Id: ACCOUNT,
  Alias: 'source',
  Users: [{ UserName: 'alice', AccessKeys: [{}], Policies: [{ PolicyName: 'all', PolicyDocument }] }],
  Roles: [{ RoleName: 'Admin', AssumeRolePolicyDocument }],
}

await using broker = await startTestBroker({ directory: { Accounts: [account] }, logLevel: 'debug' })
const sts = new STSClient(await broker.as('source/alice'))
const asked = new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/Admin`, RoleSessionName: 'me' })
const { Credentials: made } = await sts.send(asked)
sts.destroy()
const [key = '', token = ''] = [made?.SecretAccessKey, made?.SessionToken]
const session = { sessionId: made?.AccessKeyId, sessionKey: key, sessionToken: token }
const ask = async (fields: Readonly<Record<string, string>>) => {
  const query = String(new URLSearchParams(fields))
  const url = `${broker.endpoint}/federation?${query}`
  const answer = await fetch(url, { redirect: 'manual', headers: { Referer: url } })
  return { status: answer.status, text: await answer.text() }
}
const getToken = (Session: string) => ask({ Action: 'getSigninToken', Session })
const right = await getToken(JSON.stringify(session))
const { SigninToken } = JSON.parse(right.text)
const statuses = [right.status]
for (const Session of [JSON.stringify({ ...session, sessionId: 'x' }), JSON.stringify(session).slice(1), token]) {
  statuses.push((await getToken(Session)).status)
}
for (const Action of ['login', 'login', 'logout', 'x']) statuses.push((await ask({ Action, SigninToken })).status)
process.stdout.write(JSON.stringify({ statuses, secrets: [key, token, encodeURIComponent(key), SigninToken] }))
