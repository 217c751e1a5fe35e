import assert from 'node:assert/strict'
import { test } from 'node:test'
import { credentialsPanel } from '../../../src/doors/console/components/credentials-panel.ts'
import { field, notice, tokenField } from '../../../src/doors/console/components/fields.ts'
import { rolePicker } from '../../../src/doors/console/components/role-picker.ts'
import { html, renderDocument, type View } from '../../../src/doors/console/html.ts'
import { layout } from '../../../src/doors/console/layout.ts'
import { homePage } from '../../../src/doors/console/pages/home.ts'
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
const PLACES: Readonly<Record<string, (text: string) => View>> = {
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
  'a refusal': (text) => documentOf(refusal({ status: 400, title: text, what: text, next: text })),
  'the words of a fault': (text) => documentOf(forFault(new AccessDenied(text), true)),
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
  test(`${place}: whatever it says stays text`, () => {
    const harmless = tagsOf(renderDocument(view('harmless'))).map(withoutValues)
    for (const text of EVIL) {
      const page = renderDocument(view(text))
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
