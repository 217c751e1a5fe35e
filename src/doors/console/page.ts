import type { RequestFacts } from '../../model/index.ts'
import type { ConsoleSession } from './console-broker.ts'
import type { Cookies } from './cookies.ts'
import type { Form } from './form.ts'
import type { OwnPath, Reply } from './reply.ts'

/**
 * `own`: a person followed a link of this site, or has the address of their own. `another-site`: they were sent by one.
 * `program`: nobody looks at the page: a browser fetches it ahead or as a picture, a program looks whether it is there.
 */
export type CameBy = 'own' | 'another-site' | 'program'

/** One request for a page, after everything that holds for all pages has been checked. */
export interface Visit {
  readonly facts: RequestFacts
  /** What stands in the path's `:name` parts. */
  readonly path: Readonly<Record<string, string>>
  readonly query: Form
  /** What was posted; empty for GET. */
  readonly form: Form
  /** Makes what sets and removes cookies. */
  readonly cookies: Pick<Cookies, 'set' | 'clear'>
  /** The handle that a cookie of ours holds. */
  cookie(name: string): string | undefined
  readonly cameBy: CameBy
  /** Whoever is signed in here. */
  readonly session: ConsoleSession | undefined
}

/** A request of a browser in which somebody is signed in. */
export interface SignedInVisit extends Visit {
  readonly session: ConsoleSession
}

/** A request that is taken from anywhere, and so without any cookie. */
export type StrangersVisit = Omit<Visit, 'cookie' | 'session' | 'cameBy'>

/** What a page does when it is asked. */
export interface Answering<Request> {
  /** As Express writes paths: `/saml/login/:account/:provider`. */
  readonly path: OwnPath
  /** Shows something and changes nothing; HEAD is answered from it, too. */
  get?(visit: Request): Promise<Reply> | Reply
  /** Does something. */
  post?(visit: Request): Promise<Reply> | Reply
}

/** For everybody. What is posted has to come from a page of this site. */
interface OpenPage extends Answering<Visit> {
  readonly for: 'everybody'
}

/** For whoever is signed in; the rest is sent to sign in. What is posted carries the token of their forms as well. */
export interface SignedInPage extends Answering<SignedInVisit> {
  readonly for: 'signed-in'
}

/**
 * Where other sites and programs post to: the proof is in what they post. No cookie counts there, so nobody can be made
 * to act with who they are.
 */
interface StrangersPage extends Answering<StrangersVisit> {
  readonly for: 'strangers'
}

/** A page: where it is, for whom, what it shows and what it does. */
export type Page = OpenPage | SignedInPage | StrangersPage
