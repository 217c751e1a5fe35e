/** Keys to set in a section; one with `undefined` is removed. */
export type IniValues = Readonly<Record<string, string | undefined>>

/** An INI file as AWS's SDKs and CLI read it, for changes that leave everything else as it is, byte for byte. */
export class IniFile {
  /** With their line ends. */
  readonly #lines: readonly string[]
  readonly #eol: string

  constructor(text: string) {
    this.#lines = text.match(/[^\n]*\n|[^\n]+/g) ?? []
    this.#eol = text.includes('\r\n') ? '\r\n' : '\n'
  }

  get text(): string {
    return this.#lines.join('')
  }

  /** Whether there is a section of one of these names. */
  has(names: readonly string[]): boolean {
    return this.#find(names) !== undefined
  }

  /** A key's value in the section; `undefined` where there is none. */
  value(names: readonly string[], key: string): string | undefined {
    const { start, end } = this.#find(names) ?? { start: 0, end: 0 }
    const line = this.#lines.slice(start, end).find((each) => keyOf(each) === key)
    return line?.replace(/^[^=:]*[=:]/, '').trim()
  }

  /**
   * Sets keys in the first section that has one of the names, or in a new one of the first name at the end.
   * A value may have further lines, indented: a nested section.
   */
  with(names: readonly string[], values: IniValues): IniFile {
    const found = this.#find(names)
    const added = Object.entries(values).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key} =${value.startsWith('\n') ? '' : ' '}${value}\n`.replaceAll('\n', this.#eol)],
    )
    if (found === undefined) {
      const last = this.#lines.at(-1)
      const gap =
        last === undefined ? '' : `${last.endsWith('\n') ? '' : this.#eol}${last.trim() === '' ? '' : this.#eol}`
      return new IniFile(`${this.text}${gap}[${names[0]}]${this.#eol}${added.join('')}`)
    }
    const before = this.#lines.slice(0, found.start)
    if (before.at(-1)?.endsWith('\n') === false) before.push(this.#eol)
    const kept = withoutKeys(this.#lines.slice(found.start, found.end), values)
    return new IniFile([...before, ...added, ...kept, ...this.#lines.slice(found.end)].join(''))
  }

  /** The lines of a section below its header. */
  #find(names: readonly string[]): { readonly start: number; readonly end: number } | undefined {
    const header = this.#lines.findIndex((line) => names.includes(sectionOf(line) ?? ''))
    if (header === -1) return undefined
    const next = this.#lines.findIndex((line, index) => index > header && sectionOf(line) !== undefined)
    return { start: header + 1, end: next === -1 ? this.#lines.length : next }
  }
}

/** `profile dev` of `[profile "dev"]`; `undefined` when the line heads no section. */
function sectionOf(line: string): string | undefined {
  const name = /^\[([^\]]*)\]/.exec(line)?.[1]
  return name?.trim().replace(/\s+/, ' ').replaceAll(/["']/g, '')
}

/** `undefined` for comments, headers, blank lines and what is indented, which belongs to the key above. */
function keyOf(line: string): string | undefined {
  return /^([^\s#;=:[][^=:]*)[=:]/.exec(line)?.[1]?.trim().toLowerCase()
}

function withoutKeys(lines: readonly string[], values: IniValues): readonly string[] {
  let dropping = false
  return lines.filter((line) => {
    const continues = /^[ \t]+\S/.test(line)
    if (!continues) dropping = Object.hasOwn(values, keyOf(line) ?? '')
    return !dropping
  })
}
