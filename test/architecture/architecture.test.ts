import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findViolations } from './find-violations.ts'
import { readSource } from './read-source.ts'

interface Case {
  readonly rule: string
  readonly files: Readonly<Record<string, string>>
  readonly says: readonly string[]
}

const WORKER = 'domain/audit/commit-worker.ts'

const REFUSED: readonly Case[] = [
  {
    rule: 'a layer does not import a later one',
    files: { 'engines/wire/a.ts': "import { submit } from '../../pipeline/index.ts'" },
    says: ['engines/wire/a.ts imports ../../pipeline/index.ts: pipeline comes after engines/wire'],
  },
  {
    rule: 'a type import obeys the order too',
    files: { 'model/a.ts': "import type { Clock } from '../platform/clock.ts'" },
    says: ['model/a.ts imports ../platform/clock.ts: platform/*.ts comes after model'],
  },
  {
    rule: 'a re-export obeys the order too',
    files: { 'pipeline/a.ts': "export {\n  type A, // 'x'\n  b,\n} from '../operations/sts/index.ts'" },
    says: ['pipeline/a.ts imports ../operations/sts/index.ts: operations/sts comes after pipeline'],
  },
  {
    rule: 'a dynamic import obeys the order too',
    files: { 'cli/a.ts': "const a = await import(\n  '../main.ts'\n)" },
    says: ['cli/a.ts imports ../main.ts: main comes after cli'],
  },
  {
    rule: 'an import inside a template obeys the order too',
    files: { 'cli/a.ts': `const a = \`\${\`}\`} \${(await import('../main.ts')).x} '\`` },
    says: ['cli/a.ts imports ../main.ts: main comes after cli'],
  },
  {
    rule: 'an import for its side effect obeys the order too',
    files: { 'cli/a.ts': "import '../main.ts'" },
    says: ['cli/a.ts imports ../main.ts: main comes after cli'],
  },
  {
    rule: 'an import type obeys the order too',
    files: { 'cli/a.ts': "let a: import('../main.ts').A" },
    says: ['cli/a.ts imports ../main.ts: main comes after cli'],
  },
  {
    rule: 'an import behind a regular expression with a quote is seen',
    files: { 'cli/a.ts': "const a = /['\"`/*]/\nimport '../main.ts'" },
    says: ['cli/a.ts imports ../main.ts: main comes after cli'],
  },
  {
    rule: 'folders in one row are strangers',
    files: { 'domain/audit/a.ts': "import { b } from '../sessions/index.ts'" },
    says: ['domain/audit/a.ts imports ../sessions/index.ts: domain/audit and domain/sessions are strangers'],
  },
  {
    rule: 'a computed import is refused, for nobody can check it',
    files: { 'cli/a.ts': 'await import(name)', 'cli/b.ts': 'await import(`./x.ts`)' },
    says: ['cli/a.ts imports a module whose name is computed', 'cli/b.ts imports a module whose name is computed'],
  },
  {
    rule: 'another folder is imported by its index.ts',
    files: { 'pipeline/a.ts': "import { b } from '../engines/policy/conditions/b.ts'" },
    says: ["pipeline/a.ts imports ../engines/policy/conditions/b.ts: only its folder's index.ts may be imported"],
  },
  {
    rule: 'a cycle is refused, of types too, and its files are named',
    files: { 'model/a.ts': "import type { B } from './b.ts'", 'model/b.ts': "export type { A } from './a.ts'" },
    says: ['model/a.ts -> model/b.ts -> model/a.ts is a cycle'],
  },
  {
    rule: 'a file that imports itself is a cycle',
    files: { 'model/a.ts': "import './a.ts'" },
    says: ['model/a.ts -> model/a.ts is a cycle'],
  },
  {
    rule: 'an adapter is named by compose and testing only',
    files: { 'cli/a.ts': "import { open } from '../platform/storage/sql/index.ts'" },
    says: ['cli/a.ts imports ../platform/storage/sql/index.ts: only compose and testing may name an adapter'],
  },
  {
    rule: 'the port beside an adapter does not name it',
    files: { 'platform/keyring/index.ts': "export { openFileKeyRing } from './files/index.ts'" },
    says: ['platform/keyring/index.ts imports ./files/index.ts: only compose and testing may name an adapter'],
  },
  {
    rule: 'a worker file is an adapter, even beside it',
    files: { 'domain/audit/a.ts': "import type { B } from './commit-worker.ts'", [WORKER]: '' },
    says: ['domain/audit/a.ts imports ./commit-worker.ts: only compose and testing may name an adapter'],
  },
  {
    rule: 'a dependency is imported at its home only',
    files: { 'pipeline/a.ts': "import { z } from 'zod'\nimport { DatabaseSync } from 'node:sqlite'" },
    says: [
      'pipeline/a.ts imports zod: its home is platform/config, operations/loading, doors/steering',
      'pipeline/a.ts imports node:sqlite: its home is platform/storage/sql, platform/*.ts',
    ],
  },
  {
    rule: "a dependency's folder is the dependency",
    files: { 'pipeline/a.ts': "import type { Z } from 'zod/v4/core'" },
    says: ['pipeline/a.ts imports zod/v4/core: its home is platform/config, operations/loading, doors/steering'],
  },
  {
    rule: 'a dependency without a home is refused',
    files: { 'cli/a.ts': "import x from '@left/pad/x.js'", 'cli/b.ts': "import fs from 'fs'" },
    says: [
      'cli/a.ts imports @left/pad/x.js: the dependency has no home',
      'cli/b.ts imports fs: the dependency has no home',
    ],
  },
  {
    rule: 'only main.ts reads the environment, however it is spelled',
    files: {
      'cli/a.ts': 'run(process.env)',
      'cli/b.ts': "run(process['env'])",
      'cli/c.ts': 'const { env } = process\nrun(env)',
      'cli/d.ts': "run(process?.env, process?.['env'])",
      'cli/e.ts': "import { env } from 'node:process'",
    },
    says: [
      ...['a', 'b', 'c', 'd'].map((name) => `cli/${name}.ts uses process.env, which belongs to main`),
      'cli/e.ts imports node:process: its home is main',
    ],
  },
  {
    rule: 'the time of the machine is read in platform only',
    files: {
      'cli/a.ts': 'Date.now()',
      'cli/b.ts': 'new Date()',
      'cli/c.ts': 'new Date',
      'cli/d.ts': 'Date()',
      'cli/e.ts': 'const { now } = { now: Date\n  .now }',
    },
    says: ['a', 'b', 'c', 'd', 'e'].map(
      (name) => `cli/${name}.ts uses the time of the machine, which belongs to platform`,
    ),
  },
  {
    rule: 'random bytes are drawn in platform only',
    files: {
      'cli/a.ts': "import { randomBytes } from 'node:crypto'",
      'cli/b.ts': 'Math.random()',
      'cli/c.ts': 'crypto.randomUUID()',
    },
    says: ['a', 'b', 'c'].map((name) => `cli/${name}.ts uses randomness, which belongs to platform`),
  },
  {
    rule: 'nobody writes to the console',
    files: { 'cli/a.ts': 'console.log(1)', 'main.ts': 'console?.error(1)' },
    says: ['cli/a.ts uses console, which belongs to nobody', 'main.ts uses console, which belongs to nobody'],
  },
  {
    rule: 'what is reserved is found inside the expressions of a template',
    files: { 'cli/a.ts': `\`at \${Date.now()} \${{ a: 1 }.a} Date.now()\`` },
    says: ['cli/a.ts uses the time of the machine, which belongs to platform'],
  },
  {
    rule: 'every file lies in a layer, and imports only what does',
    files: { 'utils/a.ts': '', 'platform/outbound/b.ts': '', 'helpers.ts': '', 'model/a.ts': "import '../utils/a.ts'" },
    says: [
      'utils/a.ts lies in no layer',
      'platform/outbound/b.ts lies in no layer',
      'helpers.ts lies in no layer',
      'model/a.ts imports ../utils/a.ts: it lies in no layer',
    ],
  },
  {
    rule: 'a file has at most 350 lines',
    files: { 'model/a.ts': 'x\n'.repeat(351) },
    says: ['model/a.ts is longer than 350 lines'],
  },
]

