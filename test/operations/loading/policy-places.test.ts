import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { parseDocument, stringify } from 'yaml'
import { DirectoryFileError, loadDirectory, readDirectories } from '../../../src/operations/loading/index.ts'
import { offsetsInYaml } from '../../../src/operations/loading/offsets-in-yaml.ts'
import { fc } from '../../fast-check.ts'
import { aBroker, applyTo } from '../../pipeline/samples.ts'

/** The mark stands before what is wrong; it is no part of the file. */
const MARK = '▶'

interface Sample {
  readonly rule: string
  /** The value of `AssumeRolePolicyDocument`, indented by ten. */
  readonly trust: string
  readonly path?: string
  readonly says: string
}

const SYNTAX = 'Syntax error in policy.'
const NO_JSON = 'This policy contains invalid Json'
const NO_STS = 'AssumeRole policy may only specify STS AssumeRole actions.'

/** What is wrong, and where in a document that is written as a mapping. */
const MAPPINGS: readonly Sample[] = [
  {
    rule: 'a value in a list, in the style of blocks',
    trust: `
          Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Principal: { AWS: "111111111111" }
              Action:
                - sts:AssumeRole
                - ▶s3:GetObject`,
    path: 'Statement[0].Action[1]',
    says: NO_STS,
  },
  {
    rule: 'a list or mapping where a text belongs, at its name',
    trust: `
          Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Principal: { AWS: "111111111111" }
              Action: sts:AssumeRole
            - ▶Effect:
                - Allow
              Principal: { AWS: "111111111111" }
              Action: sts:AssumeRole`,
    path: 'Statement[1].Effect',
    says: SYNTAX,
  },
  {
    rule: 'an element that does not exist, at its name',
    trust: `
          Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Principal: { AWS: "111111111111" }
              Action: sts:AssumeRole
              ▶Ressource: "*"`,
    path: 'Statement[0].Ressource',
    says: SYNTAX,
  },
  {
    rule: 'an element that is missing, at its statement',
    trust: `
          Version: "2012-10-17"
          Statement:
            - { Effect: Allow, Principal: { AWS: "111111111111" }, Action: sts:AssumeRole }
            - ▶{ Effect: Allow, Action: sts:AssumeRole }`,
    path: 'Statement[1]',
    says: 'Missing required field Principal',
  },
  {
    rule: 'a document without statements, at its name',
    trust: `
          Version: "2012-10-17"`,
    says: 'Could not parse the policy: Statement is empty!',
  },
  {
    rule: 'the second of two that exclude each other',
    trust: `
          Version: "2012-10-17"
          Statement:
            Effect: Allow
            Principal: { AWS: "111111111111" }
            Action: sts:AssumeRole
            Condition:
              ▶NoSuchOperator:
                aws:username: alice`,
    path: 'Statement.Condition.NoSuchOperator',
    says: SYNTAX,
  },
  {
    rule: 'a principal that does not exist',
    trust: `
          Version: "2012-10-17"
          Statement:
            Effect: Allow
            Principal:
              AWS: [arn:aws:iam::111111111111:root, ▶arn:aws:iam::111111111111:user/gone]
            Action: sts:AssumeRole`,
    path: 'Statement.Principal.AWS[1]',
    says: 'Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:user/gone"',
  },
]

const JSON_LINES = [
  '{',
  '  "Version": "2012-10-17",',
  '  "Statement": [{ "Effect": "Allow", "Principal": { "AWS": "111111111111" },',
  '    "Action": ["sts:AssumeRole", ▶"s3:GetObject"] }]',
  '}',
]
const IN_TEXT = { path: 'Statement[0].Action[1]', says: NO_STS }

/** The same, where it is written as JSON text: in every style that YAML has for texts. */
const TEXTS: readonly Sample[] = [
  { rule: 'a block that keeps its lines', trust: block('|', '          '), ...IN_TEXT },
  { rule: 'a block with a comment', trust: block('|- # the trust policy', '            '), ...IN_TEXT },
  { rule: 'a block that joins its lines', trust: block('>-', '          '), ...IN_TEXT },
  { rule: 'single quotes', trust: `'${JSON_LINES.join('')}'`, ...IN_TEXT },
  { rule: 'single quotes over several lines', trust: `'${JSON_LINES.join('\n            ')}'`, ...IN_TEXT },
  {
    rule: 'single quotes, with quotes inside',
    trust: `'{"Id":"it''s","Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":▶"s3:*"}]}'`,
    path: 'Statement[0].Action',
    says: NO_STS,
  },
  { rule: 'double quotes', trust: `"${JSON_LINES.join('\\n').replaceAll('"', '\\"')}"`, ...IN_TEXT },
  {
    rule: 'double quotes with lines that are cut',
    trust: `"${JSON_LINES.join('\\\n            \\n').replaceAll('"', '\\x22')}"`,
    ...IN_TEXT,
  },
  {
    rule: 'double quotes with every kind of escape',
    trust: `"{\\"Id\\":\\"\\U000000E8\\u00e9\\x41\\",\\"Statement\\":{\\"Effect\\":\\"Allow\\",\\"Principal\\":{\\"AWS\\":\\"111111111111\\"},\\"Action\\":▶\\"s3:*\\"}}"`,
    path: 'Statement.Action',
    says: NO_STS,
  },
  { rule: 'double quotes, what is no JSON', trust: `"{\\"Version\\": 2012▶-10-17}"`, says: NO_JSON },
  {
    rule: 'a block, what is no JSON',
    trust: `|\n          {\n            "Version": ▶trust\n          }`,
    says: NO_JSON,
  },
  {
    rule: 'single quotes, a character that has to be escaped',
    trust: `'{"Id":"▶Ł"}'`,
    says: 'characters beyond Latin-1 have to be written as \\u escapes',
  },
  { rule: 'a text that ends too early', trust: `'{"Version":"2012-10-17"▶'`, says: NO_JSON },
]

