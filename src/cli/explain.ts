import { Option } from 'commander'
import pc from 'picocolors'
import { align } from './align.ts'
import { oneLine } from './ask.ts'
import { type AwsFlags, addAwsFlags, resolveAwsSettings } from './aws-settings.ts'
import type { CliCommand } from './cli-command.ts'
import type { Environment } from './cli-context.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { explainResponse, explainToken } from './explain-proof.ts'
import { memberAt, parseJson, textAt } from './json-members.ts'
import { linesAt } from './lines-at.ts'
import { addBrokerFlags, type BrokerFlags, callOperator, findBroker, strangeAnswer } from './running-broker.ts'
import { callSts } from './sts-client.ts'

const EXAMPLE = `
An answer that denies access carries both: the message in x-rolecall-explanation, the id in x-amzn-RequestId.

A message is decoded with the AWS credentials of this environment, or of --profile: they have to belong to one of the
two accounts that it concerns, be allowed sts:DecodeAuthorizationMessage, and see what that account may see, for 24
hours. Without credentials, for a request id, and where a flag says which broker is meant, its operator is asked, who
sees all of it as long as the record is kept.

With --token-file the operator is asked, without any request, whether a token of an OpenID Connect provider would be
exchanged for credentials of a role: each check with its outcome. Nothing of the token is kept. Ends with 0 when it
would be, 1 when not, 2 when used wrongly, 3 when that cannot be told.

--saml-response asks the same of the SAMLResponse that an identity provider posted, as it was posted. It can be exchanged
afterwards as if nobody had asked.

Examples:
  rolecall explain AQtX... --profile alice
  rolecall explain 01234567-89ab-4cde-8f01-23456789abcd
  rolecall explain --token-file /run/token --role arn:aws:iam::111111111111:role/Deployer
  get-a-token | rolecall explain --token-file - --role arn:aws:iam::111111111111:role/Deployer --json
  rolecall explain --saml-response response.b64 --role arn:aws:iam::111111111111:role/Engineer \\
    --provider arn:aws:iam::111111111111:saml-provider/corp`

const REQUEST_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const MESSAGE = /^[\w-]+$/

interface ExplainFlags extends BrokerFlags, AwsFlags {
  readonly json?: true
  readonly tokenFile?: string
  readonly role?: string
  readonly sessionName?: string
  readonly durationSeconds?: string
  readonly samlResponse?: string
  readonly provider?: string
  readonly asked?: true
  readonly showPersonal?: true
}

/** `rolecall explain`: why access was denied, and what would have to change. */
export const explain: CliCommand = {
  configure(command) {
    command
      .argument('[MESSAGE|REQUEST-ID]', 'which refusal')
      .addOption(new Option('--token-file <FILE>', 'a token instead of a refusal; - reads it').conflicts('profile'))
      .addOption(
        new Option('--saml-response <FILE>', 'a SAML response instead of a refusal; - reads it').conflicts([
          'profile',
          'tokenFile',
          'sessionName',
        ]),
      )
      .option('--role <ARN>', 'the role that the token or response is to be exchanged for')
      .option('--provider <ARN>', 'the SAML provider that the response is of')
      .option('--asked', 'take the response as the answer to a sign-in that began at the broker')
      .option('--show-personal', 'show whole what names a person in an assertion')
      .option('--session-name <NAME>', "the role session's name, where a trust policy asks for it")
      .option('--duration-seconds <SECONDS>', 'for how long credentials would be asked for with the token')
      .option('--json', 'as JSON')
      .addHelpText('after', EXAMPLE)
    addAwsFlags(command)
    addBrokerFlags(command)
  },

  async run(command, { environment, stdin, stdout }) {
    const { tokenFile, samlResponse, role, provider, asked, sessionName, durationSeconds, showPersonal, ...flags } =
      command.opts<ExplainFlags>()
    const { json } = flags
    const personal = showPersonal === true
    const [text = ''] = command.args
    if (samlResponse !== undefined || provider !== undefined || asked !== undefined) {
      if (samlResponse === undefined || provider === undefined || role === undefined || text !== '') {
        throw new CliError('Say --saml-response FILE, --role ARN and --provider ARN, and no message beside them', {
          status: WRONG_USAGE,
        })
      }
      const response = { samlResponse, role, provider, asked: asked === true, personal }
      return await explainResponse({ ...response, json, broker: flags }, { environment, stdin, stdout })
    }
    if (tokenFile !== undefined || role !== undefined || sessionName !== undefined || durationSeconds !== undefined) {
      if (tokenFile === undefined || role === undefined || text !== '') {
        throw new CliError('Say --token-file FILE and --role ARN, and no message beside them', { status: WRONG_USAGE })
      }
      const token = { tokenFile, role, sessionName, durationSeconds }
      return await explainToken({ ...token, json, broker: flags }, { environment, stdin, stdout })
    }
    if (!MESSAGE.test(text)) {
      throw new CliError('Say the message of x-rolecall-explanation, or a request id', { status: WRONG_USAGE })
    }
    const byId = REQUEST_ID.test(text)
    if (byId && flags.profile !== undefined) {
      throw new CliError('Only the operator can look for a request id: with a profile, say the message of the answer', {
        status: WRONG_USAGE,
      })
    }
    const asOperator = byId || namesBroker(flags) || !hasCredentials(flags, environment)
    if (personal && !asOperator) {
      throw new CliError('Only the operator is shown whole what names a person: leave --show-personal out', {
        status: WRONG_USAGE,
      })
    }
    const answer = asOperator
      ? await askOperator(
          { ...(byId ? { requestId: text.toLowerCase() } : { message: text }), ...(personal && { personal }) },
          flags,
          environment,
        )
      : await decode(text, flags, environment)
    stdout.write(
      flags.json ? `${JSON.stringify(answer.json, undefined, 2)}\n` : describe(answer.shown, stdout.isTTY === true),
    )
    return 0
  },
}

