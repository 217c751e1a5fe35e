import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ConfigError, loadConfig, readConfigFile } from '../../../src/platform/config/index.ts'

function fileWith(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'rolecall.yaml')
  writeFileSync(path, text)
  return path
}

test('a file that is not there is refused by name', async () => {
  await assert.rejects(readConfigFile('/no/such/file.yaml'), (error) => {
    assert.ok(error instanceof ConfigError)
    assert.deepEqual(error.problems, ['/no/such/file.yaml: cannot be read (ENOENT)'])
    return true
  })
})

for (const [what, text] of [
  ['is no YAML', 'data: [1,\nkeys: }'],
  ['sets a key twice', 'data: a\ndata: b'],
  ['holds two documents', 'data: a\n---\ndata: b'],
  ['refers to an anchor that is none', 'data: *a'],
  ['is nested deeper than the stack', `${'- '.repeat(10_000)}x`],
  ['is nested deeper than the stack in brackets', `data: ${'['.repeat(10_000)}${']'.repeat(10_000)}`],
  [
    'grows without bound as it is read',
    `a: &a [x]\n${'bcdefghijk'.replace(/./g, (to, at) => `${to}: &${to} [${`*${'abcdefghij'[at]},`.repeat(9)}]\n`)}`,
  ],
] as const) {
  test(`a file that ${what} is refused`, async (t) => {
    const path = fileWith(t, text)
    await assert.rejects(readConfigFile(path), (error) => {
      assert.ok(error instanceof ConfigError)
      assert.ok(error.problems.length > 0 && error.problems.every((problem) => problem.startsWith(`${path}: `)))
      return true
    })
  })
}

test('a mistake in a file is placed by line and column', async (t) => {
  await assert.rejects(readConfigFile(fileWith(t, 'data: a\nkeys: b\n  x: c\n')), /at line 2, column 7/)
})

test('an empty file sets nothing', async (t) => {
  assert.deepEqual(loadConfig({ file: await readConfigFile(fileWith(t, '# nothing\n')) }), loadConfig({}))
})

for (const [kind, text] of [
  ['YAML', 'data: ":memory:"\nlisten:\n  api: "[::1]:0"\nlimits: { drainMs: 5 }\n'],
  ['JSON', '{"data": ":memory:", "listen": {"api": "[::1]:0"}, "limits": {"drainMs": 5}}'],
] as const) {
  test(`a file may be ${kind}`, async (t) => {
    const { data, listen, limits } = loadConfig({ file: await readConfigFile(fileWith(t, text)) })
    assert.equal(data, ':memory:')
    assert.deepEqual(listen.api, { host: '::1', port: 0 })
    assert.equal(limits.drainMs, 5)
  })
}

for (const [written, meant] of [
  ['secrets/corp', (folder: string) => join(folder, 'secrets', 'corp')],
  ['/run/secrets/corp', () => '/run/secrets/corp'],
] as const) {
  test(`the file of a secret called ${written} is looked for from the folder of the configuration file`, async (t) => {
    const path = fileWith(
      t,
      `login: { corp: { issuer: 'https://idp.example.com', clientId: c, accounts: ['111111111111'], clientSecretFile: ${written} } }`,
    )
    const { login } = loadConfig({ file: await readConfigFile(path) })
    assert.equal(login['corp']?.clientSecretFile, meant(dirname(path)))
  })
}
