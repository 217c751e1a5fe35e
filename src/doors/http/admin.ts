import type { RequestListener } from 'node:http'
import { type AdminOptions, adminRoutes } from '../admin/index.ts'
import { localApp } from './local-app.ts'

/**
 * The app of the admin listener.
 * @param hostnames - the listener's own, beside `localhost` and loopback addresses
 */
export function adminApp(options: AdminOptions, hostnames: readonly string[]): RequestListener {
  return localApp(adminRoutes(options), hostnames)
}
