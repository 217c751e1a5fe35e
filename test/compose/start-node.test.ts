import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { type RunningNode, startBroker, startNode } from '../../src/compose/index.ts'
import { resetDirectory } from '../../src/operations/broker/index.ts'
import { openSqlStorage } from '../../src/platform/storage/sql/index.ts'
import { ACCOUNT, aFolder, configIn, DEPLOYER, DIRECTORY, everythingIn } from './samples.ts'

/** Starts a node that is stopped when the test ends, unless it was before. */
async function started(t: TestContext, ...args: Parameters<typeof startNode>): Promise<RunningNode> {
  const node = await startNode(...args)
  t.after(() => node.stop())
  return node
}

const withDirectory = { directories: [DIRECTORY] }
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
const ALICE = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 's'.repeat(40) }

/** A client that gives up at once instead of trying again. */
function clientOf(
  t: TestContext,
  { addresses }: RunningNode,
  credentials: { accessKeyId: string; secretAccessKey: string },
) {
  const client = new STSClient({ endpoint: addresses.api, region: 'us-east-1', credentials, maxAttempts: 1 })
  t.after(() => client.destroy())
  return client
}

async function whoIs(t: TestContext, node: RunningNode, credentials: { accessKeyId: string; secretAccessKey: string }) {
  return (await clientOf(t, node, credentials).send(new GetCallerIdentityCommand())).Arn
}

/** An address on which somebody else listens. */
async function takenAddress(t: TestContext): Promise<string> {
  const taken = createServer().listen(0, '127.0.0.1')
  t.after(() => taken.close())
  await once(taken, 'listening')
  const address = taken.address()
  assert.ok(typeof address === 'object' && address !== null)
  return `127.0.0.1:${address.port}`
}

describe('a node that cannot start', () => {
  for (const [listener, flag] of [
    ['api', '--listen'],
    ['metadata', '--metadata-listen'],
    ['admin', '--admin-listen'],
  ] as const) {
    test(`because the address of ${listener} is taken says so`, async (t) => {
      const there = await takenAddress(t)
      await assert.rejects(
        started(t, configIn(await aFolder(t), { data: ':memory:', listen: { [listener]: there } })),
        {
          message: `${there} is in use; choose another address with ${flag}`,
        },
      )
    })
  }

  test('because an address is taken lets go of the data, keeps what was applied, and tells nobody it is ready', async (t) => {
    const folder = await aFolder(t)
    const readyFile = join(folder, 'ready.json')
    const listen = { admin: await takenAddress(t) }
    await assert.rejects(started(t, configIn(folder, { listen, readyFile }), withDirectory), /is in use/)
    await assert.rejects(stat(readyFile), { code: 'ENOENT' })
    const node = await started(t, configIn(folder))
    assert.ok(await everythingIn(node, ACCOUNT))
  })

  test('because another serves its data says so, and does not disturb it', async (t) => {
    const folder = await aFolder(t)
    const node = await started(t, configIn(folder), withDirectory)
    await assert.rejects(started(t, configIn(folder)), /Another process is using the data folder/)
    assert.equal(await whoIs(t, node, ALICE), `arn:aws:iam::${ACCOUNT}:user/alice`)
  })

  test('because its directory has mistakes names them, and applies nothing of it', async (t) => {
    const folder = await aFolder(t)
    const wrong = { Accounts: [...DIRECTORY.Accounts, { Id: '2' }] }
    await assert.rejects(started(t, configIn(folder), { directories: [wrong] }), {
      name: 'DirectoryFileError',
      message: 'directory: Accounts[1].Id: "2" must be 12 digits, in quotes',
    })
    const node = await started(t, configIn(folder), withDirectory)
    assert.ok(await everythingIn(node, ACCOUNT))
  })

  test('because a certificate cannot be read names the file, and lets go of the data', async (t) => {
    const folder = await aFolder(t)
    const tls = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
    await assert.rejects(started(t, configIn(folder, { tls })), {
      message: `${tls.certFile}, named by --tls-cert, cannot be read`,
    })
    await started(t, configIn(folder))
  })

  test('because the key that its secrets are sealed under is gone says what to do', async (t) => {
    const folder = await aFolder(t)
    await (await started(t, configIn(folder), withDirectory)).stop()
    const keys = join(folder, 'keys')
    const file = (await readdir(keys)).find((name) => name.startsWith('at-rest.')) ?? ''
    const kept = await readFile(join(keys, file), 'utf8')
    const { id } = JSON.parse(kept)
    await rm(join(keys, file))
    for (let attempt = 0; attempt < 2; attempt++) {
      await assert.rejects(started(t, configIn(folder)), {
        message: `Stored data was sealed under at-rest keys that the key ring does not hold (${id}), so it can no longer be read: restore the key files from a backup.`,
      })
    }
    await writeFile(join(keys, file), kept, { mode: 0o600 })
    const node = await started(t, configIn(folder))
    assert.ok(await everythingIn(node, ACCOUNT), 'and once that is done, it starts')
  })

  test('because its data was served with a clock that moves says so, and starts with --dev still', async (t) => {
    const folder = await aFolder(t)
    await (await started(t, configIn(folder, { dev: true }), withDirectory)).stop()
    await assert.rejects(started(t, configIn(folder)), /was served with --dev, where the clock can be moved/)
    await started(t, configIn(folder, { dev: true }))
  })
})

