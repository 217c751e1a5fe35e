import { type DestinationStream, pino, stdSerializers, stdTimeFunctions } from 'pino'
import type { LogLevel } from '../config/index.ts'
import { LineBudget } from './line-budget.ts'
import { standardError } from './standard-error.ts'

/** What a line says beside its event: names are constant, values are what they are. */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * Writes lines that consist of a constant `noun.verb` event and fields; nothing is interpolated. `error` means that an
 * operator must act, a caller's mistake is `info`, a likely attack `warn`.
 */
export interface Logger {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

// A second net under `Secret`: what a caller sent or an error carried may still be plain text.
const SECRET_FIELDS = ['authorization', 'secretAccessKey', 'sessionToken', 'securityToken', 'password', 'material']

const nothing = (): void => undefined
const SILENT: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }

/**
 * Makes a logger of JSON lines: `time`, `level`, fields, `event`. Secrets print as `[secret]`; an error goes into the
 * field `error`, its causes with it. Of one event only so many lines are written in a second, and then a line
 * `log.suppressed` with the number of the others; but at `debug` every line is.
 * @param options - `destination` takes the lines instead of standard error; `now` are milliseconds that never go back
 */
export function createLogger(options: {
  level: LogLevel
  destination?: DestinationStream
  now?: () => number
}): Logger {
  // Making one that writes nothing takes as long as making one that does, and every test starts with it.
  if (options.level === 'silent') return SILENT
  const lines = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'event',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      serializers: { error: stdSerializers.err },
      redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
    },
    options.destination ?? standardError(),
  )
  const budget = options.level === 'debug' ? undefined : new LineBudget(options.now ?? (() => performance.now()))
  function write(level: keyof Logger, event: string, fields: LogFields | undefined): void {
    const suppressed = budget === undefined ? 0 : budget.spend(event)
    if (suppressed === undefined) return
    if (suppressed > 0) lines[level]({ suppressed: event, lines: suppressed }, 'log.suppressed')
    lines[level](fields, event)
  }
  return {
    debug: (event, fields) => write('debug', event, fields),
    info: (event, fields) => write('info', event, fields),
    warn: (event, fields) => write('warn', event, fields),
    error: (event, fields) => write('error', event, fields),
  }
}
