import type { RequestListener } from 'node:http'
import type { AdminOptions } from '../admin/index.ts'

/**
 * The app of the admin listener. What it is made of is loaded with the first request: many nodes are never asked anything,
 * those inside a test least of all.
 * @param hostnames - the listener's own, beside `localhost` and loopback addresses
 */
export function adminApp(options: AdminOptions, hostnames: readonly string[]): RequestListener {
  let app: RequestListener | undefined
  const load = async (): Promise<void> => {
    const [{ adminRoutes }, { localApp }] = await Promise.all([import('../admin/index.ts'), import('./local-app.ts')])
    app ??= localApp(adminRoutes(options), hostnames)
  }
  return (request, response) => {
    // In the turn in which it came, once that is possible: what is no request behind it is not answered before it.
    if (app !== undefined) return app(request, response)
    load().then(
      () => app?.(request, response),
      (error: unknown) => {
        options.logger.error('admin.failed', { error })
        response.writeHead(500, { 'Content-Length': 0 }).end()
      },
    )
  }
}
