import { constants, setPriority } from 'node:os'

/**
 * Makes this thread mostly wait whenever another one has something to do, where the system knows threads apart: on Linux
 * the priority of process 0 is that of the calling thread. Elsewhere it would be that of the whole process, which stays.
 * It goes on getting a tenth of a core, however busy the machine is, so that deadlines hold.
 */
export function giveWayToOthers(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // A system that does not allow it is slower beside a crowd, and does the same.
  }
}
