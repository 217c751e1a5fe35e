/** Where a broker is that was told nothing else: as `serve` has it. */
export const DEFAULTS = {
  api: 'http://127.0.0.1:7600',
  admin: 'http://127.0.0.1:7602',
  data: 'data',
  keys: 'keys',
} as const
