import { type RunningNode, startInProcess } from '../../src/compose/index.ts'
import type { Broker, BrokerOptions, DirectoryInput } from '../../src/index.ts'
import { PLAIN_TERMS } from '../../src/model/index.ts'
import { applyDirectory } from '../../src/operations/broker/index.ts'
import { loadDirectory, readDirectories } from '../../src/operations/loading/index.ts'
import { readXml, type XmlElement } from '../engines/wire/read-xml.ts'
import { type Actor, arnOf, PROVIDER, roleArn, SESSIONS, SOURCE, sessionOf } from './cast.ts'
import { type Ask, type Hands, OPEN, type Others } from './refusals/refusal.ts'
import {
  type Credentials,
  formPost,
  type Params,
  queryGet,
  send,
  sign,
  type WireAnswer,
  type WireRequest,
} from './wire-client.ts'

/** A broker, and the cast with their credentials. */
export interface Stage extends AsyncDisposable, Hands {
  readonly broker: Broker
  /** The request that an ask describes, as it goes over the wire. */
  requestOf(ask: Ask): Promise<WireRequest>
  /** Sends what an ask describes. */
  ask(ask: Ask): Promise<WireAnswer>
}

/** In memory with a clock that moves; the small caches are made faster. */
const FOR_TESTS = {
  data: ':memory:',
  dev: true,
  logLevel: 'silent',
  limits: { cachedRecords: 500, cachedSessions: 500 },
} as const

/** The same for every stage: it is a stranger on all of them. */
let stranger: Promise<Credentials> | undefined

/** Starts a broker. A second one, whose sessions are strangers here, has come and gone by then. */
export async function setStage(options: BrokerOptions & { readonly directory: DirectoryInput }): Promise<Stage> {
  await using opened = new AsyncDisposableStack()
  const { broker, node } = await startInProcess({ ...FOR_TESTS, ...options }, 'stage')
  opened.use(broker)
  const credentialsOf = rememberedCredentials(broker)
  stranger ??= sessionElsewhere(options)
  const others: Others = {
    session: await credentialsOf('Courier:second'),
    stranger: await stranger,
    federated: await sessionFrom(PROVIDER, node),
  }

  const requestOf = async ({ by = 'alice', params, signing, get, forge, before, after }: Ask) => {
    const { host } = new URL(broker.endpoint)
    const all = {
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: roleArn(OPEN),
      RoleSessionName: 'session',
      ...params,
    }
    const plain = get ? queryGet(host, all) : formPost(host, all)
    const asked = before?.(plain) ?? plain
    if (by === 'nobody') return asked
    const credentials = await credentialsOf(by)
    const request = await sign(asked, forge?.(credentials, others) ?? credentials, signing)
    return after?.(request, others) ?? request
  }
  const held = opened.move()
  return {
    broker,
    node,
    directory: options.directory,
    apply: async (directory) =>
      await loadDirectory(await readDirectories([directory]), (desired) =>
        node.operate(applyDirectory, { desired, prune: true, dryRun: false }),
      ),
    credentialsOf,
    requestOf,
    ask: async (ask) => await send(broker.endpoint, await requestOf(ask)),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

/** The credentials in an answer of AssumeRole. */
export function credentialsIn({ status, body }: WireAnswer): Credentials {
  if (status !== 200) throw new Error(`no credentials in ${body}`)
  const text = (name: string) => find(readXml(body), name)?.text ?? ''
  return {
    accessKeyId: text('AccessKeyId'),
    secretAccessKey: text('SecretAccessKey'),
    sessionToken: text('SessionToken'),
  }
}

function find(element: XmlElement, name: string): XmlElement | undefined {
  if (element.name === name) return element
  for (const child of element.children) {
    const found = find(child, name)
    if (found !== undefined) return found
  }
  return undefined
}

async function sessionElsewhere(options: BrokerOptions): Promise<Credentials> {
  const { broker } = await startInProcess({ ...FOR_TESTS, ...options }, 'elsewhere')
  await using elsewhere = broker
  return await rememberedCredentials(elsewhere)('Courier:first')
}

/** A session of the role `Courier` as it is made for who comes from a provider. */
async function sessionFrom(provider: string, { broker }: RunningNode): Promise<Credentials> {
  const role = await broker.directory.role(`arn:aws:iam::${SOURCE}:role/Courier`)
  if (role === undefined) throw new Error('nobody is a courier')
  const { credentials } = broker.sessions.mint({
    account: role.account,
    holder: { kind: 'assumed-role', roleName: 'Courier', roleId: role.uniqueId, sessionName: 'web', chainDepth: 0 },
    issuedAt: broker.clock.now(),
    lifetimeMs: 3_600_000,
    terms: { ...PLAIN_TERMS, carriedKeys: { 'aws:federatedprovider': provider } },
  })
  return { ...credentials, secretAccessKey: credentials.secretAccessKey.reveal() }
}

function rememberedCredentials(broker: Broker): (actor: Actor) => Promise<Credentials> {
  const known = new Map<Actor, Promise<Credentials>>()
  const make = async (actor: Actor): Promise<Credentials> => {
    const made = SESSIONS[actor]
    if (made !== undefined) return await madeBy(await make(made.by), made.params)
    const session = sessionOf(actor)
    if (session === undefined) return (await broker.as(arnOf(actor))).credentials
    const params = { Action: 'AssumeRole', RoleArn: session.role, RoleSessionName: session.name }
    return await madeBy(await make('alice'), params)
  }
  const madeBy = async (credentials: Credentials, params: Params): Promise<Credentials> => {
    const request = formPost(new URL(broker.endpoint).host, { Version: '2011-06-15', ...params })
    return credentialsIn(await send(broker.endpoint, await sign(request, credentials)))
  }
  return (actor) => {
    const credentials = known.get(actor) ?? make(actor)
    known.set(actor, credentials)
    return credentials
  }
}
