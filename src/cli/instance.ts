import { align } from './align.ts'
import { oneLine } from './ask.ts'
import type { CliCommand } from './cli-command.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { memberAt, parseJson, textAt } from './json-members.ts'
import {
  type AdminCall,
  addBrokerFlags,
  type BrokerFlags,
  callAdmin,
  findBroker,
  type RunningBroker,
  strangeAnswer,
} from './running-broker.ts'

const HELP = `
For brokers that serve --dev. Without an instance: which there are. With one alone: how it is steered. A task of ECS or the
pods of a service account are steered likewise: task/ID, pod/CLUSTER/NAMESPACE/SERVICEACCOUNT.
  set NAME=VALUE...  has it answered otherwise; a value is JSON, or else text
  unset NAME...      these as usual again
  reset              everything as usual again, and nothing recorded
  rotate             the next fetch gets other credentials; those before stay good
  expire             credentials that were handed out count as expired
  void-tokens        session tokens that an instance has issued are void: it asks for another
  requests           what it asked
  forget             what it asked until now is forgotten

NAME is rotation, lifetime, rotateAfter, document or faults; of an instance connections, httpTokens, httpEndpoint, hops,
httpPutResponseHopLimit, spotInterruption, rebalance, maintenanceEvents, lifecycle, instanceMetadataTags, tags, variants or
metadata too: docs/development-mode.md says what each takes.

Examples:
  rolecall instance i-0123456789abcdef0 set rotation=stopped httpTokens=optional
  rolecall instance i-0123456789abcdef0 set 'faults=[{"path":"api/token","latencyMs":1500}]'
  rolecall instance i-0123456789abcdef0 set spotInterruption=terminate
  rolecall instance i-0123456789abcdef0 set 'spotInterruption={"action":"stop","in":"PT10M"}'
  rolecall instance i-0123456789abcdef0 set 'faults=[{"perSecond":5,"answer":503}]'
  rolecall instance pod/shop/default/web set lifetime=PT5M
  rolecall instance i-0123456789abcdef0 expire`

interface InstanceFlags extends BrokerFlags {
  readonly json?: true
}

/** What each word does: the call of the admin listener, and what it is called with. */
const CALLS: Readonly<Record<string, (id: string, rest: readonly string[]) => AdminCall>> = {
  show: (id) => ({ method: 'GET', path: pathOf(id) }),
  set: (id, rest) => ({ method: 'PATCH', path: pathOf(id), body: Object.fromEntries(rest.map(assignment)) }),
  unset: (id, rest) => ({
    method: 'PATCH',
    path: pathOf(id),
    body: Object.fromEntries(rest.map((name) => [name, null])),
  }),
  reset: (id) => ({ method: 'DELETE', path: pathOf(id) }),
  rotate: (id) => ({ method: 'POST', path: `${pathOf(id)}/rotate` }),
  expire: (id) => ({ method: 'POST', path: `${pathOf(id)}/expire` }),
  'void-tokens': (id) => ({ method: 'POST', path: `${pathOf(id)}/void-tokens` }),
  requests: (id) => ({ method: 'GET', path: `${pathOf(id)}/requests` }),
  forget: (id) => ({ method: 'DELETE', path: `${pathOf(id)}/requests` }),
}

/** `rolecall instance`: steers what an instance, a task or a pod is answered, in development. */
export const instance: CliCommand = {
  configure(command) {
    command
      .argument('[ID]', 'the instance: i-..., or task/ID or pod/CLUSTER/NAMESPACE/SERVICEACCOUNT')
      .argument('[WHAT]', 'set, unset, reset, rotate, expire, void-tokens, requests or forget')
      .argument('[NAME...]', 'for set and unset')
      .option('--json', 'as JSON')
      .addHelpText('after', HELP)
    addBrokerFlags(command)
  },

  async run(command, { environment, stdout }) {
    const { json, ...flags } = command.opts<InstanceFlags>()
    const [id, what = 'show', ...rest] = command.args
    const call = id === undefined ? { method: 'GET' as const, path: '/instances' } : callOf(id, what, rest)
    const broker = await findBroker(flags, environment)
    const answer = await callAdmin(call, broker).catch((error: unknown) => {
      throw error instanceof Error && error.message.startsWith('NotFound:') ? notSteered(broker) : error
    })
    const text = json ? `${JSON.stringify(answer, undefined, 2)}\n` : describe(answer)
    if (text === undefined) throw strangeAnswer(broker)
    stdout.write(text)
    return 0
  },
}