function block(header: string, indentation: string): string {
  return `${header}\n${JSON_LINES.map((line) => `${indentation}${line}`).join('\n')}`
}

function fileOf(trust: string): string {
  return `Accounts:
  - Id: "111111111111"
    Roles:
      - RoleName: Deployer
        ${trust.includes(MARK) ? '' : MARK}AssumeRolePolicyDocument: ${trust}
        Tags: []
`
}

/** What is wrong with a file, the folder's name left out. */
async function mistakesIn(t: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'd.yaml')
  await writeFile(file, text)
  const { broker } = await aBroker(t)
  try {
    await loadDirectory(await readDirectories([file]), applyTo(broker))
  } catch (error) {
    assert.ok(error instanceof DirectoryFileError, String(error))
    return error.message.replaceAll(`${folder}/`, '')
  }
  return ''
}

/** Checks that a marked file is refused at its mark. */
async function pointsAtMark(t: TestContext, marked: string, { path, says }: Pick<Sample, 'path' | 'says'>) {
  const before = marked.slice(0, marked.indexOf(MARK)).split('\n')
  const place = `d.yaml:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
  const document = `Accounts[0].Roles[0].AssumeRolePolicyDocument${path === undefined ? '' : `.${path}`}`
  assert.equal(await mistakesIn(t, marked.replace(MARK, '')), `${place}: ${document}: ${says}`)
}

for (const [way, samples] of [
  ['a mapping', MAPPINGS],
  ['JSON text', TEXTS],
] as const) {
  describe(`a policy written as ${way} is refused at the very element that is wrong:`, () => {
    for (const { rule, trust, ...sample } of samples) {
      test(rule, async (t) => await pointsAtMark(t, fileOf(trust), sample))
    }
  })
}

test('every visible character of a text is found in its source, whatever the style', () => {
  const texts = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '"', "'", '\\', 'a', 'é', '😀', '#', ':', '{') })
  const styles = fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED')
  fc.assert(
    fc.property(texts, styles, fc.integer({ min: 10, max: 80 }), (text, defaultStringType, lineWidth) => {
      const source = stringify({ text }, { defaultStringType, lineWidth })
      const offsetOf = offsetsInYaml(source, parseDocument(source))
      for (let offset = 0; offset < text.length; offset++) {
        const found = offsetOf({ path: ['text'], within: { path: [], isName: false, offset } })
        const [wanted, written] = [text.charAt(offset), source.charAt(found)]
        // An escape stands for a character without being it.
        if (/\S/.test(wanted) && written !== '\\') assert.equal(written, wanted)
      }
    }),
  )
})

test('a policy that is used by its anchor is refused where it is written', async (t) => {
  const text = `Accounts:
  - Id: "111111111111"
    Roles:
      - RoleName: A
        AssumeRolePolicyDocument: &trust
          Statement: &statement [{ Effect: Allow, Principal: { AWS: "111111111111" }, Action: s3:GetObject }]
      - RoleName: B
        AssumeRolePolicyDocument: *trust
      - RoleName: C
        AssumeRolePolicyDocument:
          Statement: *statement
`
  const at = (index: number) =>
    `d.yaml:6:95: Accounts[0].Roles[${index}].AssumeRolePolicyDocument.Statement[0].Action: ${NO_STS}`
  assert.equal(await mistakesIn(t, text), [at(0), at(1), at(2)].join('\n'))
})

test('a policy in a directory object is refused by the path of the element', async (t) => {
  const { broker } = await aBroker(t)
  const Statement = [{ Effect: 'Allow', Principal: { AWS: '111111111111' }, Action: 's3:GetObject' }]
  const roles = [
    { RoleName: 'A', AssumeRolePolicyDocument: { Statement } },
    { RoleName: 'B', AssumeRolePolicyDocument: JSON.stringify({ Statement }) },
  ]
  const sources = await readDirectories([{ Accounts: [{ Id: '111111111111', Roles: roles }] }])
  const at = (index: number) =>
    `directory: Accounts[0].Roles[${index}].AssumeRolePolicyDocument.Statement[0].Action: ${NO_STS}`
  await assert.rejects(loadDirectory(sources, applyTo(broker)), { message: [at(0), at(1)].join('\n') })
})
