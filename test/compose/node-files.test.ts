import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startNode } from '../../src/compose/index.ts'
import { ACCOUNT, aFolder, configIn, DIRECTORY } from './samples.ts'

test('a key folder without the keys that stored data needs is refused, and not filled with others', async (t) => {
  const folder = await aFolder(t)
  await (await startNode(configIn(folder), { directories: [DIRECTORY] })).stop()
  const wrong = join(folder, 'wrong-keys')
  await assert.rejects(startNode(configIn(folder, { keys: wrong })), /restore the key files from a backup/)
  assert.deepEqual(readdirSync(wrong), [])
})

test('--dev is refused on a data folder that was served without it, and leaves no mark there', async (t) => {
  const folder = await aFolder(t)
  await (await startNode(configIn(folder), { directories: [DIRECTORY] })).stop()
  await assert.rejects(startNode(configIn(folder, { dev: true })), /use --dev with another --data folder/)
  await (await startNode(configIn(folder))).stop()
})

test('a certificate, a key or a pair that is none is refused with the flag that names it', async (t) => {
  const folder = await aFolder(t)
  const file = (name: string) => join(folder, name)
  cpSync(new URL('../doors/http/fixtures', import.meta.url), folder, { recursive: true })
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(file('other.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(file('text'), 'neither')
  const start = (certFile: string, keyFile: string) =>
    startNode(configIn(folder, { tls: { certFile: file(certFile), keyFile: file(keyFile) }, data: ':memory:' }))

  await assert.rejects(start('text', 'localhost.key.pem'), /text, named by --tls-cert, holds no certificate in PEM/)
  await assert.rejects(start('localhost.cert.pem', 'text'), /text, named by --tls-key, holds no private key in PEM/)
  await assert.rejects(start('localhost.cert.pem', 'other.key'), /is not the one of the first certificate/)
  const node = await start('localhost.cert.pem', 'localhost.key.pem')
  await node.stop()
  assert.match(node.addresses.api, /^https:/)
})

test('the ready file is there exactly while the node answers', async (t) => {
  const folder = await aFolder(t)
  const readyFile = join(folder, 'ready.json')
  writeFileSync(readyFile, 'what a node that crashed left behind')
  const blocked = configIn(folder, { readyFile, tls: { certFile: readyFile, keyFile: readyFile } })
  await assert.rejects(startNode(blocked))
  assert.equal(existsSync(readyFile), false)
  const node = await startNode(configIn(folder, { readyFile }), { directories: [DIRECTORY] })
  assert.equal(existsSync(readyFile), true)
  await node.stop()
  assert.equal(existsSync(readyFile), false)
})

test('a reset goes back to what was loaded at the start, whatever became of the file', async (t) => {
  const folder = await aFolder(t)
  const file = join(folder, 'accounts.yaml')
  writeFileSync(file, JSON.stringify(DIRECTORY))
  const node = await startNode(configIn(folder, { data: ':memory:', dev: true, directory: [file] }))
  writeFileSync(file, 'Accounts: nonsense')
  await node.reset()
  assert.notEqual(await node.broker.directory.account(ACCOUNT), undefined)
  await node.stop()
})

test('a reset of a folder whose directory nobody gave is refused and loses nothing', async (t) => {
  const folder = await aFolder(t)
  await (await startNode(configIn(folder, { dev: true }), { directories: [DIRECTORY] })).stop()
  const node = await startNode(configIn(folder, { dev: true }))
  await assert.rejects(node.reset(), { code: 'ValidationError' })
  assert.notEqual(await node.broker.directory.account(ACCOUNT), undefined)
  await node.stop()
})
