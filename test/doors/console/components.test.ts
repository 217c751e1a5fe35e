import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { credentialTexts } from '../../../src/doors/console/components/credential-texts.ts'
import { rolePicker } from '../../../src/doors/console/components/role-picker.ts'
import { durationOf } from '../../../src/doors/console/components/time-left.ts'
import { html, renderDocument } from '../../../src/doors/console/html.ts'

const SHOWN = {
  endpoint: 'http://127.0.0.1:7600',
  region: 'us-east-1',
  credentials: { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'a/b+c=', sessionToken: `it's $HOME "quoted" \`id\`` },
  expiration: '2026-01-02T04:04:05.000Z',
  profile: 'Admin',
}

function textOf(id: string): string {
  return credentialTexts(SHOWN).find((each) => each.id === id)?.text ?? ''
}

test('the environment that is pasted into a shell has the values, whatever they are', () => {
  const script = `${textOf('environment')}\nprintf '%s\\n%s\\n%s' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN"`
  const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8', env: {} })
  assert.equal(stdout, ['ASIAEXAMPLE', 'a/b+c=', SHOWN.credentials.sessionToken].join('\n'))
})

test('PowerShell takes nothing in single quotes but two of them for more than it is', () => {
  assert.ok(textOf('powershell').includes(`$Env:AWS_SESSION_TOKEN='it''s $HOME "quoted" \`id\`'`))
  for (const line of textOf('powershell').split('\n')) assert.match(line, /^\$Env:[A-Za-z_]+='(?:[^']|'')*'$/)
})

test('a profile redirects the services that are spoken here, and no other', () => {
  assert.equal(
    textOf('profile'),
    `[profile Admin]
aws_access_key_id = ASIAEXAMPLE
aws_secret_access_key = a/b+c=
aws_session_token = ${SHOWN.credentials.sessionToken}
region = us-east-1
services = rolecall-Admin

[services rolecall-Admin]
sts =
  endpoint_url = http://127.0.0.1:7600
iam =
  endpoint_url = http://127.0.0.1:7600
cloudtrail =
  endpoint_url = http://127.0.0.1:7600`,
  )
})

test('JSON is what a credential_process prints', () => {
  assert.deepEqual(JSON.parse(textOf('json')), {
    Version: 1,
    AccessKeyId: 'ASIAEXAMPLE',
    SecretAccessKey: 'a/b+c=',
    SessionToken: SHOWN.credentials.sessionToken,
    Expiration: '2026-01-02T04:04:05.000Z',
  })
})

test('the role picker has the structure that tools read which sign in for people', () => {
  const account = (id: string, alias?: string) => ({
    id,
    alias,
    roles: [{ arn: `arn:aws:iam::${id}:role/path/Admin`, name: 'Admin' }],
  })
  const picker = renderDocument(
    rolePicker({
      action: '/saml',
      hidden: [html`<input type="hidden" name="SAMLResponse" value="x" />`],
      accounts: [account('111111111111', 'source'), account('222222222222')],
    }),
  )
  assert.match(
    picker,
    /<form id="saml_form" [^>]*method="post" action="\/saml"><input type="hidden" name="SAMLResponse"/,
  )
  assert.match(
    picker,
    /<fieldset>.*<div class="saml-account"[^>]*><div class="saml-account-name">Account: source \(111111111111\)<\/div>/,
  )
  assert.match(picker, /<div class="saml-account-name">Account: 222222222222<\/div>/)
  assert.match(
    picker,
    /<div class="saml-role"[^>]*><input class="saml-radio" type="radio" name="roleIndex" id="arn:aws:iam::111111111111:role\/path\/Admin" value="arn:aws:iam::111111111111:role\/path\/Admin" required\/><label class="saml-role-description" for="arn:aws:iam::111111111111:role\/path\/Admin">Admin<\/label><\/div>/,
  )
  assert.doesNotMatch(picker, /type="search"/, 'two roles need no search')
})

for (const [ms, text] of [
  [-1, 'less than a minute'],
  [59_999, 'less than a minute'],
  [60_000, '1 min'],
  [3_600_000, '1 h'],
  [43_199_000, '11 h 59 min'],
] as const) {
  test(`${ms} ms are ${text}`, () => assert.equal(durationOf(ms), text))
}
