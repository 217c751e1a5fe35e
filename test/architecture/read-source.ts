/** What the rules look at in one file. */
export interface Source {
  /** Every module that it names: static, type-only, re-exported and dynamic imports alike. */
  readonly imports: readonly string[]
  /** It imports something whose name is computed, which nobody can check. */
  readonly computedImport: boolean
  /** Its text without comments and without what stands in strings, templates and regular expressions. */
  readonly code: string
}

const TOKEN = /\/\/.*|\/\*[\s\S]*?\*\/|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|[\w$]+|\s+|[\s\S]/y
const REGULAR_EXPRESSION = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y
const TEMPLATE_CHUNK = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y
const BEFORE_EXPRESSION = /(?:^|[-(,=:[!&|?{};+*%<>~^]|\b(?:return|typeof|case|in|of|await|yield|throw|else|do|void))$/

const NAMED_IMPORT = /\b(?:import|export)\b[^'"`;()]*?\bfrom\s*'(\d+)'/g
const BARE_IMPORT = /\bimport\s*'(\d+)'/g
const DYNAMIC_IMPORT = /\bimport\s*\(\s*(?:'(\d+)')?/g

/** Reads a TypeScript file as far as imports and names go. */
export function readSource(text: string): Source {
  const { code, strings } = withoutLiterals(text)
  const imports: string[] = []
  let computedImport = false
  for (const pattern of [NAMED_IMPORT, BARE_IMPORT, DYNAMIC_IMPORT]) {
    for (const [, index] of code.matchAll(pattern)) {
      const named = index === undefined ? undefined : strings[Number(index)]
      if (named === undefined) computedImport = true
      else imports.push(named)
    }
  }
  return { imports, computedImport, code }
}

/** The code of `text`, each string replaced by its number in quotes. */
function withoutLiterals(text: string): { code: string; strings: readonly string[] } {
  const strings: string[] = []
  // For each template that is open: how many braces are open inside its current expression.
  const templates: number[] = []
  let code = ''
  let significant = ''
  let at = 0
  while (at < text.length) {
    const token = take(TOKEN)
    const braces = templates.at(-1)
    if (/^(\/\/|\/\*|\s)/.test(token)) code += token.includes('\n') ? '\n' : ' '
    else if (/^['"]./.test(token)) add(`'${strings.push(token.slice(1, -1)) - 1}'`)
    else if (token === '/' && BEFORE_EXPRESSION.test(significant)) {
      at--
      take(REGULAR_EXPRESSION)
      add('/r/')
    } else if (token === '`') template()
    else if (token === '}' && braces === 0) {
      templates.pop()
      add(')')
      template()
    } else {
      if (braces !== undefined && token === '{') templates.push((templates.pop() ?? 0) + 1)
      if (braces !== undefined && token === '}') templates.push((templates.pop() ?? 0) - 1)
      add(token)
    }
  }
  return { code, strings }

  function take(pattern: RegExp): string {
    pattern.lastIndex = at
    const [token] = pattern.exec(text) ?? [text.slice(at)]
    at += token.length
    return token
  }

  function add(token: string): void {
    code += token
    significant = token
  }

  function template(): void {
    if (take(TEMPLATE_CHUNK).endsWith('`')) {
      add('``')
    } else {
      templates.push(0)
      add('``+(')
    }
  }
}
