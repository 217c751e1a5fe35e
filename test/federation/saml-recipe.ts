import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parse } from 'yaml'
import type { Signer } from '../saml/certificates.ts'
import { freshId } from '../saml/saml-idp.ts'

/** One response of a recipe, and the broker's answer to it. */
interface Row {
  readonly response: string
  /** What stands in the response of the page, and what stands there instead. */
  readonly over: Readonly<Record<string, string>>
  /** `taken`, or how the refusal begins. */
  readonly answer: string
}

/** A page of SAML recipes as a test reads it: the page is the only place where its data stands. */
export interface SamlRecipe {
  readonly name: string
  readonly directory: Directory
  readonly command: string | undefined
  readonly signed: string
  readonly metadata: string
  readonly response: string
  readonly rows: readonly Row[]
}

/** The part of a directory file that these recipes use. */
interface Directory {
  readonly Accounts: readonly [
    {
      readonly Id: string
      readonly SAMLProviders: readonly [{ readonly Name: string; readonly SamlMetadataDocument: string }]
      readonly Roles: [{ readonly RoleName: string; readonly AssumeRolePolicyDocument: Record<string, unknown> }]
    },
  ]
}

const FOLDER = new URL('../../docs/federation/', import.meta.url)
const ROW = /^\| (.+?) \| `(\{.*\})` \| (.+) \|$/gm
const SIGNED = /^\| Signed \| (.+) \|$/m
const MINUTE_MS = 60_000

/** Every SAML recipe there is. */
export function readSamlRecipes(): readonly SamlRecipe[] {
  return readdirSync(FOLDER)
    .filter((file) => file.startsWith('saml-'))
    .map((file) => readRecipe(file.replace('.md', ''), readFileSync(new URL(file, FOLDER), 'utf8')))
}

function readRecipe(name: string, page: string): SamlRecipe {
  const fenced = (language: string): string[] =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text.trim())
  const [metadata = '', response = ''] = fenced('xml')
  return {
    name,
    directory: parse(fenced('yaml')[0] ?? ''),
    command: fenced('sh').find((text) => text.startsWith('aws iam ')),
    signed: SIGNED.exec(page)?.[1] ?? '',
    metadata,
    response,
    rows: [...page.matchAll(ROW)].map(([, named = '', over = '', answer = '']) => ({
      response: named,
      over: JSON.parse(over),
      answer,
    })),
  }
}

/** A text of a page with what stands in braces put in: times, ids, certificates. */
export function filled(text: string, { idp, next }: { readonly idp: Signer; readonly next: Signer }): string {
  const at = (minutes: number): string => new Date(Date.now() + minutes * MINUTE_MS).toISOString()
  const ids = new Map<string, string>()
  return text.replace(/\{([a-z0-9 ]+)\}/g, (_whole, words: string) => {
    const [, later] = /^in ([0-9]+) minutes$/.exec(words) ?? []
    const [, earlier] = /^([0-9]+) minutes ago$/.exec(words) ?? []
    if (later !== undefined) return at(Number(later))
    if (earlier !== undefined) return at(-Number(earlier))
    if (words === 'now') return at(0)
    if (words === 'certificate') return idp.certificate
    if (words === 'next certificate') return next.certificate
    if (!words.endsWith(' id')) throw new Error(`nothing is known of {${words}}`)
    ids.set(words, ids.get(words) ?? freshId())
    return ids.get(words) ?? ''
  })
}

/** The part of `samlify` that signs: another hand than the one that writes the documents of other tests. */
interface SamlSigning {
  readonly SamlLib: {
    constructSAMLSignature(options: {
      readonly rawSamlMessage: string
      readonly referenceTagXPath: string
      readonly privateKey: string
      readonly signingCert: string
      readonly isBase64Output: false
      readonly signatureConfig: {
        readonly prefix: string
        readonly location: { readonly reference: string; readonly action: 'after' }
      }
    }): string
  }
}

const samlify: SamlSigning = createRequire(import.meta.url)('samlify')

/** Signs what the page says, the assertion first. */
export function signedAs(signed: string, xml: string, { privateKey, certificate }: Signer): string {
  const elements = [
    ...(signed.includes('assertion') ? ["/*/*[local-name(.)='Assertion']"] : []),
    ...(signed.includes('response') ? ['/*'] : []),
  ]
  return elements.reduce(
    (text, element) =>
      samlify.SamlLib.constructSAMLSignature({
        rawSamlMessage: text,
        referenceTagXPath: element,
        privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        signingCert: certificate,
        isBase64Output: false,
        signatureConfig: {
          prefix: 'ds',
          location: { reference: `${element}/*[local-name(.)='Issuer']`, action: 'after' },
        },
      }),
    xml,
  )
}
