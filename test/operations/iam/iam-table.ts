import type { Access } from '../../../src/pipeline/authorization/index.ts'
import { keysOf, kindOf } from './access-words.ts'
import { AUTHORIZATION, MODEL } from './model.ts'

const HEAD = `# IAM

AWS Identity and Access Management, version 2010-05-08, as it is spoken here: which of its actions are offered, and what
policies have to allow for them. Actions that are not offered are answered as AWS answers an action that there is not:
\`InvalidAction\`. Certificates, SSH keys, service-specific credentials, delegation requests and the features for
organizations are not offered, and neither are security keys: MFA devices are those that show codes.

This page is made from the code: \`UPDATE_DOCS=1 node --test test/operations/iam/accesses.test.ts\` writes it, and the
test fails when it is out of date.

`

/** The page: every action of AWS's model, and what the offered ones ask of policies. */
export function iamTable(accesses: ReadonlyMap<string, readonly Access[]>): string {
  const names = Object.keys(MODEL)
  const rows = names.map((name) => rowOf(name, accesses.get(name)))
  const count = `${accesses.size} of ${names.length} actions are offered.\n\n`
  return `${HEAD}${count}${table(['Action', 'Offered', 'Access level', 'Resource', 'Condition keys'], rows)}`
}

function rowOf(name: string, accesses: readonly Access[] | undefined): readonly string[] {
  const { access = '' } = AUTHORIZATION.actions[name] ?? {}
  if (accesses === undefined) return [name, 'no', '', '', '']
  const resources = accesses.map(({ action, resource }) => {
    const kind = kindOf(resource)
    return action === `iam:${name}` ? kind : `${kind} (${action})`
  })
  return [name, 'yes', access, unique(resources), unique(accesses.flatMap(keysOf))]
}

function unique(texts: readonly string[]): string {
  return [...new Set(texts)].join(', ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|\n`
  return line(head) + rule + rows.map(line).join('')
}
