import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type RunningNode, startNode } from '../../src/compose/index.ts'
import type { DirectoryInput } from '../../src/index.ts'
import { listKeys } from '../../src/operations/broker/index.ts'
import type { BrokerSettings } from '../../src/platform/config/index.ts'
import { KEY_PURPOSES, type KeyPurpose } from '../../src/platform/keyring/index.ts'
import { type Credentials, formPost, type Params, send, sign, type WireAnswer } from '../wire/wire-client.ts'
import { ACCOUNT, aFolder, configIn, DEPLOYER } from './samples.ts'

const HOUR = 3_600_000
const STEP = 3 * HOUR
/** Four days, half of them before a restart and half after it. */
const STEPS = 34
/** Between two rounds of one kind: enough for the keys to be written meanwhile, and for nothing to stand still. */
const BREATH_MS = 20
/** Keys live for a day, so that each purpose sees several of them. */
const DAILY: BrokerSettings = { dev: true, keyRotation: { everyDays: 1, pendingMinutes: 30, overlapHours: 37 } }

const CLOSED = `arn:aws:iam::${ACCOUNT}:role/Closed`
const allow = (Action: string) => ({ Effect: 'Allow', Action, Resource: '*' })
const policy = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement })
const USERS = ['alice', 'bob', 'carol', 'dave'].map((UserName, index) => ({
  UserName,
  AccessKeys: [{ AccessKeyId: `AKIAROTATINGKEY0000${index}`, SecretAccessKey: String(index).repeat(40) }],
  Policies: [{ PolicyName: 'all', PolicyDocument: policy(allow('*')) }],
}))
const DIRECTORY: DirectoryInput = {
  Accounts: [
    {
      Id: ACCOUNT,
      Users: USERS,
      Roles: [
        {
          RoleName: 'Deployer',
          MaxSessionDuration: 43_200,
          AssumeRolePolicyDocument: policy({
            ...allow('sts:AssumeRole'),
            Resource: undefined,
            Principal: { AWS: '*' },
          }),
        },
        {
          RoleName: 'Closed',
          AssumeRolePolicyDocument: policy({ Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }),
        },
      ],
    },
  ],
}
const [ALICE, ...OTHERS] = USERS.flatMap(({ AccessKeys }) =>
  AccessKeys.map(({ AccessKeyId, SecretAccessKey }) => ({
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
  })),
) as [Credentials, ...Credentials[]]

/** A node in a folder that is asked all the time, but for the while in which it is started again. */
class Served {
  node: RunningNode
  /** Requests that are on their way. */
  asking = 0
  /** For how many seals another key was active when they were opened. */
  readonly openedLater = new Map<KeyPurpose, number>()
  readonly #folder: string
  #waiting: PromiseWithResolvers<void> | undefined

  private constructor(folder: string, node: RunningNode) {
    this.#folder = folder
    this.node = node
  }

  static async start(t: TestContext): Promise<Served> {
    const folder = await aFolder(t)
    const served = new Served(folder, await startNode(configIn(folder, DAILY), { directories: [DIRECTORY] }))
    t.after(() => served.node.stop())
    return served
  }

  get keys(): string {
    return join(this.#folder, 'keys')
  }

  now(): number {
    return this.node.broker.clock.now()
  }

  /** Stops the node and starts another on its data and keys, whose clock goes on where that one's was. */
  async restart(): Promise<void> {
    this.#waiting = Promise.withResolvers()
    while (this.asking > 0) await delay(1)
    const before = this.now()
    await this.node.stop()
    this.node = await startNode(configIn(this.#folder, DAILY))
    this.node.virtualClock?.advance(Math.max(0, before - this.now()))
    this.#waiting.resolve()
    this.#waiting = undefined
  }

  async ask(by: Credentials, params: Params): Promise<WireAnswer> {
    return await this.#send(by, 'sts', (host) => formPost(host, { Version: '2011-06-15', ...params }))
  }

  async lookUp(by: Credentials, body: object): Promise<WireAnswer> {
    const target = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents'
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }
    const text = JSON.stringify(body)
    return await this.#send(by, 'cloudtrail', (host) => ({
      method: 'POST',
      target: '/',
      headers: { host, ...headers },
      body: text,
    }))
  }

  /** Notes that what was sealed with a key is about to be opened. */
  opening(purpose: KeyPurpose, keyId: string | undefined): void {
    if (keyId === this.node.broker.keyring.active(purpose).id) return
    this.openedLater.set(purpose, (this.openedLater.get(purpose) ?? 0) + 1)
  }

  async #send(by: Credentials, service: string, made: (host: string) => Parameters<typeof sign>[0]) {
    await this.#waiting?.promise
    this.asking += 1
    try {
      const { api } = this.node.addresses
      return await send(api, await sign(made(new URL(api).host), by, { service }))
    } finally {
      this.asking -= 1
    }
  }
}

