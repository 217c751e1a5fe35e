import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  type CreateOpenIDConnectProviderCommandInput,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  ListOpenIDConnectProvidersCommand,
  ListOpenIDConnectProviderTagsCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  TagOpenIDConnectProviderCommand,
  UntagOpenIDConnectProviderCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
} from '@aws-sdk/client-iam'
import { startTestBroker } from '../../../src/testing/index.ts'
import { ACCOUNT, type IamStage, OTHER, refused, setIamStage } from './iam-stage.ts'

const arnOf = (url: string, account = ACCOUNT) => `arn:aws:iam::${account}:oidc-provider/${url}`
const ABSENT = arnOf('absent.example.com')
const A = 'a'.repeat(40)
const B = 'b'.repeat(40)
const LONGEST_HOST = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.example.com`

describe('OpenID Connect providers', () => {
  let stage: IamStage
  before(async () => {
    const tagged = {
      Effect: 'Allow',
      Action: 'iam:*OpenIDConnectProvider*',
      Resource: '*',
      Condition: { StringEquals: { 'iam:ResourceTag/team': 'web', 'aws:RequestTag/team': 'web' } },
    }
    stage = await setIamStage([
      { UserName: 'idle' },
      {
        UserName: 'tagger',
        Policies: [{ PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement: [tagged] } }],
      },
    ])
    await create({ Url: 'https://taken.example.com', ClientIDList: ['app'], ThumbprintList: [A] })
  })
  after(() => stage[Symbol.asyncDispose]())
  const admin = () => stage.as('admin')
  const create = (input: CreateOpenIDConnectProviderCommandInput) =>
    admin().send(new CreateOpenIDConnectProviderCommand(input))
  const get = (arn: string) => admin().send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }))

  describe('what is no issuer is no provider', () => {
    const refusals: readonly (readonly [url: string, code: string, message: string | RegExp])[] = [
      ['taken.example.com', 'ValidationError', 'Invalid Open ID Connect Provider URL'],
      ['https://', 'ValidationError', 'Invalid Open ID Connect Provider URL'],
      [
        'http://taken.example.com',
        'InvalidInput',
        'Invalid Open ID Connect Provider URL. The URL must begin with https://.',
      ],
      ['https://user:secret@idp.example.com', 'InvalidInput', /^Invalid Open ID Connect Provider URL\. /],
      ['https://idp.example.com?tenant=1', 'InvalidInput', /^Invalid Open ID Connect Provider URL\. /],
      ['https://idp.example.com#top', 'InvalidInput', /^Invalid Open ID Connect Provider URL\. /],
      ['https://idp.example.com:8443', 'InvalidInput', /without port/],
      ['https://IDP.example.com', 'InvalidInput', /host in lower case/],
      ['https://idp.example.com/a/../b', 'InvalidInput', /normal form/],
      ['https://127.0.0.1', 'InvalidInput', /must name a host of the internet/],
      ['https://[::1]', 'InvalidInput', /must name a host of the internet/],
      ['https://localhost', 'InvalidInput', /must name a host of the internet/],
    ]
    for (const [url, code, message] of refusals) {
      test(url, () => refused(create({ Url: url }), 400, code, message))
    }
    test('a URL of more than 255 characters', () =>
      refused(
        create({ Url: `https://${LONGEST_HOST}/${'x'.repeat(60)}` }),
        400,
        'ValidationError',
        "1 validation error detected: Value at 'url' failed to satisfy constraint: Member must have length less than or equal to 255",
      ))
  })

  test('whoever may not is refused, and not told what there is', async () => {
    const idle = stage.as('idle')
    const told = (action: string, resource: string) =>
      `User: arn:aws:iam::${ACCOUNT}:user/idle is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`
    for (const url of ['taken.example.com', 'absent.example.com']) {
      const arn = arnOf(url)
      await refused(
        idle.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn })),
        403,
        'AccessDenied',
        told('iam:GetOpenIDConnectProvider', arn),
      )
      await refused(
        idle.send(new CreateOpenIDConnectProviderCommand({ Url: `https://${url}` })),
        403,
        'AccessDenied',
        told('iam:CreateOpenIDConnectProvider', arn),
      )
    }
    await refused(
      idle.send(new ListOpenIDConnectProvidersCommand({})),
      403,
      'AccessDenied',
      `User: arn:aws:iam::${ACCOUNT}:user/idle is not authorized to perform: iam:ListOpenIDConnectProviders on resource: * because no identity-based policy allows the iam:ListOpenIDConnectProviders action`,
    )
  })

  test("a provider of another account is nobody's to touch", () =>
    refused(get(arnOf('taken.example.com', OTHER)), 403, 'AccessDenied', /is not authorized to perform/))

  test('a URL is registered once in an account', () =>
    refused(
      create({ Url: 'https://taken.example.com' }),
      409,
      'EntityAlreadyExists',
      'Provider with url https://taken.example.com already exists.',
    ))

  test('tags with one key twice are refused, and nothing is made', async () => {
    const Tags = ['team', 'team'].map((Key) => ({ Key, Value: 'x' }))
    await refused(create({ Url: 'https://tags.example.com', Tags }), 400, 'InvalidInput', 'Duplicate tag keys found.')
    await refused(get(arnOf('tags.example.com')), 404, 'NoSuchEntity', /not found/)
  })

  test('there are at most 100 client IDs and five thumbprints', async () => {
    const ClientIDList = Array.from({ length: 101 }, (_, index) => `app-${index}`)
    const tooMany = 'Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100'
    await refused(create({ Url: 'https://many.example.com', ClientIDList }), 409, 'LimitExceeded', tooMany)
    const ThumbprintList = [...'123456'].map((digit) => digit.repeat(40))
    await refused(
      create({ Url: 'https://many.example.com', ThumbprintList }),
      400,
      'InvalidInput',
      'Thumbprint list must contain fewer than 5 entries.',
    )
    const full = 'full.example.com'
    await create({
      Url: `https://${full}`,
      ClientIDList: ClientIDList.slice(1),
      ThumbprintList: ThumbprintList.slice(1),
    })
    const OpenIDConnectProviderArn = arnOf(full)
    const add = (ClientID: string) =>
      admin().send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }))
    await refused(add('app-0'), 409, 'LimitExceeded', tooMany)
    await add('app-1')
  })

  test('a thumbprint is 40 hexadecimal digits', async () => {
    await refused(
      create({ Url: 'https://thumb.example.com', ThumbprintList: ['abc'] }),
      400,
      'ValidationError',
      "1 validation error detected: Value at 'thumbprintList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length greater than or equal to 40]",
    )
    await refused(
      create({ Url: 'https://thumb.example.com', ThumbprintList: ['x'.repeat(40)] }),
      400,
      'InvalidInput',
      `Thumbprint ${'x'.repeat(40)} must be 40 hexadecimal digits: a SHA-1 of a certificate.`,
    )
  })

  test('a client ID holds no control characters', () =>
    refused(
      create({ Url: 'https://control.example.com', ClientIDList: ['a\nb'] }),
      400,
      'InvalidInput',
      'A client ID may hold no control characters.',
    ))

  test('what is no ARN of a provider names none', async () => {
    for (const arn of [`arn:aws:iam::${ACCOUNT}:user/taken.example.com`, 'taken.example.com/aaaaaaaaaaaaa']) {
      await refused(get(arn), 400, 'ValidationError', `Invalid ARN: ${arn}`)
    }
    // Of another partition there is none.
    const elsewhere = arnOf('taken.example.com').replace('aws', 'aws-cn')
    await refused(get(elsewhere), 404, 'NoSuchEntity', `OpenIDConnect Provider not found for arn ${elsewhere}`)
  })

  test('of what is not there nothing can be changed, and deleting it is no mistake', async () => {
    const OpenIDConnectProviderArn = ABSENT
    const none = `OpenIDConnect Provider not found for arn ${ABSENT}`
    const calls: readonly (() => Promise<unknown>)[] = [
      () => get(ABSENT),
      () => admin().send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID: 'app' })),
      () =>
        admin().send(new RemoveClientIDFromOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID: 'app' })),
      () =>
        admin().send(
          new UpdateOpenIDConnectProviderThumbprintCommand({ OpenIDConnectProviderArn, ThumbprintList: [A] }),
        ),
      () =>
        admin().send(
          new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags: [{ Key: 'a', Value: 'b' }] }),
        ),
      () => admin().send(new UntagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, TagKeys: ['a'] })),
      () => admin().send(new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn })),
    ]
    for (const call of calls) await refused(call(), 404, 'NoSuchEntity', none)
    await admin().send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))
  })

  test('who may change only what has a tag changes nothing else', async () => {
    const tagger = stage.as('tagger')
    const OpenIDConnectProviderArn = arnOf('taken.example.com')
    const Tags = [{ Key: 'team', Value: 'web' }]
    const tag = () => tagger.send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags }))
    await refused(tag(), 403, 'AccessDenied', /iam:TagOpenIDConnectProvider/)
    await admin().send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags }))
    await tag()
  })

  test('a provider is made, found, changed, tagged and deleted', async () => {
    const url = 'idp.example.com/realms/x/'
    const made = await create({
      Url: `https://${url}`,
      ClientIDList: ['app', 'app', 'web'],
      Tags: [{ Key: 'team', Value: 'core' }],
    })
    const OpenIDConnectProviderArn = made.OpenIDConnectProviderArn ?? ''
    assert.deepEqual(
      { OpenIDConnectProviderArn, Tags: made.Tags },
      { OpenIDConnectProviderArn: arnOf(url), Tags: [{ Key: 'team', Value: 'core' }] },
    )
    await admin().send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID: 'cli' }))
    const remove = new RemoveClientIDFromOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID: 'web' })
    await admin().send(remove)
    await admin().send(remove)
    await admin().send(
      new UpdateOpenIDConnectProviderThumbprintCommand({ OpenIDConnectProviderArn, ThumbprintList: [A, B] }),
    )
    await admin().send(
      new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags: [{ Key: 'team', Value: 'web' }] }),
    )
    const { Url, ClientIDList, ThumbprintList, CreateDate, Tags } = await get(OpenIDConnectProviderArn)
    assert.deepEqual(
      { Url, ClientIDList, ThumbprintList, Tags },
      { Url: url, ClientIDList: ['app', 'cli'], ThumbprintList: [A, B], Tags: [{ Key: 'team', Value: 'web' }] },
    )
    assert.ok(CreateDate instanceof Date)
    await admin().send(new UntagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, TagKeys: ['team'] }))
    assert.deepEqual(
      (await admin().send(new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn }))).Tags,
      [],
    )
    assert.equal((await get(OpenIDConnectProviderArn)).Tags, undefined)
    const listed = async () =>
      (await admin().send(new ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList?.map(({ Arn }) => Arn)
    assert.ok((await listed())?.includes(OpenIDConnectProviderArn))
    await admin().send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))
    assert.ok(!(await listed())?.includes(OpenIDConnectProviderArn))
  })

  test('where no thumbprint is given there is none: nobody is asked for a certificate', async () => {
    const { OpenIDConnectProviderArn = '' } = await create({ Url: 'https://no-such-host.invalid' })
    const { ThumbprintList, ClientIDList } = await get(OpenIDConnectProviderArn)
    assert.deepEqual({ ThumbprintList, ClientIDList }, { ThumbprintList: [], ClientIDList: [] })
  })

  test('an account has at most 100', async () => {
    const other = stage.as((await stage.broker.as(`arn:aws:iam::${OTHER}:user/admin`)).credentials)
    for (let index = 0; index < 100; index++) {
      await other.send(new CreateOpenIDConnectProviderCommand({ Url: `https://idp-${index}.example.com` }))
    }
    await refused(
      other.send(new CreateOpenIDConnectProviderCommand({ Url: 'https://one-more.example.com' })),
      409,
      'LimitExceeded',
      'Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100',
    )
  })
})

test('where the configuration raises a quota, a directory file may list more too', async () => {
  const OIDCProviders = Array.from({ length: 101 }, (_, index) => ({
    Url: `https://idp-${index}.example.com`,
    ClientIdList: ['app'],
  }))
  const directory = { Accounts: [{ Id: ACCOUNT, OIDCProviders }] }
  await assert.rejects(startTestBroker({ directory }), /an account has at most 100/)
  await using broker = await startTestBroker({ directory, limits: { oidcProvidersPerAccount: 101 } })
  assert.ok(broker.endpoint)
})
