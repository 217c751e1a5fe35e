import { startTestBroker, type TestBroker, type TestBrokerOptions } from '../../src/testing/index.ts'
import { readXml, type XmlElement } from '../engines/wire/read-xml.ts'
import { type Actor, arnOf, roleArn, SESSIONS, sessionOf } from './cast.ts'
import { type Ask, OPEN, type Others } from './refusals/refusal.ts'
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
export interface Stage extends AsyncDisposable {
  readonly broker: TestBroker
  /** What an actor signs with; sessions are made when they are first asked for. */
  credentialsOf(actor: Actor): Promise<Credentials>
  /** The request that an ask describes, as it goes over the wire. */
  requestOf(ask: Ask): Promise<WireRequest>
  /** Sends what an ask describes. */
  ask(ask: Ask): Promise<WireAnswer>
}

/** Starts a broker, and a second one beside it whose sessions are strangers here. */
export async function setStage(options: TestBrokerOptions): Promise<Stage> {
  await using opened = new AsyncDisposableStack()
  const broker = opened.use(await startTestBroker(options))
  const elsewhere = opened.use(await startTestBroker(options))
  const credentialsOf = rememberedCredentials(broker)
  const others: Others = {
    session: await credentialsOf('Courier:second'),
    stranger: await rememberedCredentials(elsewhere)('Courier:first'),
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

function rememberedCredentials(broker: TestBroker): (actor: Actor) => Promise<Credentials> {
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
