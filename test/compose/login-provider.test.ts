import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loginProviders } from '../../src/compose/login-provider.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { loadConfig } from '../../src/platform/config/index.ts'

test('every file that holds no secret of a client is named, and no secret with it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-'))
  t.after(() => rm(folder, { recursive: true }))
  const [missing, empty, long, good] = ['missing', 'empty', 'long', 'good'].map((name) => join(folder, name))
  await writeFile(empty ?? '', '\n')
  await writeFile(long ?? '', 'x'.repeat(4097))
  await writeFile(good ?? '', 'hunter2\r\n')
  const door = { issuer: 'https://idp.example.com', clientId: 'c', accounts: ['111111111111'] }
  const files = { missing, empty, long, folder, good }
  const login = Object.fromEntries(
    Object.entries(files).map(([name, clientSecretFile = '']) => [name, { ...door, clientSecretFile }]),
  )
  await assert.rejects(loginProviders(loadConfig({ file: { name: 'test', content: { login } } }), systemClock), {
    problems: [
      `login.missing.clientSecretFile: ${missing} cannot be read (ENOENT)`,
      `login.empty.clientSecretFile: ${empty} holds no client secret`,
      `login.long.clientSecretFile: ${long} holds no client secret`,
      `login.folder.clientSecretFile: ${folder} cannot be read (EISDIR)`,
    ],
  })
})
