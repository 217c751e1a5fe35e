import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { startTestBroker } from '../../../src/testing/index.ts'

const PAGE = new URL('../../../docs/metadata.md', import.meta.url)
const NEEDED = ['sh', 'curl', 'sed']
const missing = NEEDED.filter((program) => spawnSync(program, ['--help']).error !== undefined)
if (spawnSync('openssl', ['version']).status !== 0) missing.push('openssl')
const skip = missing.length > 0 && `not installed: ${missing.join(', ')}`

test('the commands of docs/metadata.md verify identity documents, and nothing that was changed', {
  skip,
}, async (t) => {
  const page = await readFile(PAGE, 'utf8')
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code = '']) => code)
  const [token = '', verifying = ''] = ['TOKEN=$(curl', 'openssl smime'].map((part) =>
    blocks.find((code) => code.includes(part)),
  )
  const ID = 'i-0123456789abcdef0'
  await using broker = await startTestBroker({
    directory: { Accounts: [{ Id: '111111111111', Instances: [{ InstanceId: ID }] }] },
  })
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-documents-'))
  t.after(() => rm(folder, { recursive: true }))
  const env = { PATH: process.env['PATH'] ?? '', ...(await broker.env(ID)) }
  const run = async (script: string) => await promisify(execFile)('sh', ['-ec', script], { cwd: folder, env })

  // What `rolecall env` prints is in the environment already.
  const asked = token.replace(/^eval .*$/m, '').replace(/^curl .*$/m, '')
  const script = `${asked}${verifying.replace('http://127.0.0.1:7602', broker.addresses.admin)}`
  const { stdout, stderr } = await run(script)
  const document = await readFile(join(folder, 'document'), 'utf8')
  assert.equal(JSON.parse(document).instanceId, ID)
  assert.match(stderr, /^(?:CMS )?Verification successful/im)
  assert.match(stdout, /Verified OK$/m)
  for (const likewise of ['pkcs7', 'dsa2048']) {
    assert.match((await run(script.replaceAll('rsa2048', likewise))).stderr, /^(?:CMS )?Verification successful/im)
  }

  const verify = verifying.split('\n').filter((line) => line.startsWith('openssl') && line.includes('document'))
  assert.equal(verify.length, 2)
  await run(`sed -i.bak 's/${ID}/i-0123456789abcdef9/' document`)
  for (const command of verify) await assert.rejects(run(command), { code: command.includes('dgst') ? 1 : 4 })
})
