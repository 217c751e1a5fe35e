import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Router } from 'express'

const TYPES = {
  'console.css': 'text/css; charset=utf-8',
  'console.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const

/** The files that pages load. */
export type StaticFile = keyof typeof TYPES

interface Loaded {
  readonly body: Buffer
  readonly type: string
  readonly version: string
}

/** The files beside the pages, read once. Their addresses name their content, so that browsers keep them for good. */
export class StaticFiles {
  readonly #files: ReadonlyMap<string, Loaded>

  constructor() {
    const files = new Map<string, Loaded>()
    for (const [name, type] of Object.entries(TYPES)) {
      const body = readFileSync(new URL(`./static/${name}`, import.meta.url))
      files.set(name, { body, type, version: hash('sha256', body, 'base64url').slice(0, 16) })
    }
    this.#files = files
  }

  /** Where a page finds a file. */
  path(name: StaticFile): string {
    return `/static/${name}?v=${this.#files.get(name)?.version}`
  }

  /** Answers GET and HEAD for them. Another node's version is answered with ours, and not kept. */
  routes(): Router {
    const routes: Router = Router({ caseSensitive: true, strict: true })
    for (const [name, { body, type, version }] of this.#files) {
      const etag = `"${version}"`
      routes.get(`/static/${name}`, (request, response) => {
        const isOurs = request.url.endsWith(`?v=${version}`)
        response.set({
          'Cache-Control': isOurs ? 'public, max-age=31536000, immutable' : 'no-cache',
          ETag: etag,
          'Content-Type': type,
          // A page of another site that loads it learns nothing; none has a reason to.
          'Cross-Origin-Resource-Policy': 'same-origin',
        })
        if (request.headers['if-none-match'] === etag) response.status(304).end()
        else response.set('Content-Length', String(body.length)).end(body)
      })
    }
    return routes
  }
}
