const ROUND_MS = 5
const ROUNDS = 40

/** Nanoseconds of one call: the fastest of many short rounds, since whatever else the machine does only adds to them. */
export async function cost(work: () => unknown): Promise<number> {
  let calls = 1
  // Also brings the compiler to rest.
  while ((await time(work, calls)) < ROUND_MS) calls *= 2
  let fastest = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) fastest = Math.min(fastest, await time(work, calls))
  return (fastest * 1_000_000) / calls
}

async function time(work: () => unknown, calls: number): Promise<number> {
  const startedAt = performance.now()
  for (let count = 0; count < calls; count++) {
    const result = work()
    // Only where there is something to wait for: to wait costs as much as a decision.
    if (result instanceof Promise) await result
  }
  return performance.now() - startedAt
}
