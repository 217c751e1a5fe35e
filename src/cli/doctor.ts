import pc from 'picocolors'
import { align } from './align.ts'
import { urlOf } from './ask.ts'
import { checkEnvironment } from './check-environment.ts'
import { checkFile, checkFolder } from './check-files.ts'
import { checkMetadata } from './check-metadata.ts'
import { checkAdmin, checkApi } from './check-network.ts'
import type { CliCommand } from './cli-command.ts'
import type { Environment } from './cli-context.ts'
import { CliError } from './cli-error.ts'
import { DEFAULTS } from './defaults.ts'
import { type Finding, fine, problem } from './finding.ts'
import { addBrokerFlags, type BrokerFlags, findBroker, type RunningBroker } from './running-broker.ts'

const EXAMPLE = `
Example:
  rolecall doctor --ready-file ready.json`

const OLDEST_NODE = 24

interface DoctorFlags extends BrokerFlags {
  readonly keys?: string
  readonly endpoint?: string
  readonly json?: true
}

/** `rolecall doctor`: looks at everything between a client and the broker, and says what to do. Changes nothing. */
export const doctor: CliCommand = {
  configure(command) {
    addBrokerFlags(command)
    command
      .option('--keys <FOLDER>', `the folder of the key ring (default ${DEFAULTS.keys}) [ROLECALL_KEYS]`)
      .option('--endpoint <URL>', `the API (default the ready file's, or ${DEFAULTS.api})`)
      .option('--json', 'as JSON')
      .addHelpText('after', EXAMPLE)
  },

  async run(command, { environment, nodeVersion, stdout }) {
    const { json, keys, endpoint, ...flags } = command.opts<DoctorFlags>()
    const { broker, findings } = await checkReadyFile(flags, environment)
    const api = urlOf(endpoint ?? broker.api ?? DEFAULTS.api, '--endpoint')
    findings.unshift(checkNode(nodeVersion))
    if (broker.data !== undefined) {
      const folder = keys ?? (environment['ROLECALL_KEYS'] || DEFAULTS.keys)
      findings.push(await checkFolder('data', broker.data))
      findings.push(await checkFolder('keys', folder, (name) => name.endsWith('.json')))
    }
    findings.push(await checkAdmin(broker.admin), ...(await checkApi(api)))
    findings.push(...(await checkEnvironment(environment, api)), ...checkMetadata())

    const ok = findings.every((finding) => finding.ok)
    stdout.write(
      json ? `${JSON.stringify({ ok, findings }, undefined, 2)}\n` : describe(findings, stdout.isTTY === true),
    )
    return ok ? 0 : 1
  },
}

function checkNode(version: string): Finding {
  return Number.parseInt(version, 10) >= OLDEST_NODE
    ? fine('Node', version)
    : problem('Node', version, `install Node ${OLDEST_NODE} or newer; in a checkout: npx rolecall`)
}

/** Goes on without a ready file that cannot be used: the other flags and the defaults may still lead to the broker. */
async function checkReadyFile(
  flags: BrokerFlags,
  environment: Environment,
): Promise<{ readonly broker: RunningBroker; readonly findings: Finding[] }> {
  try {
    const broker = await findBroker(flags, environment)
    const { readyFile } = broker
    return { broker, findings: readyFile === undefined ? [] : [await checkFile('ready file', readyFile)] }
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    const { readyFile: _, ...others } = flags
    const broker = await findBroker(others, { ...environment, ROLECALL_READY_FILE: undefined })
    return { broker, findings: [problem('ready file', error.message, 'start the broker with serve --ready-file FILE')] }
  }
}

function describe(findings: readonly Finding[], colours: boolean): string {
  const { green, red } = pc.createColors(colours)
  const rows = findings.flatMap(({ check, ok, found, advice }) => [
    [ok ? 'ok' : 'problem', check, found],
    ...(advice === undefined ? [] : [['', '', `-> ${advice}`]]),
  ])
  return align(rows)
    .replaceAll(/^ok/gm, (mark) => green(mark))
    .replaceAll(/^problem/gm, (mark) => red(mark))
}
