// Loaded before tests: what one process compiled of the sources, the others need not compile again.
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/tests', import.meta.url)))