/** What was made at some time, to be used for as long as it is good. */
interface Held<What> {
  readonly what: What
  readonly until: number
}

/** One kind of load: asked again and again, each time for one round of requests. */
type Load = (served: Served) => () => Promise<void>

/** Credentials that are used for nearly as long as they live. */
function sessionLoad(asked: Params, hours: number, arn: RegExp): Load {
  return (served) => {
    let held: Held<Credentials> | undefined
    return async () => {
      if (held === undefined || held.until < served.now()) {
        const until = served.now() + (hours - 4) * HOUR
        const { body } = granted(await served.ask(ALICE, { ...asked, DurationSeconds: String(hours * 3600) }))
        const text = (name: string) => new RegExp(`<${name}>([^<]+)<`).exec(body)?.[1] ?? ''
        const [accessKeyId, secretAccessKey] = [text('AccessKeyId'), text('SecretAccessKey')]
        held = { what: { accessKeyId, secretAccessKey, sessionToken: text('SessionToken') }, until }
      }
      const [header = ''] = held.what.sessionToken?.split('.') ?? []
      served.opening('session-seal', JSON.parse(Buffer.from(header, 'base64url').toString()).kid)
      assert.match(granted(await served.ask(held.what, { Action: 'GetCallerIdentity' })).body, arn)
    }
  }
}

/** Calls that are signed with keys whose secrets are sealed anew meanwhile. */
const longTermKeys: Load = (served) => async () => {
  for (const by of OTHERS) granted(await served.ask(by, { Action: 'GetCallerIdentity' }))
}

/** Refusals, whose messages are decoded at once, and again for nearly as long as they can be. */
const refusals: Load = (served) => {
  const kept: Held<string>[] = []
  return async () => {
    const at = served.now()
    const refused = await served.ask(ALICE, { Action: 'AssumeRole', RoleArn: CLOSED, RoleSessionName: 'refused' })
    assert.deepEqual([refused.status, refused.fault?.code], [403, 'AccessDenied'])
    kept.push({ what: String(refused.headers['x-rolecall-explanation']), until: at + 20 * HOUR })
    while ((kept[0]?.until ?? 0) < served.now()) kept.shift()
    for (const { what: EncodedMessage } of [kept[0], kept.at(-1)].filter((each) => each !== undefined)) {
      const bytes = Buffer.from(EncodedMessage, 'base64url')
      served.opening('explanation', bytes.toString('latin1', 2, 2 + (bytes[1] ?? 0)))
      const { body } = granted(await served.ask(ALICE, { Action: 'DecodeAuthorizationMessage', EncodedMessage }))
      assert.ok(body.includes(CLOSED), body)
    }
  }
}

/** Lists of events, page by page, and pages that were asked for before, for as long as sessions may be. */
const pages: Load = (served) => {
  const kept: Held<string>[] = []
  let next: string | undefined
  let seen = new Set<string>()
  const page = async (NextToken: string | undefined) => {
    served.opening('page-marker', NextToken?.split('.')[0])
    const asked = { MaxResults: 3, ...(NextToken !== undefined && { NextToken }) }
    return JSON.parse(granted(await served.lookUp(ALICE, asked)).body)
  }
  return async () => {
    const at = served.now()
    const { Events, NextToken } = await page(next)
    for (const { EventId } of Events) {
      assert.ok(!seen.has(EventId), 'no event stands on two pages of a list')
      seen.add(EventId)
    }
    if (NextToken !== undefined) kept.push({ what: NextToken, until: at + 34 * HOUR })
    while ((kept[0]?.until ?? Number.POSITIVE_INFINITY) < served.now()) kept.shift()
    if (kept[0] !== undefined) await page(kept[0].what)
    if (NextToken === undefined) seen = new Set()
    next = NextToken
  }
}