describe('a data folder', () => {
  test('keeps ids, keys, secrets and the operator’s token from start to start', async (t) => {
    const folder = await aFolder(t)
    const first = await started(t, configIn(folder), withDirectory)
    const before = await everythingIn(first, ACCOUNT)
    const token = first.operatorToken.reveal()
    await first.stop()
    for (const options of [{}, withDirectory]) {
      const node = await started(t, configIn(folder), options)
      assert.deepEqual(await everythingIn(node, ACCOUNT), before)
      assert.equal(node.operatorToken.reveal(), token)
      assert.equal(node.firstAdmin, undefined)
      await node.stop()
    }
    assert.equal(await modeOf(join(folder, 'data', 'operator-token')), '600')
  })

  test('keeps sessions from start to start, while their role is there', async (t) => {
    const folder = await aFolder(t)
    const first = await started(t, configIn(folder), withDirectory)
    const assume = new AssumeRoleCommand({ RoleArn: DEPLOYER, RoleSessionName: 'ci' })
    const { Credentials } = await clientOf(t, first, ALICE).send(assume)
    await first.stop()
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
    const node = await started(t, configIn(folder), withDirectory)
    const session = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    assert.equal(await whoIs(t, node, session), `arn:aws:sts::${ACCOUNT}:assumed-role/Deployer/ci`)
  })

  test('keeps what was refused just before the node stopped', async (t) => {
    const folder = await aFolder(t)
    const first = await started(t, configIn(folder), withDirectory)
    const assume = new AssumeRoleCommand({ RoleArn: `${DEPLOYER}s`, RoleSessionName: 'ci' })
    await assert.rejects(clientOf(t, first, ALICE).send(assume), { name: 'AccessDenied' })
    await first.stop()
    const storage = await openSqlStorage({ data: join(folder, 'data') })
    const [newest] = (await storage.audit.find({ limit: 1 })).entries
    await storage.close()
    assert.deepEqual([newest?.eventName, newest?.errorCode], ['AssumeRole', 'AccessDenied'])
  })
})

