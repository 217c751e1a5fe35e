import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = new URL('../../', import.meta.url)

test('every recipe of docs/testing.md runs as it stands', async () => {
  const text = await readFile(new URL('docs/testing.md', ROOT), 'utf8')
  const section = text.slice(text.indexOf('## Recipes'), text.indexOf('## What clients do'))
  const [setting = '', ...recipes] = [...section.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code)
  assert.equal(recipes.length, section.match(/^### /gm)?.length)
  const program = [
    setting.replace("'rolecall/testing'", `'${new URL('src/testing/index.ts', ROOT).href}'`),
    ...recipes.map((recipe) => `{\ninstance.reset()\n${recipe}\nprocess.stdout.write('ran\\n')\n}\n`),
    'await broker.stop()',
  ].join('\n')
  const args = ['--input-type=module-typescript', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: fileURLToPath(ROOT) })
  assert.equal(stdout, 'ran\n'.repeat(recipes.length))
})
