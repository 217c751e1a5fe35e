import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const EXAMPLES = fileURLToPath(new URL('../../examples/testing', import.meta.url))
const GLOBALS = new URL('fixtures/runner-globals.mjs', import.meta.url).href

/** The environment without what would make a child of this runner report to it instead of running by itself. */
const { NODE_TEST_CONTEXT: _, ...env } = process.env

async function passes(file: string, ...flags: readonly string[]): Promise<void> {
  const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', ...flags, file], {
    cwd: EXAMPLES,
    env,
  })
  assert.match(stdout, /^# pass 2$/m)
  assert.match(stdout, /^# fail 0$/m)
}

test('the example for node:test passes', () => passes('node-test.test.ts'))

test('the example for Jest and Vitest passes with globals like theirs', () =>
  passes('jest-or-vitest.test.mjs', '--import', GLOBALS))
