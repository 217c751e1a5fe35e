import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Mistake } from '../../domain/directory/index.ts'

const FILE = 'file:'
/** In bytes: nothing that a directory can hold is as long. */
const LONGEST = 2_000_000

/**
 * Puts files in the place of texts that refer to them: `SamlMetadataDocument: file:idp-metadata.xml`, beside the file
 * that says so.
 * @param value - a directory before its shape is checked; changed in place
 * @returns what could not be read
 */
export function readReferencedFiles(value: unknown, name: string): readonly Mistake[] {
  const mistakes: Mistake[] = []
  for (const [index, account] of listIn(value, 'Accounts').entries()) {
    for (const [position, provider] of listIn(account, 'SAMLProviders').entries()) {
      if (typeof provider !== 'object' || provider === null || !('SamlMetadataDocument' in provider)) continue
      const { SamlMetadataDocument: text } = provider
      if (typeof text !== 'string' || !text.startsWith(FILE)) continue
      const path = ['Accounts', index, 'SAMLProviders', position, 'SamlMetadataDocument']
      const file = resolve(dirname(name), text.slice(FILE.length))
      try {
        if (statSync(file).size > LONGEST) mistakes.push({ path, message: `${file} is too long` })
        else provider.SamlMetadataDocument = readFileSync(file, 'utf8')
      } catch (error) {
        const reason = error instanceof Error && 'code' in error ? error.code : error
        mistakes.push({ path, message: `${file} cannot be read (${reason})` })
      }
    }
  }
  return mistakes
}

function listIn(value: unknown, name: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return []
  const list: unknown = Reflect.get(value, name)
  return Array.isArray(list) ? list : []
}
