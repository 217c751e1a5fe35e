import { resolve } from 'node:path'
import type { z } from 'zod'
import type { BrokerConfig } from './broker-config.ts'
import { closest } from './closest.ts'
import { ConfigError } from './config-error.ts'
import type { LoginDoor } from './login-doors.ts'
import { configSchema, KNOWN_KEYS } from './schema.ts'
import { SETTINGS, type Setting } from './settings.ts'

/** What a configuration file, or a program that starts a node itself, may set. */
export type BrokerSettings = z.input<typeof configSchema>

/** Where configuration comes from; a later source wins over an earlier one, and each over the defaults. */
export interface ConfigSources {
  /** A file's content and the name to call it by in problems; a program can pass its {@link BrokerSettings} here. */
  readonly file?: ConfigFile | undefined
  /** `process.env`. Variables that are no setting's are left alone. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  /** By the setting's flag: text, a list of texts where it is repeatable, `true` for a switch. */
  readonly flags?: Readonly<Record<string, unknown>> | undefined
}

/** The content of a configuration file before any check. */
export interface ConfigFile {
  readonly name: string
  readonly content: unknown
  /** Where it lies: the files of login doors are named from there. Left out, from where the process runs. */
  readonly folder?: string
}

/**
 * Layers the sources, checks the whole and freezes it. Reads no file that the configuration names.
 * @throws {@link ConfigError} naming every problem at once
 */
export function loadConfig({ file, environment = {}, flags = {} }: ConfigSources): BrokerConfig {
  const layered = layer(file?.content ?? {})
  if (!isMapping(layered)) throw new ConfigError([`${file?.name}: must be a mapping of settings`])
  const origins = new Map<string, string>()
  for (const setting of SETTINGS) {
    const given = environment[setting.environment]
    if (given) place(setting, fromEnvironment(setting, given), setting.environment)
    const flag = flags[setting.flag]
    if (flag !== undefined) place(setting, flag, `--${setting.flag}`)
  }
  const checked = configSchema.safeParse(layered)
  if (!checked.success) throw new ConfigError(checked.error.issues.flatMap(problemsOf))
  return deepFreeze(file?.folder === undefined ? checked.data : seenFrom(file.folder, checked.data))

  function place({ path }: Setting, value: unknown, origin: string): void {
    if (put(layered, path.split('.'), value)) origins.set(path, origin)
  }

  function problemsOf(issue: z.core.$ZodIssue): string[] {
    const path = issue.path.join('.')
    if (issue.code !== 'unrecognized_keys') return [`${whereIs(path)}: ${issue.message}`]
    return issue.keys.map((key) => {
      const meant = closest(key, KNOWN_KEYS[path] ?? KNOWN_KEYS[path.replace(/\.[^.]*$/, '.*')] ?? [])
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`
      return `${whereIs(path === '' ? key : `${path}.${key}`)}: is no setting${hint}`
    })
  }

  function whereIs(path: string): string {
    for (const [set, origin] of origins) {
      if (path === set || path.startsWith(`${set}.`)) return origin
    }
    const missing = SETTINGS.find((setting) => setting.path === path)
    if (file === undefined && missing !== undefined) return `--${missing.flag}`
    return path === '' ? (file?.name ?? 'configuration') : `${file?.name ?? 'configuration'}: ${path}`
  }
}

function seenFrom(folder: string, config: BrokerConfig): BrokerConfig {
  const login: Record<string, LoginDoor> = {}
  for (const [name, door] of Object.entries(config.login)) {
    const { clientSecretFile: path } = door
    login[name] = path === undefined ? door : { ...door, clientSecretFile: resolve(folder, path) }
  }
  return { ...config, login }
}

// Without prototypes, so that a key named __proto__ is a key like any other: an unknown one.
function layer(value: unknown): unknown {
  if (!isMapping(value)) return value
  const copy = Object.create(null)
  for (const key of Object.keys(value)) copy[key] = layer(value[key])
  return copy
}

/** False where a mapping is needed on the way and something else stands there: the check will name that. */
function put(target: unknown, [key = '', ...rest]: readonly string[], value: unknown): boolean {
  if (!isMapping(target)) return false
  if (rest.length === 0) {
    target[key] = value
    return true
  }
  target[key] ??= Object.create(null)
  return put(target[key], rest, value)
}

function fromEnvironment({ takes, repeatable }: Setting, given: string): unknown {
  if (repeatable) return given.split(',')
  if (takes !== undefined) return given
  if (given === '1' || given === 'true') return true
  return given === '0' || given === 'false' ? false : given
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part)
    Object.freeze(value)
  }
  return value
}
