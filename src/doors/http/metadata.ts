import type { RequestListener } from 'node:http'
import { localApp } from './local-app.ts'

/**
 * The app of the metadata listener. There are no instances, so nothing is found: SDKs take that for "no role here" and
 * go on to their next source of credentials.
 * @param hostnames - the listener's own, beside `localhost` and loopback addresses
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
export function metadataApp(hostnames: readonly string[]): RequestListener {
  return localApp((_request, response) => {
    response.status(404).type('text/plain').end()
  }, hostnames)
}