describe('the first administrator', () => {
  test('is made where there is no account; the key is in a file for its owner alone, and works', async (t) => {
    const folder = await aFolder(t)
    const node = await started(t, configIn(folder))
    const file = join(folder, 'data', 'initial-admin.json')
    assert.equal(await modeOf(file), '600')
    const { account, arn, ...key } = JSON.parse(await readFile(file, 'utf8'))
    assert.match(account, /^[0-9]{12}$/)
    assert.equal(arn, `arn:aws:iam::${account}:user/admin`)
    assert.deepEqual(Object.keys(key), ['accessKeyId', 'secretAccessKey'])
    assert.equal(key.secretAccessKey, node.firstAdmin?.secretAccessKey.reveal())
    assert.equal(await whoIs(t, node, key), arn)
  })

  test('does not exist before its key is kept: a key that nobody was told would be lost for good', async (t) => {
    const folder = await aFolder(t)
    const inTheWay = join(folder, 'data', 'initial-admin.json')
    await mkdir(inTheWay, { recursive: true })
    await assert.rejects(started(t, configIn(folder)), { code: 'EISDIR' })
    await rmdir(inTheWay)
    const node = await started(t, configIn(folder))
    const { accessKeyId, secretAccessKey } = JSON.parse(await readFile(inTheWay, 'utf8'))
    assert.equal(await whoIs(t, node, { accessKeyId, secretAccessKey }), node.firstAdmin?.arn)
  })

  test('is not made where there is an account, or a directory that makes one', async (t) => {
    const folder = await aFolder(t)
    const node = await started(t, configIn(folder), withDirectory)
    assert.equal(node.firstAdmin, undefined)
    await assert.rejects(stat(join(folder, 'data', 'initial-admin.json')), { code: 'ENOENT' })
  })
})

describe('the ready file', () => {
  test('tells where the node answers, and where the operator’s token is, to its owner alone', async (t) => {
    const folder = await aFolder(t)
    const readyFile = join(folder, 'ready.json')
    await writeFile(readyFile, 'stale', { mode: 0o644 })
    const node = await started(t, configIn(folder, { readyFile }), withDirectory)
    assert.equal(await modeOf(readyFile), '600')
    assert.deepEqual(JSON.parse(await readFile(readyFile, 'utf8')), {
      pid: process.pid,
      addresses: node.addresses,
      containers: [node.addresses.metadata],
      instances: [],
      operatorTokenFile: join(folder, 'data', 'operator-token'),
    })
    for (const origin of Object.values(node.addresses)) assert.match(origin, /^http:\/\/127\.0\.0\.1:[0-9]+$/)
  })

  test('has the token itself where there is no folder to keep it in', async (t) => {
    const folder = await aFolder(t)
    const readyFile = join(folder, 'ready.json')
    const node = await started(t, configIn(folder, { data: ':memory:', readyFile }), withDirectory)
    const { operatorToken } = JSON.parse(await readFile(readyFile, 'utf8'))
    assert.equal(operatorToken, node.operatorToken.reveal())
    assert.deepEqual(await readdir(folder), ['ready.json'], 'and nothing else was written')
  })
})

describe('stopping', () => {
  test('again, or twice at once, is stopping once, and the data is let go of when it is done', async (t) => {
    const folder = await aFolder(t)
    const node = await started(t, configIn(folder), withDirectory)
    await Promise.all([node.stop(), node.stop()])
    await node.stop()
    await (await started(t, configIn(folder))).stop()
  })

  test('a broker goes out of scope with its addresses', async () => {
    let endpoint = ''
    {
      await using broker = await startBroker({ logLevel: 'silent', directory: DIRECTORY })
      endpoint = broker.endpoint
      const { env } = await broker.as('shop/alice')
      assert.deepEqual(env, {
        AWS_ENDPOINT_URL_STS: endpoint,
        AWS_ENDPOINT_URL_IAM: endpoint,
        AWS_ENDPOINT_URL_CLOUDTRAIL: endpoint,
        AWS_REGION: 'us-east-1',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: ALICE.accessKeyId,
        AWS_SECRET_ACCESS_KEY: ALICE.secretAccessKey,
        AWS_SESSION_TOKEN: '',
        NO_PROXY: '127.0.0.1',
        no_proxy: '127.0.0.1',
      })
    }
    await assert.rejects(fetch(endpoint))
  })
})

