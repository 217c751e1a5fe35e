import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { execute, isInstalled } from './setting.ts'

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const skip = (await isInstalled('aws', '--version')) ? false : 'the aws CLI is not installed'
const NPX = `npx() { shift; "${process.execPath}" "${at('bin/rolecall.js')}" "$@"; }`

/** The commands of a section of the README: its last block. */
async function commandsOf(heading: string): Promise<string> {
  const [, section = ''] = (await readFile(at('README.md'), 'utf8')).split(`\n## ${heading}\n`)
  const [text = ''] = section.split('\n## ')
  return /.*```sh\n(.*?)```/s.exec(text)?.[1] ?? ''
}

test('what the README says of aws iam can be pasted, and is granted and refused as it says', { skip }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-readme-'))
  const ready = join(folder, 'ready.json')
  const listen = ['--listen', '--metadata-listen', '--admin-listen'].flatMap((flag) => [flag, '127.0.0.1:0'])
  const served = ['serve', '--directory', at('examples/organization.yaml'), '--data', ':memory:', '--ready-file', ready]
  const node = spawn(process.execPath, [at('bin/rolecall.js'), ...served, ...listen], { stdio: 'ignore' })
  const exited = once(node, 'exit')
  t.after(async () => {
    node.kill('SIGTERM')
    await exited
    await rm(folder, { recursive: true })
  })
  while (!existsSync(ready) && node.exitCode === null) await pause(50)

  const commands = (await commandsOf('Manage it with `aws iam`')).replace('FILE=ready.json', `FILE=${ready}`)
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, AWS_EC2_METADATA_DISABLED: 'true' }
  const { stdout, stderr } = await execute('bash', ['-c', `${NPX}\n${commands}`], env)
  assert.deepEqual(
    stderr.match(/\(AccessDenied\) .* because no \S+ \S+ allows/g)?.map((words) => words.replace(/.* because/, '')),
    [' no identity-based policy allows', ' no permissions boundary allows'],
    stderr,
  )
  assert.match(stdout, /"UserName": "alice"/)
  assert.match(stdout, /because {2}the permissions boundary \S+AmazonS3ReadOnlyAccess allows other actions/)
  assert.match(stdout, /iam:CreateUser {2}AccessDenied\n.*iam:ListUsers {3}AccessDenied/)
})
