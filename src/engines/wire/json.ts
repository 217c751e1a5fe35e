import { Secret } from '../../model/index.ts'
import { isList, isMap, type ResultStructure, type ResultValue } from './result.ts'

/** A structure as a JSON object; instants are whole seconds since the epoch. */
export function jsonStructure(structure: ResultStructure): string {
  let members = ''
  for (const name of Object.keys(structure)) members = withMember(members, name, structure[name])
  return `{${members}}`
}

function withMember(members: string, name: string, value: ResultValue | undefined): string {
  if (value === undefined) return members
  return `${members === '' ? '' : `${members},`}${JSON.stringify(name)}:${jsonValue(value)}`
}

function jsonValue(value: ResultValue): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value instanceof Secret) return JSON.stringify(value.reveal())
  if (value instanceof Date) return String(Math.floor(value.getTime() / 1000))
  if (isList(value)) return `[${value.map(jsonValue).join(',')}]`
  if (!isMap(value)) return jsonStructure(value)
  let members = ''
  for (const [key, entry] of value) members = withMember(members, key, entry)
  return `{${members}}`
}
