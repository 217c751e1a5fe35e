/** What an AWS SDK's client takes to talk to this broker as some principal: pass it to a client's constructor. */
export interface ClientSettings {
  readonly endpoint: string
  readonly region: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
}

/** Environment variables that lead clients of every service that is spoken here to an endpoint. */
export function endpointVariables(endpoint: string): Record<string, string> {
  return { AWS_ENDPOINT_URL_STS: endpoint, AWS_ENDPOINT_URL_IAM: endpoint, AWS_ENDPOINT_URL_CLOUDTRAIL: endpoint }
}

/**
 * The same as environment variables, for the `aws` CLI and for programs that configure themselves. Only the services
 * that are spoken here are redirected; the session token is blanked where there is none, so that one from outside cannot
 * come along with another's key.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function clientEnvironment({ endpoint, region, credentials }: ClientSettings): Record<string, string> {
  return {
    ...endpointVariables(endpoint),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken ?? '',
    ...pastProxies([endpoint]),
  }
}

/**
 * The variables that keep requests for these addresses from a proxy that the environment names: a company's proxy cannot
 * reach this machine. In both spellings, because clients differ in which they read. Hosts with a name of their own are
 * left out: those may lie behind the proxy.
 */
export function pastProxies(urls: readonly string[]): Record<string, string> {
  const hosts = new Set<string>()
  for (const url of urls) {
    const { hostname } = new URL(url)
    if (/^(?:localhost|[0-9.]+|\[.*\])$/.test(hostname)) hosts.add(hostname)
    // Of IPv6 some clients compare the address alone.
    if (hostname.startsWith('[')) hosts.add(hostname.slice(1, -1))
  }
  const list = [...hosts].join(',')
  return list === '' ? {} : { NO_PROXY: list, no_proxy: list }
}
