import { readFile } from 'node:fs/promises'
import { InvalidArgumentError, Option } from 'commander'
import { type Finding, lintPolicy, type PolicyKind } from '../engines/policy/index.ts'
import { accountId, Violation } from '../model/index.ts'
import { align } from './align.ts'
import type { CliCommand } from './cli-command.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'

const KINDS: readonly PolicyKind[] = ['identity', 'boundary', 'session', 'resource', 'trust', 'scp', 'rcp']
/** What a policy should not be saved with: the others are advice. */
const GRAVE: ReadonlySet<Finding['type']> = new Set(['ERROR', 'SECURITY_WARNING'])

const GRAVE_FOUND = 1
const UNREADABLE = 3

const EXAMPLE = `
A policy with a Principal is taken for a role's trust policy, any other for an identity policy; --kind says otherwise.
--account says which accounts are yours: a role that trusts another is then expected to ask for an sts:ExternalId.

Ends with 0 when there is neither an error nor a security warning, 1 when there is, 2 when used wrongly, 3 when a file
cannot be read; what was found in the others is told all the same.

Examples:
  rolecall lint trust.json permissions.json
  rolecall lint trust.json --account 111111111111 --account 222222222222 --json`

interface LintFlags {
  readonly kind?: string
  readonly account?: readonly string[]
  readonly json?: true
}

type FoundIn = Finding & { readonly file: string }

/** `rolecall lint`: what AWS would refuse in policies, and what somebody should look at before saving them. */
export const lint: CliCommand = {
  configure(command) {
    command
      .argument('<file...>', 'policy documents in JSON')
      .option('--kind <kind>', KINDS.join(', '))
      .addOption(
        new Option('--account <ID>', 'an account that is yours; may be repeated').argParser(
          (id: string, before: readonly string[] = []) => [...before, twelveDigits(id)],
        ),
      )
      .option('--json', 'as JSON')
      .addHelpText('after', EXAMPLE)
  },

  async run(command, { stdout, stderr }) {
    const { kind, account, json } = command.opts<LintFlags>()
    const chosen = KINDS.find((each) => each === kind)
    if (kind !== undefined && chosen === undefined) {
      throw new CliError(`there is no kind ${kind}; say one of ${KINDS.join(', ')}`, { status: WRONG_USAGE })
    }
    const ownAccounts = account && new Set(account)
    const findings: FoundIn[] = []
    const unreadable: string[] = []
    for (const file of command.args) {
      const text = await readFile(file, 'utf8').catch(() => undefined)
      if (text === undefined) unreadable.push(file)
      else
        findings.push(...findingsIn(file, text, { kind: chosen ?? kindOf(text), ...(ownAccounts && { ownAccounts }) }))
    }
    if (json) stdout.write(`${JSON.stringify(findings, undefined, 2)}\n`)
    else if (findings.length > 0 || unreadable.length === 0) stdout.write(describe(findings))
    for (const file of unreadable) stderr.write(`rolecall: ${file} cannot be read\n`)
    if (unreadable.length > 0) return UNREADABLE
    return findings.some(({ type }) => GRAVE.has(type)) ? GRAVE_FOUND : 0
  },
}

function findingsIn(file: string, text: string, options: Parameters<typeof lintPolicy>[1]): readonly FoundIn[] {
  return lintPolicy(text, options).map((finding) => ({ file, ...finding }))
}

function twelveDigits(id: string): string {
  if (accountId(id) instanceof Violation) throw new InvalidArgumentError('Say the twelve digits of an account.')
  return id
}

/** Which kind a document is meant to be, where nobody says: only a policy of a resource names principals. */
function kindOf(text: string): PolicyKind {
  return /"(?:Not)?Principal"\s*:/.test(text) ? 'trust' : 'identity'
}

function describe(findings: readonly FoundIn[]): string {
  if (findings.length === 0) return 'Nothing to say against it.\n'
  const rows = findings.map(({ file, span, type, code, details }) => {
    const { line, column } = span.start
    return [`${file}:${line}:${column + 1}`, type, code, details]
  })
  return align(rows)
}
