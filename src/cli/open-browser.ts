import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createPrivateFile } from '../platform/private-file.ts'
import type { Environment } from './cli-context.ts'
import { leadingPage } from './sign-in-page.ts'

/** What opens an address on each system. No shell is asked, so nothing in an address is one's business but theirs. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...(readonly string[])]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/**
 * Opens the person's browser at an address, if there is one: whether it did, nobody can tell. Everybody on a machine sees
 * the arguments of its programs, and who has the address can finish the sign-in as themselves: so the browser is given a
 * file (0600) that leads there.
 * @returns what removes the file, once the browser has been there
 */
export async function openBrowser(url: URL, environment: Environment): Promise<AsyncDisposable> {
  const { TMPDIR: chosen } = environment
  // Owned by this user, 0700, by a name that nobody guesses.
  const folder = await mkdtemp(join(chosen || tmpdir(), 'rolecall-')).catch(() => undefined)
  if (folder === undefined) return { async [Symbol.asyncDispose]() {} }
  await using opened = new AsyncDisposableStack()
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const page = join(folder, 'sign-in.html')
  await createPrivateFile(page, leadingPage(url))
  const [program, ...args] = OPENERS[platform()] ?? ['xdg-open']
  // What a browser prints is not for whoever reads credentials here; and it stays when this program ends.
  const child = spawn(program, [...args, pathToFileURL(page).href], {
    env: environment,
    stdio: 'ignore',
    detached: true,
  })
  child.on('error', () => undefined)
  child.unref()
  return opened.move()
}
