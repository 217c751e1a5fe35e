/** What the benchmark uses of a package without types of its own. @see https://github.com/mcollina/autocannon#api */
declare module 'autocannon' {
  interface Options {
    readonly url: string
    readonly requests: readonly object[]
    readonly amount: number
    readonly connections: number
    readonly sampleInt: number
  }
  interface Result {
    readonly statusCodeStats: Readonly<Record<string, { readonly count: number }>>
  }
  interface Run extends PromiseLike<Result> {
    on(event: 'response', listener: () => void): void
  }
  export default function autocannon(options: Options): Run
}
