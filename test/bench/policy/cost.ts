const ROUND_MS = 5
const ROUNDS = 40

type Work = () => unknown

/**
 * Nanoseconds of one call of each work: the fastest of many short rounds, since whatever else the machine does only adds
 * to them. The works take turns, so that what it does meets them all alike.
 */
export async function costs<Name extends string>(works: Readonly<Record<Name, Work>>): Promise<Record<Name, number>> {
  const subjects = []
  for (const [name, work] of Object.entries<Work>(works)) {
    let calls = 1
    // Also brings the compiler to rest.
    while ((await time(work, calls)) < ROUND_MS) calls *= 2
    subjects.push({ name, work, calls, fastest: Number.POSITIVE_INFINITY })
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const subject of subjects) {
      subject.fastest = Math.min(subject.fastest, await time(subject.work, subject.calls))
    }
  }
  const nanoseconds = subjects.map(({ name, calls, fastest }) => [name, (fastest * 1_000_000) / calls])
  return Object.fromEntries(nanoseconds) as Record<Name, number>
}

async function time(work: Work, calls: number): Promise<number> {
  const startedAt = performance.now()
  for (let count = 0; count < calls; count++) {
    const result = work()
    // Only where there is something to wait for: to wait costs as much as a decision.
    if (result instanceof Promise) await result
  }
  return performance.now() - startedAt
}
