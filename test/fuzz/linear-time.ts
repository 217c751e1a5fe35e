const BASE_MS = 150
/** The slowest honest case: a YAML file in which every character is a mistake of its own. What is quadratic is far above. */
const MS_PER_CHARACTER = 0.03
const TRIES = 3

/**
 * Runs `action`, whose cost may grow with `size` and no faster. Processor time is counted: the machine may be busy.
 * @param size - the characters of its input
 * @throws {Error} when it takes too long each time it is tried
 */
export async function inLinearTime<Result>(
  size: number,
  action: () => Result | Promise<Result>,
): Promise<Awaited<Result>> {
  const limitMs = BASE_MS + size * MS_PER_CHARACTER
  for (let tries = 1; ; tries++) {
    const before = process.cpuUsage()
    const result = await action()
    const { user, system } = process.cpuUsage(before)
    const spentMs = (user + system) / 1000
    if (spentMs <= limitMs) return result
    if (tries === TRIES) throw new Error(`${size} characters took ${spentMs.toFixed(0)} ms`)
  }
}
