import { readFile } from 'node:fs/promises'
import { type Finding, lintPolicy, type PolicyKind } from '../engines/policy/index.ts'
import { align } from './align.ts'
import type { CliCommand } from './cli-command.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'

const KINDS: readonly PolicyKind[] = ['identity', 'boundary', 'session', 'resource', 'trust', 'scp', 'rcp']
/** What a policy should not be saved with: the others are advice. */
const GRAVE: ReadonlySet<Finding['type']> = new Set(['ERROR', 'SECURITY_WARNING'])

const EXAMPLE = `
A policy with a Principal is taken for a role's trust policy, any other for an identity policy; --kind says otherwise.
The exit status is 1 when there is an error or a security warning.

Example:
  rolecall lint trust.json permissions.json`

/** `rolecall lint`: what AWS would refuse in policies, and what somebody should look at before saving them. */
export const lint: CliCommand = {
  configure(command) {
    command
      .argument('<file...>', 'policy documents in JSON')
      .option('--kind <kind>', KINDS.join(', '))
      .option('--json', 'as JSON')
      .addHelpText('after', EXAMPLE)
  },

  async run(command, { stdout }) {
    const { kind, json } = command.opts<{ readonly kind?: string; readonly json?: true }>()
    const chosen = KINDS.find((each) => each === kind)
    if (kind !== undefined && chosen === undefined) {
      throw new CliError(`there is no kind ${kind}; say one of ${KINDS.join(', ')}`, { status: WRONG_USAGE })
    }
    const findings: (Finding & { readonly file: string })[] = []
    for (const file of command.args) {
      const text = await readPolicy(file)
      for (const finding of lintPolicy(text, { kind: chosen ?? kindOf(text) })) findings.push({ file, ...finding })
    }
    stdout.write(json ? `${JSON.stringify(findings, undefined, 2)}\n` : describe(findings))
    return findings.some(({ type }) => GRAVE.has(type)) ? 1 : 0
  },
}

async function readPolicy(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new CliError(`${file} cannot be read`, { cause })
  }
}

/** Which kind a document is meant to be, where nobody says: only a policy of a resource names principals. */
function kindOf(text: string): PolicyKind {
  return /"(?:Not)?Principal"\s*:/.test(text) ? 'trust' : 'identity'
}

function describe(findings: readonly (Finding & { readonly file: string })[]): string {
  if (findings.length === 0) return 'Nothing to say against it.\n'
  const rows = findings.map(({ file, span, type, code, details }) => {
    const { line, column } = span.start
    return [`${file}:${line}:${column + 1}`, type, code, details]
  })
  return align(rows)
}
