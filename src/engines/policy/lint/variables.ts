import { piecesOf } from '../matching/template.ts'
import { ARN_COLONS, countColons } from '../matching/text-test.ts'
import { memberOf } from '../policy-document.ts'
import { quote, type Report } from './finding.ts'
import type { StatementCheck, Text } from './policy-view.ts'

const OPEN = '$' + '{'

const elements: StatementCheck = ({ node, action, conditions, resource }, report) => {
  const sid = memberOf(node, 'Sid')
  const texts = [...(action?.texts ?? []), ...conditions.map(({ key }) => key)]
  if (sid?.type === 'string') texts.push(sid)
  for (const text of texts) if (text.value.includes(OPEN)) reportElement(text, report)
  for (const text of resource?.texts ?? []) {
    const at = text.value.indexOf(OPEN)
    if (at >= 0 && countColons(text.value.slice(0, at), false) < ARN_COLONS) reportElement(text, report)
  }
}

function reportElement(text: Text, report: Report): void {
  const what = `The variable in ${quote(text.value)} is not replaced there: use them in the last part of a Resource and in String and Arn conditions.`
  report('ERROR', 'VARIABLE_UNSUPPORTED_IN_ELEMENT', what, text)
}

const forms: StatementCheck = ({ resource, conditions }, report, { variables }) => {
  const replaced = conditions.flatMap(({ type, values }) => (type === 'String' || type === 'Arn' ? values : []))
  for (const text of [...(resource?.texts ?? []), ...replaced]) {
    if (!text.value.includes(OPEN)) continue
    if (!variables) {
      const what = `Without "Version": "2012-10-17" ${quote(text.value)} is taken as it stands: write the Version.`
      report('ERROR', 'VARIABLE_UNSUPPORTED_IN_VERSION', what, text)
      continue
    }
    const fault = faultOf(text.value)
    if (fault === undefined) continue
    const [code, remedy] = fault
    report('ERROR', code, `A variable in ${quote(text.value)} is malformed and never resolves: ${remedy}.`, text)
  }
}

const VARIABLE = /\$\{([^}]*)(\}?)/g

/** What is wrong with the first malformed variable of a text. */
function faultOf(text: string): readonly [code: string, remedy: string] | undefined {
  for (const [source, inner = '', brace] of text.matchAll(VARIABLE)) {
    if (brace === '') return ['MISSING_BRACE_IN_VARIABLE', 'close it with a brace']
    if (!piecesOf(source, true).some(({ kind }) => kind === 'broken')) continue
    const [name = '', fallback] = inner.split(',', 2)
    if (name.trim() === '') return ['EMPTY_VARIABLE', 'name a key']
    if (fallback !== undefined && !/^\s*'[^']*'$/.test(fallback)) {
      return ['MISSING_QUOTE_IN_VARIABLE', 'put the default in single quotes']
    }
    if (/\s/.test(name)) return ['UNSUPPORTED_SPACE_IN_VARIABLE', 'remove the space']
    return ['UNSUPPORTED_SYMBOL_IN_VARIABLE', "write a key, or a key, a comma, a space and a 'default'"]
  }
  return undefined
}

const operators: StatementCheck = ({ conditions }, report) => {
  for (const { type, values } of conditions) {
    if (type === 'String' || type === 'Arn') continue
    for (const text of values) {
      if (!text.value.includes(OPEN)) continue
      const what = `Only String and Arn operators replace variables, so ${quote(text.value)} never matches: use one of them.`
      report('ERROR', 'INVALID_VARIABLE_FOR_OPERATOR', what, text)
    }
  }
}

/** Policy variables: where they stand and how they are written. */
export const variableChecks: readonly StatementCheck[] = [elements, forms, operators]
