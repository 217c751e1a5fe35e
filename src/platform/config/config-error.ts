/** The configuration cannot be used; every problem that could be found is named. */
export class ConfigError extends Error {
  /** One line for each problem: where it was set, then what is wrong with it. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(['The configuration cannot be used:', ...problems].join('\n  '))
    this.problems = problems
  }
}
