/** What a process has used so far. */
export interface Usage {
  /** Of all its threads, in user mode and in the kernel. */
  readonly cpuMicroseconds: number
  readonly residentBytes: number
  /** What is alive on the heap; looked at after a collection where `--expose-gc` allows one. */
  readonly heapBytes: number
}

/** The usage of this process. */
export function usage(): Usage {
  const { user, system } = process.cpuUsage()
  const residentBytes = process.memoryUsage.rss()
  globalThis.gc?.()
  return { cpuMicroseconds: user + system, residentBytes, heapBytes: process.memoryUsage().heapUsed }
}
