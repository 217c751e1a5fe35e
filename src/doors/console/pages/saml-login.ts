import { SAML_COOKIE } from '../cookies.ts'
import type { Form } from '../form.ts'
import type { Page } from '../page.ts'
import { BAD_FORM, NOT_FOUND, refusal } from '../refusals.ts'
import { leaveFor } from '../reply.ts'
import type { SamlSignIns } from '../saml-sign-ins.ts'

/** What a program says of itself that waits for a sign-in on the same machine. */
const TERMINAL = ['port', 'challenge', 'role'] as const
const PORT = /^[1-9][0-9]{3,4}$/
const LOWEST_PORT = 1024
const HIGHEST_PORT = 65_535
const CHALLENGE = /^[\w-]{43}$/
const ROLE = /^arn:[\x21-\x7e]{1,2044}$/

/** Begins a sign-in at a SAML provider: `/saml/login/ACCOUNT/PROVIDER`. It changes nothing but what is waited for. */
export function samlLoginPage(saml: Pick<SamlSignIns, 'begin'>): Page {
  return {
    path: '/saml/login/:account/:provider',
    for: 'everybody',
    async get({ facts, path, query, cookies }) {
      const terminal = TERMINAL.some((name) => query.has(name)) ? terminalIn(query) : undefined
      if (terminal === null) return refusal(BAD_FORM)
      const { account = '', provider = '' } = path
      const begun = await saml.begin({ account, provider, terminal }, facts)
      if (begun === undefined) return refusal({ ...NOT_FOUND, ...NO_PROVIDER })
      return { ...leaveFor(begun.url), cookies: [cookies.set(SAML_COOKIE, begun.browser)] }
    },
  }
}

const NO_PROVIDER = {
  title: 'No sign-in begins here',
  what: 'There is no such account or SAML provider, or its metadata names no page to sign in at.',
  next: 'Check the address: /saml/login/ACCOUNT/PROVIDER. Otherwise begin at your identity provider.',
}

/** `null` for what no program of ours says. Only the port is said: where the browser goes back to is on its own machine. */
function terminalIn(query: Form): Parameters<SamlSignIns['begin']>[0]['terminal'] | null {
  const [portText, challenge, roleArn] = TERMINAL.map((name) => query.text(name))
  const port = PORT.test(portText ?? '') ? Number(portText) : 0
  if (port < LOWEST_PORT || port > HIGHEST_PORT) return null
  if (challenge === undefined || !CHALLENGE.test(challenge)) return null
  return roleArn !== undefined && ROLE.test(roleArn) ? { port, challenge, roleArn } : null
}
