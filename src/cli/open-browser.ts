import { spawn } from 'node:child_process'
import { platform } from 'node:os'
import type { Environment } from './cli-context.ts'

/** What opens an address on each system. No shell is asked, so nothing in an address is one's business but theirs. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...(readonly string[])]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** Opens the person's browser at an address, if there is one: whether it did, nobody can tell. */
export function openBrowser(url: URL, environment: Environment): void {
  const [program, ...args] = OPENERS[platform()] ?? ['xdg-open']
  // What a browser prints is not for whoever reads credentials here; and it stays when this program ends.
  const child = spawn(program, [...args, url.href], { env: environment, stdio: 'ignore', detached: true })
  child.on('error', () => undefined)
  child.unref()
}
