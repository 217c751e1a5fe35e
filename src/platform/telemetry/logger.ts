import { type DestinationStream, destination, pino, stdSerializers, stdTimeFunctions } from 'pino'
import type { LogLevel } from '../config/index.ts'

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

/**
 * Makes a logger of JSON lines: `time`, `level`, fields, `event`. Secrets print as `[secret]`; an error goes into the
 * field `error`, its causes with it.
 * @param options - `destination` takes the lines instead of standard error
 */
export function createLogger(options: { level: LogLevel; destination?: DestinationStream }): Logger {
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
    // Written at once: a line that waits in memory is lost with the process whose end it explains.
    options.destination ?? destination({ fd: process.stderr.fd, sync: true }),
  )
  return {
    debug: (event, fields) => lines.debug(fields, event),
    info: (event, fields) => lines.info(fields, event),
    warn: (event, fields) => lines.warn(fields, event),
    error: (event, fields) => lines.error(fields, event),
  }
}
