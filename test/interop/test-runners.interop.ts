import assert from 'node:assert/strict'
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { execute } from './setting.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const EXAMPLE = 'jest-or-vitest.test.mjs'
const DIRECTORY = 'instances.yaml'
const RUNNERS = ['vitest@^5', 'jest@^30']
/** What the example itself imports. */
const CLIENTS = ['@aws-sdk/client-sts', '@aws-sdk/credential-providers']
const FETCH_MS = 180_000
/** Fetching, and then a minute for each of the two programs. */
const timeout = FETCH_MS + 120_000

interface Tally {
  readonly numTotalTests: number
  readonly numPassedTests: number
  readonly numFailedTests: number
}

/** How one is started in a folder. Both write reports with the same members. */
type Command = (folder: string, report: string, file: string) => readonly string[]

const COMMANDS: { readonly vitest: Command; readonly jest: Command } = {
  vitest: (folder, report, file) => [
    ...[join(folder, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder, '--globals'],
    ...['--reporter=json', `--outputFile=${report}`, file],
  ],
  jest: (folder, report, file) => [
    ...['--experimental-vm-modules', join(folder, 'node_modules/jest/bin/jest.js'), '--rootDir', folder, '--no-cache'],
    ...['--json', `--outputFile=${report}`, '--testMatch', `**/${file}`],
  ],
}

const REQUIRED = 'required.test.cjs'
const REQUIRES = `
const { startTestBroker } = require('rolecall/testing')
test('it starts', async () => {
  const broker = await startTestBroker()
  expect((await fetch(broker.endpoint)).status).toBe(400)
  await broker.stop()
})
`

/** What becomes of the example when a line of it, or of its directory, is another one. */
const VARIANTS = [
  { what: 'passes as it stands', file: EXAMPLE, from: '', to: '', passed: 2 },
  {
    what: 'fails when what it has refused is granted',
    file: EXAMPLE,
    from: "instance.steer({ faults: [{ path: 'meta-data/iam', answer: 503 }] })",
    to: 'instance.steer({})',
    passed: 1,
  },
  {
    what: 'fails when what it has granted is refused',
    file: DIRECTORY,
    from: 'Service: ec2.amazonaws.com',
    to: 'Service: lambda.amazonaws.com',
    passed: 1,
  },
] as const

suite('the example for Jest and Vitest', { timeout }, () => {
  let folder = ''
  let unavailable: string | undefined

  before(
    async () => {
      folder = await mkdtemp(join(tmpdir(), 'rolecall-runners-'))
      await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
      const fetched = await npm(folder, 'install', ...RUNNERS, ...CLIENTS)
      if (fetched.status !== 0) unavailable = 'Jest and Vitest could not be fetched within three minutes'
      else await installPublished(folder)
    },
    { timeout },
  )
  after(() => rm(folder, { recursive: true, force: true }))

  for (const [runner, command] of Object.entries(COMMANDS)) {
    for (const { what, file, from, to, passed } of VARIANTS) {
      test(`${what} with ${runner}`, async (t) => {
        if (unavailable !== undefined) return t.skip(unavailable)
        for (const each of [EXAMPLE, DIRECTORY]) {
          await copyFile(join(root, 'examples', 'testing', each), join(folder, each))
        }
        const text = await readFile(join(folder, file), 'utf8')
        assert.ok(text.includes(from))
        await writeFile(join(folder, file), text.replace(from, to))
        const { numTotalTests, numPassedTests, numFailedTests } = await tallyOf(folder, command, EXAMPLE)
        assert.deepEqual([numTotalTests, numPassedTests, numFailedTests], [2, passed, 2 - passed])
      })
    }
  }

  test('Jest requires the package as it imports it', async (t) => {
    if (unavailable !== undefined) return t.skip(unavailable)
    await writeFile(join(folder, REQUIRED), REQUIRES)
    const { numTotalTests, numPassedTests } = await tallyOf(folder, COMMANDS.jest, REQUIRED)
    assert.deepEqual([numTotalTests, numPassedTests], [1, 1])
  })
})

async function tallyOf(folder: string, command: Command, file: string): Promise<Tally> {
  const report = join(folder, 'report.json')
  await rm(report, { force: true })
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, NO_COLOR: '1' }
  const { stderr } = await execute(process.execPath, command(folder, report, file), env)
  return JSON.parse(await readFile(report, 'utf8').catch(() => assert.fail(stderr)))
}

/** Installs the package as it is published: packed, and fetched with what it depends on. */
async function installPublished(folder: string): Promise<void> {
  const published = join(folder, 'published')
  await mkdir(published)
  for (const part of ['package.json', 'bin']) await cp(join(root, part), join(published, part), { recursive: true })
  const project = join(root, 'tsconfig.build.json')
  const env = { PATH: process.env['PATH'] ?? '' }
  const tsc = join(root, 'node_modules', '.bin', 'tsc')
  const built = await execute(tsc, ['-p', project, '--outDir', join(published, 'dist')], env)
  assert.equal(built.status, 0, built.stdout)
  const packed = await npm(folder, 'pack', published, '--pack-destination', folder)
  assert.equal(packed.status, 0, packed.stderr)
  const installed = await npm(folder, 'install', join(folder, packed.stdout.trim()))
  assert.equal(installed.status, 0, installed.stderr)
}

/** Npm as this machine has it set up. */
function npm(folder: string, ...args: readonly string[]) {
  const flags = ['--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1']
  return execute('npm', [...args, ...flags], process.env, FETCH_MS)
}
