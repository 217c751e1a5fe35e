import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import {
  CreateSAMLProviderCommand,
  DeleteSAMLProviderCommand,
  GetSAMLProviderCommand,
  ListSAMLProvidersCommand,
  ListSAMLProviderTagsCommand,
  TagSAMLProviderCommand,
  UntagSAMLProviderCommand,
  UpdateSAMLProviderCommand,
} from '@aws-sdk/client-iam'
import { signer } from '../../saml/certificates.ts'
import { metadata } from '../../saml/saml-idp.ts'
import { ACCOUNT, type IamStage, OTHER, refused as refusedBy, setIamStage } from './iam-stage.ts'

const KEY = signer()
const DOCUMENT = metadata([KEY])
const ARN = `arn:aws:iam::${ACCOUNT}:saml-provider/corp`

interface Refusal {
  readonly code: string
  readonly status: number
  readonly message?: string
}

function refused(call: Promise<unknown>, { code, status, message }: Refusal): Promise<void> {
  return refusedBy(call, status, code, message ?? /./)
}

function pem(modulusLength = 2048): string {
  return generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

describe('SAML providers', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage([{ UserName: 'idle' }], {}, { samlProvidersPerAccount: 3 })
    await stage.as('admin').send(new CreateSAMLProviderCommand({ Name: 'corp', SAMLMetadataDocument: DOCUMENT }))
  })
  after(() => stage[Symbol.asyncDispose]())
  const admin = () => stage.as('admin')

  const create = (over: Partial<ConstructorParameters<typeof CreateSAMLProviderCommand>[0]>) =>
    admin().send(new CreateSAMLProviderCommand({ Name: 'new', SAMLMetadataDocument: DOCUMENT, ...over }))
  const update = (over: Partial<ConstructorParameters<typeof UpdateSAMLProviderCommand>[0]>, arn = ARN) =>
    admin().send(new UpdateSAMLProviderCommand({ SAMLProviderArn: arn, ...over }))
  const got = (arn = ARN) => admin().send(new GetSAMLProviderCommand({ SAMLProviderArn: arn }))

  test('are refused where they could vouch for nobody', async () => {
    const parse = { code: 'InvalidInput', status: 400, message: 'Could not parse metadata.' }
    for (const SAMLMetadataDocument of [
      'x'.repeat(1000),
      metadata([{ ...KEY, use: 'encryption' }]),
      `<!DOCTYPE x>${DOCUMENT}`,
    ]) {
      await refused(create({ SAMLMetadataDocument }), parse)
      await refused(update({ SAMLMetadataDocument }), parse)
    }
    await refused(create({ AddPrivateKey: 'x' }), {
      code: 'InvalidInput',
      status: 400,
      message: 'Invalid private key.',
    })
    await refused(create({ AddPrivateKey: pem(1024) }), {
      code: 'InvalidInput',
      status: 400,
      message: 'Invalid private key.',
    })
    await refused(create({ AssertionEncryptionMode: 'Required' }), {
      code: 'InvalidInput',
      status: 400,
      message: 'Unable to set assertion encryption mode to Required because no private key is provided.',
    })
    await refused(create({ Name: 'CORP' }), { code: 'EntityAlreadyExists', status: 409 })
    await refused(create({ Name: 'a/b' }), { code: 'ValidationError', status: 400 })
  })

  test('that are not there, or in another account, are not found', async () => {
    const missing = `arn:aws:iam::${ACCOUNT}:saml-provider/nobody`
    const other = `arn:aws:iam::${OTHER}:saml-provider/corp`
    const not = (arn: string) => ({ code: 'NoSuchEntity', status: 404, message: `Manifest not found for arn ${arn}` })
    await refused(got(missing), not(missing))
    await refused(update({ SAMLMetadataDocument: DOCUMENT }, missing), not(missing))
    await refused(admin().send(new DeleteSAMLProviderCommand({ SAMLProviderArn: missing })), not(missing))
    await refused(stage.as('root').send(new GetSAMLProviderCommand({ SAMLProviderArn: ARN.replace('corp', 'CORP') })), {
      code: 'NoSuchEntity',
      status: 404,
    })
    await refused(stage.as('root').send(new GetSAMLProviderCommand({ SAMLProviderArn: other })), {
      code: 'AccessDenied',
      status: 403,
    })
  })

  test('are for those alone who may', async () => {
    for (const command of [
      new CreateSAMLProviderCommand({ Name: 'new', SAMLMetadataDocument: DOCUMENT }),
      new GetSAMLProviderCommand({ SAMLProviderArn: ARN }),
      new ListSAMLProvidersCommand({}),
      new UpdateSAMLProviderCommand({ SAMLProviderArn: ARN, SAMLMetadataDocument: DOCUMENT }),
      new DeleteSAMLProviderCommand({ SAMLProviderArn: ARN }),
      new ListSAMLProviderTagsCommand({ SAMLProviderArn: ARN }),
    ]) {
      await refused(stage.as('idle').send(command as GetSAMLProviderCommand), { code: 'AccessDenied', status: 403 })
    }
  })

  test('are told of as AWS does', async () => {
    const { $metadata: _, ...provider } = await got()
    assert.match(provider.SAMLProviderUUID ?? '', /^SAMLSP[A-Z2-7]{17}$/)
    const { CreateDate, ValidUntil } = provider
    assert.deepEqual(provider, {
      SAMLProviderUUID: provider.SAMLProviderUUID,
      SAMLMetadataDocument: DOCUMENT,
      CreateDate,
      ValidUntil,
    })
    assert.equal((ValidUntil?.getUTCFullYear() ?? 0) - (CreateDate?.getUTCFullYear() ?? 0), 100)
    const { SAMLProviderList } = await admin().send(new ListSAMLProvidersCommand({}))
    assert.deepEqual(SAMLProviderList, [{ Arn: ARN, ValidUntil, CreateDate }])
  })

  test('say until when their metadata is valid', async () => {
    const validUntil = '2099-01-02T03:04:05Z'
    await update({ SAMLMetadataDocument: metadata([KEY], { validUntil }) })
    assert.deepEqual((await got()).ValidUntil, new Date(validUntil))
    await update({ SAMLMetadataDocument: DOCUMENT })
  })

  test('have two private keys at most, that are added and removed one by one', async () => {
    const invalid = (message: string) => ({ code: 'InvalidInput', status: 400, message })
    await refused(
      update({}),
      invalid('Unable to update identity provider. No updates are defined for metadata or encryption assertion.'),
    )
    await update({ AddPrivateKey: pem(), AssertionEncryptionMode: 'Required' })
    const [first] = (await got()).PrivateKeyList ?? []
    assert.match(first?.KeyId ?? '', /^[A-Z0-9]{22,64}$/)
    assert.ok(first?.Timestamp instanceof Date)
    const { KeyId = '' } = first ?? {}
    await refused(update({ RemovePrivateKey: KeyId }), invalid('Failed to remove private key.'))
    await refused(
      update({ AddPrivateKey: pem(), RemovePrivateKey: KeyId }),
      invalid(
        'Unable to add and remove private keys in the same request. Set a value for only one of the two parameters.',
      ),
    )
    await update({ AddPrivateKey: pem() })
    await refused(update({ AddPrivateKey: pem() }), {
      code: 'LimitExceeded',
      status: 409,
      message: 'Private key limit of 2 is reached.',
    })
    await update({ RemovePrivateKey: KeyId })
    await refused(
      update({ RemovePrivateKey: KeyId }),
      invalid('Failed to remove private key because the Key ID does not match a private key.'),
    )
    const { PrivateKeyList, AssertionEncryptionMode } = await got()
    assert.deepEqual([PrivateKeyList?.length, AssertionEncryptionMode], [1, 'Required'])
    const records = JSON.stringify(await stage.broker.events())
    assert.ok(!records.includes('PRIVATE KEY'))
  })

  test('have tags', async () => {
    const Tags = [{ Key: 'team', Value: 'core' }]
    await admin().send(new TagSAMLProviderCommand({ SAMLProviderArn: ARN, Tags }))
    assert.deepEqual((await got()).Tags, Tags)
    assert.deepEqual((await admin().send(new ListSAMLProviderTagsCommand({ SAMLProviderArn: ARN }))).Tags, Tags)
    await admin().send(new UntagSAMLProviderCommand({ SAMLProviderArn: ARN, TagKeys: ['team'] }))
    assert.equal((await got()).Tags, undefined)
    // Private keys outlive it.
    assert.equal((await got()).PrivateKeyList?.length, 1)
  })

  test('are as many as an account may have, and are deleted', async () => {
    assert.equal((await create({ Name: 'second', Tags: [{ Key: 'a', Value: 'b' }] })).Tags?.length, 1)
    await create({ Name: 'third' })
    await refused(create({ Name: 'fourth' }), {
      code: 'LimitExceeded',
      status: 409,
      message: 'Cannot exceed quota for SAMLProvidersPerAccount: 3',
    })
    await admin().send(new DeleteSAMLProviderCommand({ SAMLProviderArn: ARN.replace('corp', 'third') }))
    await create({ Name: 'fourth' })
  })
})
