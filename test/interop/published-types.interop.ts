import assert from 'node:assert/strict'
import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { execute } from './setting.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const tsc = join(root, 'node_modules', '.bin', 'tsc')
const env = { PATH: process.env['PATH'] ?? '' }
const SETTINGS = {
  compilerOptions: {
    ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
    ...{ module: 'nodenext', target: 'es2024', lib: ['es2024', 'esnext.disposable'], types: ['node'] },
  },
}
const PROGRAM = `
import { startBroker } from 'rolecall'
import { startTestBroker, type SteeringInput, type TestBroker } from 'rolecall/testing'

const broker: TestBroker = await startTestBroker()
const steering: SteeringInput = { faults: [{ latencyMs: 5 }] }
broker.instance('i-0123456789abcdef0').steer(steering)
await using other = await startBroker()
other.endpoint satisfies string
`

/** A program's folder with the package as it is published, and what npm installs beside it. */
async function aProgram(t: TestContext): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'rolecall-types-')))
  t.after(() => rm(folder, { recursive: true }))
  const installed = join(folder, 'node_modules')
  const published = join(installed, 'rolecall')
  await mkdir(published, { recursive: true })
  await copyFile(join(root, 'package.json'), join(published, 'package.json'))
  const project = join(root, 'tsconfig.build.json')
  const build = await execute(tsc, ['-p', project, '--outDir', join(published, 'dist')], env)
  assert.equal(build.status, 0, build.stdout)
  const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  for (const name of Object.keys(dependencies)) {
    await mkdir(dirname(join(installed, name)), { recursive: true })
    await symlink(await realpath(join(root, 'node_modules', name)), join(installed, name))
  }
  await mkdir(join(installed, '@types'))
  await symlink(join(root, 'node_modules', '@types', 'node'), join(installed, '@types', 'node'))
  return folder
}

test('a program with the strictest settings needs no types but those that come with the package', async (t) => {
  const folder = await aProgram(t)
  await writeFile(join(folder, 'program.mts'), PROGRAM)
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(SETTINGS))
  const { status, stdout } = await execute(tsc, ['-p', folder], env)
  assert.equal(stdout, '')
  assert.equal(status, 0)
})
