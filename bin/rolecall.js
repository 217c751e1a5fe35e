#!/usr/bin/env node
// Plain JavaScript, so that an old Node can still read it and say what is wrong.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`rolecall needs Node 24 or newer; this is ${process.version}. In a checkout: npx rolecall\n`)
  process.exit(1)
}
const { existsSync } = await import('node:fs')
const source = new URL('../src/main.ts', import.meta.url) // a checkout has it, the published package does not
if (existsSync(source)) {
  // A private folder: the default lies under the shared temporary folder, and code that others can write must not run here.
  const { enableCompileCache } = await import('node:module')
  enableCompileCache(new URL('../node_modules/.cache/rolecall', import.meta.url).pathname)
}
await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href)
