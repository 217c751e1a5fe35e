import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { isInstalled } from './setting.ts'

const skip = (await isInstalled('python3', '-c', 'import boto3, pytest')) ? false : 'pytest or boto3 is not installed'
const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

test('the example for pytest passes', { skip }, async () => {
  const env = { ...process.env, ROLECALL: `${process.execPath} ${file('bin/rolecall.js')}` }
  const args = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', file('examples/testing/pytest')]
  const { stdout } = await promisify(execFile)('python3', args, { env: { ...env, PYTHONDONTWRITEBYTECODE: '1' } })
  assert.match(stdout, /^4 passed/m)
})