function callOf(id: string, what: string, rest: readonly string[]): AdminCall {
  const call = Object.hasOwn(CALLS, what) ? CALLS[what] : undefined
  if (call === undefined) {
    throw new CliError(`${what} is nothing that can be done to an instance: ${Object.keys(CALLS).join(', ')} can`, {
      status: WRONG_USAGE,
    })
  }
  const takesNames = what === 'set' || what === 'unset'
  if (takesNames && rest.length === 0) {
    throw new CliError(what === 'set' ? 'Say what to set: NAME=VALUE' : 'Say what to unset: NAME', {
      status: WRONG_USAGE,
    })
  }
  if (what === 'void-tokens' && !id.startsWith('i-')) {
    throw new CliError('void-tokens is for instances: containers have no session tokens', { status: WRONG_USAGE })
  }
  if (!takesNames && rest.length > 0) throw new CliError(`${what} takes nothing more`, { status: WRONG_USAGE })
  return call(id, rest)
}

/** The admin listener has no such paths otherwise. */
function notSteered({ admin }: RunningBroker): CliError {
  return new CliError(`The broker at ${admin.origin} steers no instances: start it with serve --dev, for tests only`)
}

function pathOf(id: string): string {
  // An address would lose a segment of dots, and the call would be another one.
  if (!/^(?:i-[0-9a-f]{1,17}|task\/[0-9a-f]{32}|pod(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+){3})$/.test(id)) {
    throw new CliError(
      `${id} is no id of an instance, such as i-0123456789abcdef0, nor task/ID or pod/CLUSTER/NAMESPACE/SERVICEACCOUNT`,
      {
        status: WRONG_USAGE,
      },
    )
  }
  return id.startsWith('i-') ? `/instances/${id}` : `/${id.replace('/', 's/')}`
}

function assignment(text: string): readonly [name: string, value: unknown] {
  const sign = text.indexOf('=')
  if (sign < 1) throw new CliError(`${text} is not NAME=VALUE`, { status: WRONG_USAGE })
  const value = text.slice(sign + 1)
  const name = text.slice(0, sign)
  const parsed = parseJson(value) ?? value
  // When is left out most of the time.
  return [name, name === 'spotInterruption' && typeof parsed === 'string' ? { action: parsed } : parsed]
}

/** What came, for a person; `undefined` when it is nothing that a broker says. */
function describe(answer: unknown): string | undefined {
  const [instances, requests, steering] = ['instances', 'requests', 'steering'].map((name) => memberAt(answer, name))
  if (Array.isArray(instances)) {
    const rows = instances.map((each: unknown) => [
      textAt(each, 'id') ?? '',
      textAt(each, 'account') ?? '',
      list(memberAt(each, 'addresses')),
    ])
    return rows.length === 0 ? 'There are no instances.\n' : table([['INSTANCE', 'ACCOUNT', 'METADATA AT'], ...rows])
  }
  if (Array.isArray(requests)) {
    const rows = requests.map((each: unknown) => [
      textAt(each, 'at') ?? '',
      textAt(each, 'method') ?? '',
      String(memberAt(each, 'answer')),
      memberAt(each, 'hasToken') === true ? 'token' : '-',
      textAt(each, 'path') ?? '',
    ])
    return rows.length === 0 ? 'Nothing was asked.\n' : table([['AT', 'METHOD', 'ANSWER', 'TOKEN', 'PATH'], ...rows])
  }
  if (typeof steering === 'object' && steering !== null) {
    const rows = Object.entries(steering).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ])
    return rows.length === 0 ? 'Everything is as usual.\n' : table(rows)
  }
  return textAt(answer, 'status') === 'ok' ? 'Done.\n' : undefined
}

function list(value: unknown): string {
  return Array.isArray(value) ? value.join(' ') : ''
}

function table(rows: readonly (readonly string[])[]): string {
  return align(rows.map((row) => row.map(oneLine)))
}
