import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DEPLOYER, isInstalled, type Setting, startSetting } from './setting.ts'

const AUDITED = fileURLToPath(new URL('audited.yaml', import.meta.url))
const noCli = (await isInstalled('aws', '--version')) ? false : 'the aws CLI is not installed'
const noBoto3 = (await isInstalled('python3', '-c', 'import boto3')) ? false : 'boto3 is not installed'

suite('aws cloudtrail lookup-events, unmodified', { skip: noCli }, () => {
  let setting: Setting
  before(async () => {
    setting = await startSetting(AUDITED)
    for (const name of ['one', 'two', 'three']) await assumeRole(name)
  })
  after(() => setting[Symbol.asyncDispose]())

  const assumeRole = (name: string) =>
    setting.run('aws', [
      'sts',
      'assume-role',
      '--profile',
      'alice',
      '--role-arn',
      DEPLOYER,
      '--role-session-name',
      name,
    ])
  const lookup = (...args: string[]) =>
    setting.run('aws', ['cloudtrail', 'lookup-events', '--profile', 'alice', '--output', 'json', ...args])

  test('is refused in AWS words when it is not allowed', async () => {
    const { env } = await setting.broker.as('source/bob')
    const { status, stderr } = await setting.run('aws', ['cloudtrail', 'lookup-events'], env)
    assert.notEqual(status, 0)
    assert.match(
      stderr,
      /\(AccessDeniedException\) when calling the LookupEvents operation: User: arn:aws:iam::111111111111:user\/bob is not authorized to perform: cloudtrail:LookupEvents because no identity-based policy allows/,
    )
  })

  test('is refused with a secret that is not the key’s', async () => {
    const { env } = await setting.broker.as('source/alice')
    const wrong = { ...env, AWS_SECRET_ACCESS_KEY: `${env['AWS_SECRET_ACCESS_KEY']}x` }
    const { stderr } = await setting.run('aws', ['cloudtrail', 'lookup-events'], wrong)
    assert.match(stderr, /\(InvalidSignatureException\)/)
  })

  test('is told which attribute is none', async () => {
    const { stderr } = await lookup('--start-time', '2026-02-01', '--end-time', '2026-01-01')
    assert.match(stderr, /\(InvalidTimeRangeException\)/)
  })

  test('finds what was granted, newest first, page by page', async () => {
    const found = await lookup(
      '--lookup-attributes',
      'AttributeKey=EventName,AttributeValue=AssumeRole',
      '--page-size',
      '2',
    )
    assert.equal(found.status, 0, found.stderr)
    const { Events } = JSON.parse(found.stdout)
    const names = Events.map(
      ({ CloudTrailEvent }: { CloudTrailEvent: string }) =>
        JSON.parse(CloudTrailEvent).requestParameters.roleSessionName,
    )
    assert.deepEqual(names, ['three', 'two', 'one'])
    assert.equal(Events[0].Username, 'alice')
    // Version 1 of the CLI prints seconds, version 2 a date.
    const time = Number(Events[0].EventTime) * 1000 || Date.parse(Events[0].EventTime)
    assert.ok(Math.abs(time - Date.now()) < 60_000, String(Events[0].EventTime))
  })

  test('finds within a time', async () => {
    const { stdout } = await lookup('--end-time', '2020-01-01')
    assert.deepEqual(JSON.parse(stdout).Events, [])
  })
})

suite('boto3, looking up events', { skip: noBoto3 }, () => {
  let setting: Setting
  before(async () => {
    setting = await startSetting(AUDITED)
  })
  after(() => setting[Symbol.asyncDispose]())

  test('pages through them, and is told when its token is of another question', async () => {
    const { stdout, stderr } = await setting.run('python3', [
      '-c',
      `import boto3
session = boto3.Session(profile_name='alice')
sts, trail = session.client('sts'), session.client('cloudtrail')
for name in ('one', 'two', 'three'):
    sts.assume_role(RoleArn='${DEPLOYER}', RoleSessionName=name)
question = [{'AttributeKey': 'ResourceName', 'AttributeValue': '${DEPLOYER}'}]
pages = trail.get_paginator('lookup_events').paginate(LookupAttributes=question, PaginationConfig={'PageSize': 1})
print(sum(len(page['Events']) for page in pages))
token = trail.lookup_events(LookupAttributes=question, MaxResults=1)['NextToken']
try:
    trail.lookup_events(MaxResults=1, NextToken=token)
except trail.exceptions.InvalidNextTokenException as error:
    print(error.response['Error']['Code'])`,
    ])
    assert.deepEqual(stdout.trim().split(/\s+/), ['3', 'InvalidNextTokenException'], stderr)
  })
})
