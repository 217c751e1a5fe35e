/** Where a command writes. */
export interface Output {
  write(text: string): unknown
  /** A person reads it. */
  readonly isTTY?: boolean
}

/** What a command reads. */
interface Input extends AsyncIterable<Uint8Array> {
  /** A person types it. */
  readonly isTTY?: boolean
}

/** Where a command hears that it should end: the process, or an `EventEmitter`. */
export interface Signals {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown
}

/** The environment variables a command sees. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Everything a command has of the process it runs in. */
export interface CliContext {
  readonly environment: Environment
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  /** The device of the terminal that the process belongs to, wherever its streams lead; it may have none. */
  readonly terminal?: string
  readonly signals: Signals
  /** As in `process.versions.node`. */
  readonly nodeVersion: string
}
