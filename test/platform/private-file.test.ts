import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createPrivateFile, writePrivateFile } from '../../src/platform/private-file.ts'

function emptyFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-private-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

test('a file that somebody planted where a draft could be is not written, and nobody sees the text through it', async (t) => {
  const path = join(emptyFolder(t), 'operator-token')
  const planted = `${path}.${process.pid}.tmp`
  writeFileSync(planted, 'planted', { mode: 0o666 })
  const { ino } = statSync(planted)
  await writePrivateFile(path, 'token')
  assert.equal(readFileSync(planted, 'utf8'), 'planted')
  assert.notEqual(statSync(path).ino, ino)
})

test('a link that somebody planted where a draft could be leads to nothing that is overwritten', async (t) => {
  const folder = emptyFolder(t)
  const [path, victim] = [join(folder, 'operator-token'), join(folder, 'victim')]
  writeFileSync(victim, 'mine')
  symlinkSync(victim, `${path}.${process.pid}.tmp`)
  await writePrivateFile(path, 'token')
  assert.equal(readFileSync(victim, 'utf8'), 'mine')
})

test('a write that fails leaves nothing behind', async (t) => {
  const folder = emptyFolder(t)
  mkdirSync(join(folder, 'taken', 'by-a-folder'), { recursive: true })
  await assert.rejects(writePrivateFile(join(folder, 'taken'), 'token'), { code: 'EISDIR' })
  assert.deepEqual(readdirSync(folder), ['taken'])
})

test('a new file is made where nothing is: not in place of a file, nor through a link that leads nowhere', async (t) => {
  const folder = emptyFolder(t)
  const [file, link, nowhere] = [join(folder, 'file'), join(folder, 'link'), join(folder, 'nowhere')]
  writeFileSync(file, 'mine')
  symlinkSync(nowhere, link)
  for (const path of [file, link]) await assert.rejects(createPrivateFile(path, 'text'), { code: 'EEXIST' })
  assert.equal(readFileSync(file, 'utf8'), 'mine')
  assert.equal(existsSync(nowhere), false)
})

test('what was there is replaced by a file for its owner alone, and no draft stays', async (t) => {
  const folder = emptyFolder(t)
  const path = join(folder, 'operator-token')
  writeFileSync(path, 'old', { mode: 0o644 })
  await Promise.all([writePrivateFile(path, 'new'), writePrivateFile(path, 'new')])
  assert.equal(readFileSync(path, 'utf8'), 'new')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(folder), ['operator-token'])
})
