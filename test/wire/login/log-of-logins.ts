import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { roleArn, setUp, trusting } from './setting.ts'

// Signs in, and fails to, with a broker that logs all it can to standard error. Then prints, as JSON, everything that must
// neither stand in that log nor be seen in a page or an address.
const CLIENT_SECRET = 'a-client-secret-that-nobody-is-told'
const CODE = 'a-code-that-only-the-provider-knows'

await using opened = new AsyncDisposableStack()
const folder = await mkdtemp(join(tmpdir(), 'rolecall-'))
opened.defer(() => rm(folder, { recursive: true }))
const clientSecretFile = join(folder, 'secret')
await writeFile(clientSecretFile, `${CLIENT_SECRET}\n`, { mode: 0o600 })
const { provider, broker, visitor } = await setUp(
  { after: (done) => opened.defer(async () => void (await done())) },
  {
    logLevel: 'debug',
    doors: () => ({ corp: { clientSecretFile } }),
    roles: (arn, prefix) =>
      ['One', 'Two'].map((name) =>
        trusting(name, arn, { Condition: { StringEquals: { [`${prefix}:sub`]: 'alice' } } }),
      ),
  },
)
const secrets = new Set([CLIENT_SECRET, CODE, broker.operatorToken])
const seen: string[] = []
const givesToken = async (over: Record<string, unknown>) => {
  const idToken = await provider.idToken(over)
  secrets
    .add(idToken)
    .add(idToken.split('.')[1] ?? '')
    .add(idToken.split('.')[2] ?? '')
  provider.on('/token', () => ({ body: { access_token: 'an-access-token', token_type: 'Bearer', id_token: idToken } }))
}
secrets.add('an-access-token')

for (const prepare of [
  (nonce: string | null) => givesToken({ nonce }),
  (nonce: string | null) => givesToken({ nonce, sub: 'mallory' }),
  (nonce: string | null) => givesToken({ nonce: `${nonce}x` }),
  (nonce: string | null) => givesToken({ nonce, aud: 'other' }),
  async () =>
    provider.on('/token', ({ fields }) => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: JSON.stringify(fields) },
    })),
  async () =>
    provider.on('/token', ({ headers }) => ({
      status: 400,
      body: JSON.stringify({ error: String(headers.authorization) }),
    })),
  async () => provider.on('/token', () => ({ body: 'no JSON' })),
]) {
  const someone = visitor()
  const asked = await someone.begin()
  seen.push(String(asked))
  await prepare(asked.get('nonce'))
  const query = new URLSearchParams({ code: CODE, state: asked.get('state') ?? '' })
  keepCookies()
  await see(await someone.get(`/login/corp/callback?${query}`))
  for (const { fields, headers } of provider.forms) {
    secrets.add(fields['code_verifier'] ?? CODE)
    if (headers.authorization !== undefined) secrets.add(headers.authorization.replace('Basic ', ''))
  }
  keepCookies()
  await see(await someone.get('/login/corp/roles'))
  await see(await someone.post('/login/corp/roles', { roleIndex: roleArn('One') }))
  keepCookies()
  await see(await someone.get('/console'))

  function keepCookies(): void {
    for (const value of someone.cookies.values()) secrets.add(value)
  }
}
process.stdout.write(JSON.stringify({ secrets: [...secrets], seen }))

async function see(answer: Response): Promise<void> {
  seen.push(answer.headers.get('location') ?? '', await answer.text())
}
