import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { startTestBroker, type TestBroker, type TestBrokerOptions } from '../../../src/testing/index.ts'

/** The password of everybody in these tests. */
export const PASSWORD = 'correct-Horse-7-battery'
export const ALLOW_ALL = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }

/** What a page answered. */
export interface Answered {
  readonly status: number
  readonly location: string | null
  readonly text: string
  readonly headers: Headers
}

/** A browser without a screen: it keeps cookies, and sends with forms what their pages hold. */
export class Visitor {
  readonly origin: string
  readonly cookies = new Map<string, string>()
  /** What the forms of the page carry that was opened last. */
  token = ''

  constructor(origin: string) {
    this.origin = origin
  }

  async get(path: string): Promise<Answered> {
    return await this.#send(path, {})
  }

  /** Sends a form of the page that was opened last; a header that is empty is left out. */
  async post(
    path: string,
    form: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const body = new URLSearchParams({ token: this.token, ...form })
    const all = Object.entries({ Origin: this.origin, ...headers }).filter(([, value]) => value !== '')
    return await this.#send(path, { method: 'POST', body, headers: Object.fromEntries(all) })
  }

  async signIn(form: Readonly<Record<string, string>>): Promise<Answered> {
    return await this.post('/signin', { account: 'source', password: PASSWORD, ...form })
  }

  async #send(path: string, init: RequestInit & { headers?: Record<string, string> }): Promise<Answered> {
    const Cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(Cookie !== '' && { Cookie }), ...init.headers }
    const answer = await fetch(this.origin + path, { ...init, headers, redirect: 'manual' })
    for (const set of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=')
      if (value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    const text = await answer.text()
    const token = valueIn(text, 'token')
    if (token !== '') this.token = token
    return { status: answer.status, location: answer.headers.get('location'), text, headers: answer.headers }
  }
}

/** The value of the first hidden field of a name. */
export function valueIn(page: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? ''
}

/** The text of an element that has nothing but text in it. */
export function textOf(page: string, id: string): string {
  return new RegExp(`id="${id}">([^<]*)<`).exec(page)?.[1] ?? ''
}

/** A broker until the test is over, and browsers to visit it with. */
export async function openSite(t: TestContext, options: TestBrokerOptions) {
  const broker: TestBroker = await startTestBroker(options)
  t.after(() => broker.stop())
  return {
    broker,
    visitor: () => new Visitor(broker.endpoint),
    /** A browser in which somebody is signed in. */
    async signedIn(form: Readonly<Record<string, string>>): Promise<Visitor> {
      const visitor = new Visitor(broker.endpoint)
      const answer = await visitor.signIn(form)
      assert.equal(answer.location, '/console', answer.text)
      await visitor.get('/console')
      return visitor
    },
  }
}
