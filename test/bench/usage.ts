/** What a process has used so far. */
export interface Usage {
  /** Of all its threads, in user mode and in the kernel. */
  readonly cpuMicroseconds: number
}

/** What a process occupies once what is dead was collected. */
export interface MemoryUse {
  /** Of the whole process: every thread, every library, and what allocators keep for later. */
  readonly residentBytes: number
  /** What is alive on the heap of the main thread. */
  readonly heapBytes: number
  /** What objects of the heap hold outside of it, buffers included. */
  readonly externalBytes: number
  /** Buffers alone. */
  readonly bufferBytes: number
}

/** The usage of this process. */
export function usage(): Usage {
  const { user, system } = process.cpuUsage()
  return { cpuMicroseconds: user + system }
}

/** The memory of this process, after a collection. @throws {Error} where Node runs without `--expose-gc` */
export function memoryUse(): MemoryUse {
  if (globalThis.gc === undefined) throw new Error('Start Node with --expose-gc: what is dead is not to be counted.')
  globalThis.gc()
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage()
  return { residentBytes: rss, heapBytes: heapUsed, externalBytes: external, bufferBytes: arrayBuffers }
}
