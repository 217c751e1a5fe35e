import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
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
  const shared = [0o604, 0o602, 0o620].map((mode) => [mode, join(folder, `shared-${mode.toString(8)}`)] as const)
  for (const [mode, path] of shared) {
    await writeFile(path, 'hunter2')
    await chmod(path, mode)
  }
  await writeFile(empty ?? '', '\n', { mode: 0o600 })
  await writeFile(long ?? '', 'x'.repeat(4097), { mode: 0o600 })
  await writeFile(good ?? '', 'hunter2\r\n', { mode: 0o640 })
  const door = { issuer: 'https://idp.example.com', clientId: 'c', accounts: ['111111111111'] }
  const files = {
    missing,
    empty,
    long,
    folder,
    good,
    ...Object.fromEntries(shared.map(([mode, path]) => [`s${mode.toString(8)}`, path])),
  }
  const login = Object.fromEntries(
    Object.entries(files).map(([name, clientSecretFile = '']) => [name, { ...door, clientSecretFile }]),
  )
  await assert.rejects(loginProviders(loadConfig({ file: { name: 'test', content: { login } } }), systemClock), {
    problems: [
      `login.missing.clientSecretFile: ${missing} cannot be read (ENOENT)`,
      `login.empty.clientSecretFile: ${empty} holds no client secret`,
      `login.long.clientSecretFile: ${long} holds no client secret`,
      `login.folder.clientSecretFile: ${folder} cannot be read (EISDIR)`,
      ...shared.map(
        ([mode, path]) =>
          `login.s${mode.toString(8)}.clientSecretFile: ${path} can be read or written by others: run chmod 600 on it`,
      ),
    ],
  })
})
