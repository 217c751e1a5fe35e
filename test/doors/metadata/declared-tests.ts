const LITERAL_OR_COMMENT = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|\/\/.*|\/\*[\s\S]*?\*\//g
const LEFT_OUT = /\b(?:test|it|suite|describe)\.(?:skip|todo)\b|\b(?:skip|todo):\s*(?:true|['"`])/

/** The code of a file of tests without its comments. @throws Error when it has tests that never run, or none at all */
export function declaredTests(text: string): string {
  const code = text.replace(LITERAL_OR_COMMENT, (found) => (found.startsWith('/') ? ' ' : found))
  const left = LEFT_OUT.exec(code)
  if (left !== null) throw new Error(`has tests that never run: ${left[0]}`)
  if (!/\btest\(/.test(code)) throw new Error('declares no tests')
  return code
}
