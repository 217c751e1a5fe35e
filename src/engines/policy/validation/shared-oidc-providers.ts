/**
 * Identity providers that serve many tenants, by URL without scheme, and the condition keys of which one has to tell
 * the tenants apart. AWS checks it when a trust policy is saved, not when it is evaluated.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
 */
export const SHARED_OIDC_PROVIDERS: ReadonlyMap<string, readonly string[]> = new Map([
  ...claims(['sub', 'job_workflow_ref'], ['token.actions.githubusercontent.com']),
  ...claims(
    ['sub'],
    [
      'oidc-configuration.audit-log.githubusercontent.com',
      'vstoken.actions.githubusercontent.com',
      'gitlab.com',
      'app.terraform.io',
      'agent.buildkite.com',
      'oidc.codefresh.io',
      'studio.datachain.ai/api',
      'scalr.io',
      'tokens.cloud.shisho.dev',
      'proidc.upbound.io',
    ],
  ),
  ...claims(['aud'], ['api.pulumi.com/oidc', 'oidc.vercel.com', 'sandboxes.cloud', 'cognito-identity.amazonaws.com']),
  ['sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d', ['sts:RoleSessionName']],
])

function claims(names: readonly string[], providers: readonly string[]): [string, readonly string[]][] {
  return providers.map((provider) => [provider, names.map((name) => `${provider}:${name}`)])
}
