import { open } from 'node:fs/promises'
import { platform } from 'node:os'
import { Secret } from '../model/index.ts'

const MOST_BYTES = 4096
/** Where modes say nothing. */
const IS_WINDOWS = platform() === 'win32'
/** Its group may read it, as it has to where an orchestrator mounts it; others may not, and nobody else may write it. */
const OTHERS = 0o027

/**
 * Reads a secret that stands in a file alone, without the line end that editors leave.
 * @throws Error with a sentence, when the file cannot be read, holds none, or is one that others may read or write
 */
export async function readSecretFile(path: string): Promise<Secret> {
  const buffer = Buffer.alloc(MOST_BYTES + 1)
  let text = ''
  let mode = 0
  try {
    await using file = await open(path)
    mode = (await file.stat()).mode
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
    if (bytesRead <= MOST_BYTES) text = buffer.toString('utf8', 0, bytesRead).replace(/\r?\n$/, '')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : ''
    throw new Error(`${path} cannot be read${code}`, { cause })
  }
  if ((mode & OTHERS) !== 0 && !IS_WINDOWS) {
    throw new Error(`${path} can be read or written by others: run chmod 600 on it`)
  }
  if (text === '') throw new Error(`${path} holds no client secret`)
  return new Secret(text)
}
