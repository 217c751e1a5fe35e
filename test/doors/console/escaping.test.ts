import assert from 'node:assert/strict'
import { test } from 'node:test'
import { copyable } from '../../../src/doors/console/components/copyable.ts'
import { credentialsPanel } from '../../../src/doors/console/components/credentials-panel.ts'
import { field, notice, tokenField } from '../../../src/doors/console/components/fields.ts'
import { rolePicker } from '../../../src/doors/console/components/role-picker.ts'
import type { ConsoleBroker } from '../../../src/doors/console/console-broker.ts'
import { html, renderDocument, type View } from '../../../src/doors/console/html.ts'
import { layout } from '../../../src/doors/console/layout.ts'
import type { SignedInPage } from '../../../src/doors/console/page.ts'
import { accessKeysPage } from '../../../src/doors/console/pages/access-keys.ts'
import { homePage } from '../../../src/doors/console/pages/home.ts'
import { mfaPage } from '../../../src/doors/console/pages/mfa.ts'
import { mfaDevicePage } from '../../../src/doors/console/pages/mfa-device.ts'
import { mfaEnrollmentPage } from '../../../src/doors/console/pages/mfa-enrollment.ts'
import { passwordPage } from '../../../src/doors/console/pages/password.ts'
import { switchRolePage } from '../../../src/doors/console/pages/switch-role.ts'
import { forFault, refusal } from '../../../src/doors/console/refusals.ts'
import { type Reply, show } from '../../../src/doors/console/reply.ts'
import { StaticFiles } from '../../../src/doors/console/static-files.ts'
import { AccessDenied } from '../../../src/model/index.ts'
import { aSession, NOW, REQUEST_ID } from './stage.ts'

/** Names that would be more than a name, where they are not escaped. */
const EVIL = [
  '<script>alert(1)</script>',
  '"onmouseover="alert(1)',
  `'onfocus='alert(1)' autofocus='`,
  '</title><script>alert(1)</script>',
  '</textarea></pre></code><img src=x onerror=alert(1)>',
  'a\r\nSet-Cookie: b=c\r\n\r\n<svg onload=alert(1)>',
  '<!--',
  ']]><script>alert(1)</script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '{{alert(1)}}',
  '\u0000<script>',
  '\u202e<script>',
] as const

const files = new StaticFiles()
const session = aSession()
const facts = {
  requestId: REQUEST_ID,
  now: NOW,
  sourceIp: undefined,
  secureTransport: false,
  userAgent: undefined,
  referer: undefined,
}

/** Every place that shows something from outside. */
const PLACES: Readonly<Record<string, (text: string) => View | Promise<View>>> = {
  'text of a page': (text) => html`<p>${text}</p>`,
  'a value in quotes': (text) => html`<input value="a ${text} b" />`,
  'a value of its own': (text) => html`<input value=${text} title=${text} />`,
  'the title of a window': (text) => documentOf(show(text, 'view')),
  'the name of somebody': (text) =>
    documentOf(show('a', 'view'), aSession({ arn: text, caller: { ...session.caller, arn: `a/${text}` } })),
  'the start page': (text) => documentOf(home(text)),
  'the token of forms': (formToken) => tokenField(aSession({ formToken })),
  'a field': (text) => field({ name: text, label: text, value: text, hint: text, autocomplete: text }),
  'a notice': (text) => notice('refused', text),
  'an account and its roles': (text) =>
    rolePicker({
      action: '/saml',
      hidden: [html`<input type="hidden" name="RelayState" value=${text} />`],
      accounts: Array.from({ length: 6 }, () => ({ id: text, alias: text, roles: [{ arn: text, name: text }] })),
    }),
  credentials: (text) =>
    credentialsPanel(
      {
        endpoint: 'http://127.0.0.1',
        region: text,
        credentials: { accessKeyId: text, secretAccessKey: text, sessionToken: text },
        expiration: text,
        profile: text,
      },
      NOW,
      NOW,
    ),
  'a text to copy': (text) => copyable({ id: text, label: text, text }),
  'access keys': (text) => asUser(text, (broker) => accessKeysPage(broker)),
  'the password page': (text) => asUser(text, (broker) => passwordPage(broker)),
  'MFA devices': (text) => asUser(text, (broker) => mfaPage(broker)),
  'a device to enable': (text) => asUser(text, (broker) => mfaEnrollmentPage(broker)),
  'an MFA device': (text) => asUser(text, (broker) => mfaDevicePage(broker)),
  'roles to switch to': (text) => asUser(text, (broker) => switchRolePage(broker)),
  'a refusal': (text) => documentOf(refusal({ status: 400, title: text, what: text, next: text })),
  'the words of a fault': (text) => documentOf(forFault(new AccessDenied(text), true)),
}

