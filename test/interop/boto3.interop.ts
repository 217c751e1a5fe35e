import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { DEPLOYER, isInstalled, SESSION, type Setting, startSetting } from './setting.ts'

const skip = (await isInstalled('python3', '-c', 'import boto3')) ? false : 'boto3 is not installed'

suite('boto3, unmodified', { skip }, () => {
  let setting: Setting
  before(async () => {
    setting = await startSetting()
  })
  after(() => setting[Symbol.asyncDispose]())

  const python = (profile: string, lines: string) =>
    setting.run('python3', ['-c', `import boto3, json\nsession = boto3.Session(profile_name='${profile}')\n${lines}`])

  test('is refused with another external id, as a ClientError with AWS code', async () => {
    const { stdout, stderr } = await python(
      'alice',
      `from botocore.exceptions import ClientError
try:
    session.client('sts').assume_role(RoleArn='${DEPLOYER}', RoleSessionName='boto', ExternalId='guessed')
except ClientError as error:
    print(error.response['Error']['Code'], error.response['ResponseMetadata']['HTTPStatusCode'])`,
    )
    assert.equal(stdout.trim(), 'AccessDenied 403', stderr)
  })

  test('assumes a role of another account and is told when the credentials end', async () => {
    const { stdout, stderr } = await python(
      'alice',
      `answer = session.client('sts').assume_role(RoleArn='${DEPLOYER}', RoleSessionName='boto', ExternalId='quickstart', DurationSeconds=900)
print(answer['AssumedRoleUser']['Arn'], answer['Credentials']['Expiration'].timestamp())`,
    )
    const [arn, expiration] = stdout.trim().split(' ')
    assert.equal(arn, 'arn:aws:sts::222222222222:assumed-role/Deployer/boto', stderr)
    const remaining = Number(expiration) - Date.now() / 1000
    assert.ok(remaining > 870 && remaining <= 900, `${remaining} seconds remain`)
  })

  test('assumes the role of a profile with role_arn and source_profile', async () => {
    const { stdout, stderr } = await python('deployer', `print(session.client('sts').get_caller_identity()['Arn'])`)
    assert.match(stdout, SESSION, stderr)
  })

  test('presigns GetCallerIdentity: curl fetches it as XML and as JSON, and a changed URL is refused', async () => {
    const { stdout, stderr } = await python(
      'deployer',
      `print(session.client('sts').generate_presigned_url('get_caller_identity', HttpMethod='GET'))`,
    )
    const url = stdout.trim()
    assert.match(url, /X-Amz-Signature=/, stderr)
    const changed = await setting.run('curl', ['-s', url.replace('X-Amz-Expires=3600', 'X-Amz-Expires=3601')])
    const xml = await setting.run('curl', ['-s', url])
    const json = await setting.run('curl', ['-s', '-H', 'Accept: application/json', url])

    assert.match(changed.stdout, /<Code>SignatureDoesNotMatch<\/Code>/)
    assert.match(xml.stdout, /<Arn>arn:aws:sts::222222222222:assumed-role\/Deployer\/profile<\/Arn>/)
    const { GetCallerIdentityResult: identity } = JSON.parse(json.stdout).GetCallerIdentityResponse
    assert.equal(identity.Account, '222222222222')
    assert.match(identity.Arn, SESSION)
  })
})
