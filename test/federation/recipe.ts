import { readdirSync, readFileSync } from 'node:fs'
import type { JWTPayload } from 'jose'
import { parse } from 'yaml'

/** One token of a recipe, and the broker's answer to it. */
interface Row {
  readonly token: string
  /** How its claims differ from those of the recipe's token; `null` leaves one out. */
  readonly over: Readonly<Record<string, unknown>>
  /** `taken`, or how the refusal begins. */
  readonly answer: string
}

/** A page of recipes as a test reads it: the page is the only place where its data stands. */
export interface Recipe {
  readonly name: string
  readonly directory: Directory
  readonly command: string | undefined
  readonly claims: JWTPayload
  readonly rows: readonly Row[]
}

/** The part of a directory file that recipes use. */
interface Directory {
  readonly Accounts: readonly [
    {
      readonly Id: string
      readonly OIDCProviders?: readonly { readonly Url: string; readonly ClientIdList: string[] }[]
      readonly Roles: [{ readonly RoleName: string; readonly AssumeRolePolicyDocument: Record<string, unknown> }]
    },
  ]
}

const FOLDER = new URL('../../docs/federation/', import.meta.url)
const ROW = /^\| (.+?) \| `(.+)` \| (.+) \|$/gm

/** Every recipe for tokens that there is. */
export function readRecipes(): readonly Recipe[] {
  return readdirSync(FOLDER)
    .filter((file) => file !== 'README.md' && !file.startsWith('saml-'))
    .map((file) => readRecipe(file.replace('.md', ''), readFileSync(new URL(file, FOLDER), 'utf8')))
}

/** The index of the recipes. */
export function readIndex(): string {
  return readFileSync(new URL('README.md', FOLDER), 'utf8')
}

function readRecipe(name: string, page: string): Recipe {
  const fenced = (language: string): string[] =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text)
  return {
    name,
    directory: parse(fenced('yaml')[0] ?? ''),
    command: fenced('sh').find((text) => text.startsWith('aws iam ')),
    claims: JSON.parse(fenced('json')[0] ?? ''),
    rows: [...page.matchAll(ROW)].map(([, token = '', over = '', answer = '']) => ({
      token,
      over: JSON.parse(over.replaceAll('\\|', '|')),
      answer,
    })),
  }
}
