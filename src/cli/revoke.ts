import { Option } from 'commander'
import { oneLine } from './ask.ts'
import type { CliCommand } from './cli-command.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { memberAt, textAt } from './json-members.ts'
import { describeReplacement, keysAt } from './keys.ts'
import { addBrokerFlags, type BrokerFlags, callOperator, findBroker, strangeAnswer } from './running-broker.ts'

const EXAMPLE = `
Takes effect at once on the node that is asked, and within half a second on the others.

Examples:
  rolecall revoke --role arn:aws:iam::222222222222:role/Deployer
  rolecall revoke --principal source/alice
  rolecall revoke --session ASIARZPUZDIKAEBAGBAF`

/** The flags that say what is to be revoked, and what each takes. */
const TARGETS = {
  session: ['<ID>', 'one session, by its id or its access key id, both of which stand in the audit trail'],
  accessKey: ['<ID>', 'a long-term access key, which becomes inactive; its sessions go on'],
  role: ['<ROLE>', 'the sessions of a role that were issued until now: an ARN, or ALIAS/NAME or ACCOUNT/NAME'],
  principal: ['<PRINCIPAL>', 'the sessions of a user, a role or the root user that were issued until now'],
  provider: ['<ARN>', 'the sessions that began at an OIDC or SAML provider until now'],
  signingKey: ['<ID>', 'a key of the broker that somebody else may know, and every session under it'],
} as const

type TargetFlag = keyof typeof TARGETS
type RevokeFlags = BrokerFlags & Partial<Readonly<Record<TargetFlag, string>>> & { readonly json?: true }

/** `rolecall revoke`: takes back credentials before they expire. */
export const revoke: CliCommand = {
  configure(command) {
    for (const flag of flagsOf()) {
      const [argument, summary] = TARGETS[flag]
      const others = flagsOf().filter((other) => other !== flag)
      command.addOption(new Option(`--${kebab(flag)} ${argument}`, summary).conflicts(others))
    }
    command.option('--json', 'what was done, as JSON').addHelpText('after', EXAMPLE)
    addBrokerFlags(command)
  },

  async run(command, { environment, stdout }) {
    const flags = command.opts<RevokeFlags>()
    const flag = flagsOf().find((each) => flags[each] !== undefined)
    if (flag === undefined) {
      throw new CliError(`Say what to revoke: --${flagsOf().map(kebab).join(', --')}`, { status: WRONG_USAGE })
    }
    const target = flags[flag] ?? ''
    const broker = await findBroker(flags, environment)
    if (flag === 'signingKey') {
      const answer = await callOperator('RotateKeys', { compromised: target }, broker)
      const keys = keysAt(answer)
      if (keys === undefined) throw strangeAnswer(broker)
      stdout.write(flags.json ? json(answer) : describeReplacement(keys, target, memberAt(answer, 'resealed')))
      return 0
    }
    const answer = await callOperator('RevokeSessions', { kind: kebab(flag), target }, broker)
    const [name, effect, roles] = [textAt(answer, 'target'), textAt(answer, 'effect'), memberAt(answer, 'roles')]
    if (name === undefined || effect === undefined) throw strangeAnswer(broker)
    const led = Array.isArray(roles) ? roles.map((role) => `  rolecall revoke --role ${oneLine(String(role))}\n`) : []
    const more = led.length === 0 ? '' : `These roles were assumed with it:\n${led.join('')}`
    stdout.write(flags.json ? json(answer) : `Revoked ${oneLine(name)}\n${oneLine(effect)}\n${more}`)
    return 0
  },
}

function json(answer: unknown): string {
  return `${JSON.stringify(answer, undefined, 2)}\n`
}

function flagsOf(): readonly TargetFlag[] {
  return Object.keys(TARGETS).filter((name): name is TargetFlag => name in TARGETS)
}

function kebab(flag: string): string {
  return flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