describe('a reset in development', () => {
  test('makes everything anew: keys that were said work on, sessions and generated keys do not', async (t) => {
    const folder = await aFolder(t)
    const node = await started(t, configIn(folder, { data: ':memory:', dev: true }), withDirectory)
    const assume = new AssumeRoleCommand({ RoleArn: DEPLOYER, RoleSessionName: 'ci' })
    const { Credentials } = await clientOf(t, node, ALICE).send(assume)
    const root = (await node.clientSettings(`arn:aws:iam::${ACCOUNT}:root`)).credentials
    await node.reset()
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
    const session = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    for (const gone of [session, root]) await assert.rejects(whoIs(t, node, gone), { name: 'InvalidClientTokenId' })
    assert.equal(await whoIs(t, node, ALICE), `arn:aws:iam::${ACCOUNT}:user/alice`)
    await clientOf(t, node, ALICE).send(assume)
  })

  test('leaves no key behind, however many are asked for at once', async (t) => {
    const folder = await aFolder(t)
    const node = await started(t, configIn(folder, { data: ':memory:', dev: true }), withDirectory)
    await Promise.all([node.reset(), node.reset(), node.reset()])
    assert.deepEqual(
      await node.operate(resetDirectory, { Accounts: [] }),
      { changes: 6 },
      'account, alias, user, role, and the keys of root and user',
    )
  })

  test('is one change: whoever asks in between finds everything there', async (t) => {
    const folder = await aFolder(t)
    const node = await started(t, configIn(folder, { data: ':memory:', dev: true }), withDirectory)
    let resetting = true
    const asked: string[] = []
    const asking = Array.from({ length: 4 }, async () => {
      while (resetting) asked.push((await whoIs(t, node, ALICE)) ?? '')
    })
    for (let n = 0; n < 20; n++) await node.reset()
    resetting = false
    await Promise.all(asking)
    assert.ok(asked.length > 0)
    assert.deepEqual(new Set(asked), new Set([`arn:aws:iam::${ACCOUNT}:user/alice`]))
  })

  test('and a clock that is moved are recorded', async (t) => {
    const folder = await aFolder(t)
    const node = await started(t, configIn(folder, { data: ':memory:', dev: true }), withDirectory)
    for (const [path, body] of [
      ['/clock', { advance: 'PT1H' }],
      ['/reset', {}],
    ] as const) {
      const headers = { Authorization: `Bearer ${node.operatorToken.reveal()}`, 'Content-Type': 'application/json' }
      const answer = await fetch(new URL(path, node.addresses.admin), {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      })
      assert.equal(answer.status, 200)
    }
    const { entries } = await node.broker.audit.find({ limit: 10 })
    const recorded = entries.map(({ body }) => JSON.parse(body)).toReversed()
    assert.partialDeepStrictEqual(
      recorded
        .filter(({ eventName }) => /Clock|Reset/.test(eventName))
        .toSorted((a, b) => (a.eventName < b.eventName ? -1 : 1)),
      [
        { eventName: 'AdvanceClock', requestParameters: { milliseconds: 3_600_000 } },
        { eventName: 'ResetDirectory', userIdentity: { type: 'RolecallOperator' } },
      ],
    )
  })

  test('gives the first administrator back with the same key', async (t) => {
    const folder = await aFolder(t)
    const node = await started(t, configIn(folder, { dev: true }))
    await node.reset()
    const { accessKeyId, secretAccessKey } = JSON.parse(
      await readFile(join(folder, 'data', 'initial-admin.json'), 'utf8'),
    )
    assert.ok(node.firstAdmin)
    assert.equal(accessKeyId, node.firstAdmin.accessKeyId)
    assert.equal(await whoIs(t, node, { accessKeyId, secretAccessKey }), node.firstAdmin.arn)
  })
})