const LOADS: Readonly<Record<string, Load>> = {
  'sessions of a role': sessionLoad(
    { Action: 'AssumeRole', RoleArn: DEPLOYER, RoleSessionName: 'ci' },
    12,
    /assumed-role\/Deployer\/ci</,
  ),
  'sessions of a user': sessionLoad({ Action: 'GetSessionToken' }, 36, /user\/alice</),
  'long-term keys': longTermKeys,
  'refusals and their messages': refusals,
  'pages of events': pages,
}

function granted(answer: WireAnswer): WireAnswer {
  assert.equal(answer.status, 200, answer.body)
  return answer
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; !(await isSo()); attempt++) {
    assert.ok(attempt < 2000, 'it never came to be')
    await delay(5)
  }
}

test('keys in files are replaced again and again, with a restart between, and no request of any kind fails', {
  timeout: 120_000,
}, async (t) => {
  const served = await Served.start(t)
  const active: { readonly purpose: KeyPurpose; readonly id: string; readonly at: number }[] = []
  const rounds = new Map(Object.keys(LOADS).map((name) => [name, 0]))
  let over = false
  const loads = Object.entries(LOADS).map(async ([name, load]) => {
    const round = load(served)
    while (!over) {
      await round()
      rounds.set(name, (rounds.get(name) ?? 0) + 1)
      await delay(BREATH_MS)
    }
  })
  const time = async (): Promise<void> => {
    for (let step = 0; step < STEPS && !over; step++) {
      if (step === STEPS / 2) await served.restart()
      const before = new Map(rounds)
      await until(() => over || served.asking > 0)
      served.node.virtualClock?.advance(STEP)
      // Writing keys takes its time, in which a clock that goes on like that would be days ahead.
      await served.node.broker.keyring.upkeep()
      await until(() => over || [...rounds].every(([name, count]) => count > (before.get(name) ?? 0)))
      const { keyring } = served.node.broker
      for (const purpose of KEY_PURPOSES) active.push({ purpose, id: keyring.active(purpose).id, at: served.now() })
    }
  }
  const end = (): void => {
    over = true
  }
  await Promise.all([...loads.map((load) => load.finally(end)), time().finally(end)])

  for (const purpose of KEY_PURPOSES) {
    const ids = new Set(active.filter((each) => each.purpose === purpose).map(({ id }) => id))
    assert.ok(ids.size >= 4, `${ids.size} keys of ${purpose}`)
  }
  for (const { purpose, id, at } of active) {
    if (served.now() - at <= 36 * HOUR) assert.ok(served.node.broker.keyring.find(purpose, id), purpose)
  }
  for (const purpose of ['session-seal', 'explanation', 'page-marker'] as const) {
    assert.ok((served.openedLater.get(purpose) ?? 0) >= STEPS / 4, `what an earlier ${purpose} key sealed was opened`)
  }
  const { problem } = await served.node.operate(listKeys, undefined)
  assert.equal(problem, undefined)
  // One that was replaced is destroyed as soon as it could be and nothing is stored under it.
  const destroyed = async (): Promise<readonly string[]> => {
    const names = (await readdir(served.keys)).filter((name) => name.startsWith('at-rest.'))
    const texts = await Promise.all(names.map((name) => readFile(join(served.keys, name), 'utf8')))
    return texts.filter((text) => 'destroyedAt' in JSON.parse(text))
  }
  await until(async () => (await destroyed()).length >= 2)
  for (const text of await destroyed()) assert.ok(!text.includes('material'))
  // From the files alone: what a node remembers it need not open.
  await served.restart()
  for (const by of [ALICE, ...OTHERS]) granted(await served.ask(by, { Action: 'GetCallerIdentity' }))
})
