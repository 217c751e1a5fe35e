import { open } from 'node:fs/promises'
import { Secret } from '../model/index.ts'

const MOST_BYTES = 4096

/**
 * Reads a secret that stands in a file alone, without the line end that editors leave.
 * @throws Error with a sentence, when the file cannot be read or holds none
 */
export async function readSecretFile(path: string): Promise<Secret> {
  const buffer = Buffer.alloc(MOST_BYTES + 1)
  let text = ''
  try {
    await using file = await open(path)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
    if (bytesRead <= MOST_BYTES) text = buffer.toString('utf8', 0, bytesRead).replace(/\r?\n$/, '')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : ''
    throw new Error(`${path} cannot be read${code}`, { cause })
  }
  if (text === '') throw new Error(`${path} holds no client secret`)
  return new Secret(text)
}