/** What came, and the same in the members that are shown. */
interface Explained {
  readonly json: unknown
  readonly shown: {
    readonly caller: string
    readonly action: string
    readonly resource: string
    readonly side: string | undefined
    /** Where the words are. */
    readonly words: unknown
  }
}

function namesBroker({ readyFile, admin, data, operatorTokenFile }: BrokerFlags): boolean {
  return [readyFile, admin, data, operatorTokenFile].some((flag) => flag !== undefined)
}

function hasCredentials({ profile }: AwsFlags, environment: Environment): boolean {
  return profile !== undefined || Boolean(environment['AWS_ACCESS_KEY_ID'] || environment['AWS_PROFILE'])
}

async function askOperator(input: unknown, flags: BrokerFlags, environment: Environment): Promise<Explained> {
  const broker = await findBroker(flags, environment)
  const json = await callOperator('ExplainRefusal', input, broker)
  const [caller, action] = [textAt(json, 'principal'), textAt(json, 'action')]
  if (caller === undefined || action === undefined) throw strangeAnswer(broker)
  const resource = textAt(json, 'resource') ?? ''
  return { json, shown: { caller, action, resource, side: undefined, words: json } }
}

async function decode(message: string, flags: AwsFlags, environment: Environment): Promise<Explained> {
  const settings = await resolveAwsSettings(flags, environment)
  const result = await callSts('DecodeAuthorizationMessage', { EncodedMessage: message }, settings)
  const json = parseJson(textAt(result, 'DecodedMessage') ?? '')
  const words = memberAt(json, 'rolecall')
  const caller = textAt(json, 'context', 'principal', 'arn')
  if (words === undefined || caller === undefined) {
    throw new CliError(`${settings.endpoint.origin} decoded the message into nothing that Rolecall would say`)
  }
  const action = textAt(json, 'context', 'action') ?? ''
  const resource = textAt(json, 'context', 'resource') ?? ''
  return { json, shown: { caller, action, resource, side: textAt(words, 'side'), words } }
}

const SIDES: ReadonlyMap<string | undefined, string> = new Map([
  ['caller', "the caller's account: what the other account holds is not shown"],
  ['resource', "the resource's account: what the other account holds is not shown"],
])

function describe({ caller, action, resource, side, words }: Explained['shown'], colours: boolean): string {
  const { red, bold } = pc.createColors(colours)
  const rows = [
    ['denied', [caller, action, resource].map(oneLine).join('  ')],
    ['request', oneLine(`${textAt(words, 'requestId') ?? ''}  ${textAt(words, 'time') ?? ''}`)],
    ['because', oneLine(textAt(words, 'because') ?? '')],
  ]
  const seenBy = SIDES.get(side)
  if (seenBy !== undefined) rows.push(['seen by', seenBy])
  const tree = linesAt(words, 'tree')
  const changes = linesAt(words, 'changes').map((line) => `  - ${line}`)
  const parts = [align(rows).trimEnd(), ...(tree.length > 0 ? [tree.join('\n')] : [])]
  const ending = [bold('What would have to change:'), ...changes].join('\n')
  return `${[...parts, ending].join('\n\n')}\n`.replace(/^denied/, (mark) => red(mark))
}
