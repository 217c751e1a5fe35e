// Makes `dist/` anew, so that no file of an earlier build is published, with what the compiler leaves out: the files that
// pages load.
import { cpSync, rmSync } from 'node:fs'

const PAGES = 'doors/console/static/'

rmSync(new URL('../dist/', import.meta.url), { recursive: true, force: true })
cpSync(new URL(`../src/${PAGES}`, import.meta.url), new URL(`../dist/${PAGES}`, import.meta.url), { recursive: true })
