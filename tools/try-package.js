// Starts a broker from the built package, in memory and in a folder: what `npm run build` made has to run.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBroker } from '../dist/index.js'
import { startTestBroker } from '../dist/testing/index.js'

const folder = mkdtempSync(join(tmpdir(), 'rolecall-package-'))
const options = { data: join(folder, 'data'), keys: join(folder, 'keys') }
for (const broker of [await startBroker(options), await startTestBroker()]) {
  const page = await fetch(`${broker.endpoint}/static/console.css`)
  if (page.status !== 200) throw new Error(`The files of pages are missing: ${page.status}`)
  await broker.stop()
}
rmSync(folder, { recursive: true })
process.stdout.write('The built package starts and stops.\n')