/** A page of a user who is called so, as everything is that they have; what it is asked says so, too. */
async function asUser(text: string, pageOf: (broker: ConsoleBroker) => SignedInPage): Promise<View> {
  const each = {
    AccessKeyId: text,
    Status: text,
    CreateDate: new Date(NOW),
    SerialNumber: text,
    EnableDate: new Date(NOW),
  }
  const answer = {
    AccessKeyMetadata: [each],
    AccessKeyLastUsed: { ServiceName: text, Region: text, LastUsedDate: new Date(NOW) },
    MFADevices: [each],
    PasswordPolicy: { MinimumPasswordLength: text, MaxPasswordAge: text, PasswordReusePrevention: text },
  }
  const state = { serialNumber: text, seed: text, png: text, principal: 'AIDA', arns: [text] }
  const take = async () => ({ path: '/console/mfa', says: text })
  const states = { find: async () => state, take, seal: () => text }
  const switchable = { account: { id: text, alias: text }, arns: Array(6).fill(text), isAll: true }
  const broker = { act: async () => answer, states, switchableRoles: async () => switchable }
  const caller = { ...session.caller, kind: 'user', userName: text, arn: text, userId: 'AIDA' }
  const user = aSession({ arn: text, caller: caller as never, formToken: text })
  const given = { text: () => text, has: () => true }
  const visit = { session: user, facts, query: given, form: given, cookie: () => text }
  const reply = await pageOf(broker as never).get?.(visit as never)
  assert.ok(reply !== undefined)
  return documentOf(reply, user)
}

function documentOf(reply: Reply, who = session): View {
  assert.ok(reply.kind === 'shown')
  return layout(reply, { files, facts, session: who })
}

function home(text: string): Reply {
  const reply = homePage.get?.({ session: aSession({ arn: text }), facts } as never)
  assert.ok(reply !== undefined && 'kind' in reply)
  return reply
}

/** Tags with their attributes, as a browser's tokenizer would find them in text that is well-formed. */
function tagsOf(page: string): readonly string[] {
  return page.match(/<[a-z!/][^>"]*(?:"[^"]*"[^>"]*)*>/gi) ?? []
}

for (const [place, view] of Object.entries(PLACES)) {
  test(`${place}: whatever it says stays text`, async () => {
    const harmless = tagsOf(renderDocument(await view('harmless'))).map(withoutValues)
    for (const text of EVIL) {
      const page = renderDocument(await view(text))
      assert.deepEqual(tagsOf(page).map(withoutValues), harmless, text)
    }
  })
}

test('objects that pretend to be elements are not rendered', () => {
  const fake = JSON.parse('{"type":"script","props":{"children":"alert(1)"},"key":null,"__v":1}')
  assert.equal(renderDocument(html`<p>${fake}</p>`), '<!doctype html><p></p>')
})

/** The names in a tag: what they say differs, what they are must not. */
function withoutValues(tag: string): string {
  return tag.replaceAll(/"[^"]*"/g, '""')
}
