import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Finding, fine, problem } from './finding.ts'
import { textAt } from './json-members.ts'

const WRITABLE_BY_OTHERS = 0o022
const OPEN_TO_OTHERS = 0o077

/**
 * Whether only its owner can write to a folder, and read or write its files.
 * @param isPrivate - which of its files have to be private, by their names
 */
export async function checkFolder(
  check: string,
  folder: string,
  isPrivate: (name: string) => boolean = () => true,
): Promise<Finding> {
  try {
    if ((await modeOf(folder)) & WRITABLE_BY_OTHERS) {
      return problem(check, `others can write to ${folder}`, `chmod go-w ${folder}`)
    }
    const names = (await readdir(folder)).filter(isPrivate).map((name) => join(folder, name))
    // One that is gone by now, as a database's journal may be, needs no protection.
    const modes = await Promise.all(names.map((name) => modeOf(name).catch(() => 0)))
    const open = names.find((_, index) => (modes[index] ?? 0) & OPEN_TO_OTHERS)
    return open === undefined ? fine(check, `${folder}, for its owner alone`) : openFile(check, open)
  } catch (error) {
    const code = textAt(error, 'code')
    if (code === 'ENOENT') return fine(check, `${folder} is not there; the first "rolecall serve" makes it`)
    return problem(check, `${folder} cannot be looked into (${code})`, 'run this as the user that runs the broker')
  }
}

/** Whether only its owner can read a file that exists. */
export async function checkFile(check: string, file: string): Promise<Finding> {
  return (await modeOf(file)) & OPEN_TO_OTHERS ? openFile(check, file) : fine(check, `${file}, for its owner alone`)
}

function openFile(check: string, file: string): Finding {
  return problem(check, `others can open ${file}`, `chmod go= ${file}`)
}

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode
}