const ALLOWED: readonly Omit<Case, 'says'>[] = [
  {
    rule: 'inside a folder, siblings and deeper files are imported by file',
    files: {
      'engines/policy/a.ts': "import { b } from './conditions/b.ts'\nimport { c } from './c.ts'",
      'engines/policy/conditions/b.ts': "import { c } from '../c.ts'",
      'engines/policy/c.ts': '',
    },
  },
  {
    rule: 'an earlier folder is imported by its index.ts, a file that stands for itself by name',
    files: {
      'pipeline/a.ts': "import { m } from '../model/index.ts'\nimport type { Clock } from '../platform/clock.ts'",
      'main.ts': "await import('./cli/index.ts')\nimport { startBroker } from './compose.ts'",
    },
  },
  {
    rule: 'compose names adapters, and an adapter its port',
    files: {
      'compose.ts': "import { openFileKeyRing } from './platform/keyring/files/index.ts'",
      'platform/keyring/files/index.ts': "import type { Key } from '../index.ts'",
    },
  },
  {
    rule: 'comments, texts and regular expressions are not code',
    files: {
      'cli/a.ts':
        "// console.log, import('../main.ts')\n/* Date.now() */ const a = 'process.env' + /new Date()/.source",
      'cli/b.ts': "const half = (a + b) / 2; const c = 'Date.now()' // don't\nconst d = `it's import('../main.ts')`",
    },
  },
  {
    rule: 'what only looks like something reserved is free',
    files: {
      'cli/a.ts': 'new Date(millis); process.stdout.write(text); Array.from(list); random.bytes(8); clock.now()',
    },
  },
  { rule: 'a file of 350 lines is not too long', files: { 'model/a.ts': 'x\n'.repeat(350) } },
  {
    rule: 'a dependency is free at its home, built-in modules everywhere',
    files: { 'platform/config/a.ts': "import { z } from 'zod'\nimport { isIP } from 'node:net'" },
  },
]

for (const { rule, files, says } of REFUSED) {
  test(rule, () => assert.deepEqual(findViolations(new Map(Object.entries(files))), says))
}

for (const { rule, files } of ALLOWED) {
  test(rule, () => assert.deepEqual(findViolations(new Map(Object.entries(files))), []))
}

test('src/ keeps its own rules', () => {
  const files = sourceFiles(new URL('../../src/', import.meta.url).pathname)
  assert.ok(files.has('model/index.ts'), 'the files of src/ were found')
  assert.ok(readSource(files.get('model/index.ts') ?? '').imports.length > 0, 'their imports are read')
  assert.deepEqual(findViolations(files), [])
})

function sourceFiles(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}
