import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { runCli } from '../../src/cli/index.ts'

/** How a command ended, and what it wrote. */
export interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface Surroundings {
  readonly environment?: Readonly<Record<string, string>>
  /** A person sits at a terminal. */
  readonly isTTY?: boolean
  readonly signals?: EventEmitter
  readonly nodeVersion?: string
  /** What it reads. */
  readonly input?: string
  /** The device of its terminal. */
  readonly terminal?: string
  /** Sees what it tells while it runs. */
  readonly told?: (text: string) => void
}

/** A folder of its own that stands for a person's home, gone when it goes out of scope. */
export function temporaryHome(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'rolecall-cli-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

/** Runs a command in this process, with nothing of its real environment. */
export async function commandLine(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  const {
    environment = {},
    isTTY = false,
    signals = new EventEmitter(),
    nodeVersion = '24.21.0',
    input = '',
    terminal,
    told,
  } = surroundings
  const written = { stdout: '', stderr: '' }
  const output = (name: 'stdout' | 'stderr') => ({
    isTTY,
    write(text: string) {
      written[name] += text
      if (name === 'stderr') told?.(text)
    },
  })
  const status = await runCli(args, {
    environment: { HOME: '/nowhere', PATH: '/usr/bin:/bin', ...environment },
    stdin: Object.assign(Readable.from([Buffer.from(input)]), { isTTY }),
    stdout: output('stdout'),
    stderr: output('stderr'),
    signals,
    nodeVersion,
    ...(terminal !== undefined && { terminal }),
  })
  return { status, ...written }
}
