/** One thing that can be set by a flag and by an environment variable. */
export interface Setting {
  /** The same setting in a configuration file: keys joined by dots. */
  readonly path: string
  /** Without its two dashes. */
  readonly flag: string
  readonly environment: string
  /** What the value is, for the help text; `undefined` for a switch, which takes none. */
  readonly takes: string | undefined
  /** May be given several times; the environment variable separates by commas. */
  readonly repeatable: boolean
  readonly help: string
}

/** Every setting that has a flag. Limits are set in a file only. */
export const SETTINGS: readonly Setting[] = [
  setting('listen.api', 'listen', 'HOST:PORT', 'where the API listens (default 127.0.0.1:7600)'),
  setting('listen.metadata', 'metadata-listen', 'HOST:PORT', 'where metadata listens (default 127.0.0.1:7601)'),
  setting(
    'listen.admin',
    'admin-listen',
    'HOST:PORT',
    'where health and operators are served (default 127.0.0.1:7602)',
  ),
  {
    ...setting(
      'listen.containers',
      'container-listen',
      'HOST:PORT',
      'where containers are answered too, such as 169.254.170.2:80 as at ECS',
    ),
    repeatable: true,
  },
  setting('data', 'data', 'FOLDER', 'the data folder, or :memory: (default data)'),
  setting('keys', 'keys', 'FOLDER', 'the folder of the key ring (default keys)'),
  { ...setting('directory', 'directory', 'FILE', 'a directory file to apply at start'), repeatable: true },
  setting('readyFile', 'ready-file', 'FILE', 'a file to write once requests are answered'),
  setting(
    'tokenFolder',
    'token-folder',
    'FOLDER',
    'where tokens of service accounts are written (default DATA/tokens)',
  ),
  setting('publicUrl', 'public-url', 'ORIGIN', 'the origin of absolute URLs, such as https://sts.example.com'),
  setting('tls.certFile', 'tls-cert', 'FILE', 'serve the API over TLS with this certificate chain (PEM)'),
  setting('tls.keyFile', 'tls-key', 'FILE', 'the private key of the certificate (PEM)'),
  {
    ...setting('trustedProxies', 'trusted-proxy', 'CIDR', 'believe the forwarded address of these proxies'),
    repeatable: true,
  },
  {
    ...setting(
      'federation.localIssuers',
      'local-issuer',
      'ORIGIN',
      'let OpenID Connect issuers of this origin be plain http, have a port or be a private address',
    ),
    repeatable: true,
  },
  setting(
    'federation.acceptOutboundTokens',
    'accept-outbound-tokens',
    undefined,
    'let roles be assumed with tokens of GetWebIdentityToken, which AWS refuses: gives up that a session ends with the one it came from',
  ),
  setting(
    'federation.withoutBuiltInIssuers',
    'without-built-in-issuers',
    undefined,
    'ask nothing of Google and Amazon Cognito, whose tokens AWS takes without a provider: for nodes that reach no internet',
  ),
  setting('insecureHttp', 'insecure-http', undefined, 'serve the API in clear off loopback: gives up confidentiality'),
  setting('dev', 'dev', undefined, 'offer a clock that can be moved, and a reset; loopback only'),
  setting('partition', 'partition', 'NAME', 'aws, aws-cn or aws-us-gov (default aws)'),
  setting('logLevel', 'log-level', 'LEVEL', 'debug, info, warn, error or silent (default info)'),
  setting(
    'redirectMissingAction',
    'redirect-missing-action',
    undefined,
    'redirect a request without an action, as AWS does',
  ),
]

function setting(path: string, flag: string, takes: string | undefined, help: string): Setting {
  const environment = `ROLECALL_${flag.toUpperCase().replaceAll('-', '_')}`
  return { path, flag, environment, takes, repeatable: false, help }
}
