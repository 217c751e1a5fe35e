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

/**
 * What tokens of somebody nobody has heard of say, by condition key: whatever takes these in takes in everybody. Of other
 * keys the word alone.
 */
const STRANGERS: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'token.actions.githubusercontent.com:sub',
    ['ref:refs/heads/main', 'ref:refs/tags/v1', 'pull_request', 'environment:production'].flatMap((rest) => [
      `repo:stranger/repository:${rest}`,
      `repo:stranger@10000001/repository@20000002:${rest}`,
    ]),
  ],
  [
    'token.actions.githubusercontent.com:job_workflow_ref',
    ['stranger/repository/.github/workflows/workflow.yml@refs/heads/main'],
  ],
  ['gitlab.com:sub', ['branch:ref:main', 'tag:ref:v1'].map((rest) => `project_path:stranger/project:ref_type:${rest}`)],
  [
    'app.terraform.io:sub',
    ['plan', 'apply'].map((phase) => `organization:stranger:project:project:workspace:workspace:run_phase:${phase}`),
  ],
  [
    'agent.buildkite.com:sub',
    ['organization:stranger:pipeline:pipeline:ref:refs/heads/main:commit:1000000000000001:step:build'],
  ],
])
const STRANGER = ['stranger']

/** What strangers have for a condition key. @param key - as {@link SHARED_OIDC_PROVIDERS} spells it */
export function ofStrangers(key: string): readonly string[] {
  return STRANGERS.get(key) ?? STRANGER
}

function claims(names: readonly string[], providers: readonly string[]): [string, readonly string[]][] {
  return providers.map((provider) => [provider, names.map((name) => `${provider}:${name}`)])
}
