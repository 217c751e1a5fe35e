/** What htm exports to modules: its own types describe what it exports to others. @see https://github.com/developit/htm */
declare const htm: {
  bind<Result>(
    h: (type: unknown, props: object | null, ...children: never[]) => Result,
  ): (strings: TemplateStringsArray, ...values: unknown[]) => Result | Result[]
}
export default htm
