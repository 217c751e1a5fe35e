import { type Fault, Overloaded, ServiceUnavailable } from '../../model/index.ts'
import { html } from './html.ts'
import type { Answering } from './page.ts'
import { type OwnPath, type Reply, show } from './reply.ts'

/** A refusal in words for people: what happened, and what to do next. Why in detail is for the log. */
export interface Refusal {
  readonly status: number
  readonly title: string
  readonly what: string
  readonly next: string
  /** Where to go from here. */
  readonly link?: { readonly path: OwnPath; readonly text: string }
}

const SIGN_IN = { path: '/signin', text: 'Sign in' } as const
const HOME = { path: '/console', text: 'Go to the start page' } as const

/** There is no such page. */
export const NOT_FOUND: Refusal = {
  status: 404,
  title: 'Page not found',
  what: 'There is no page at this address.',
  next: 'Check the address, or go on from the start page.',
  link: HOME,
}
/** A form that was sent by a page of another site, or by nothing that says where it comes from. */
export const ANOTHER_SITE: Refusal = {
  status: 403,
  title: 'Not sent from this site',
  what: 'This form was not sent from a page of this site, so nothing was done.',
  next: 'Open the page here and send the form again. If you did, use the address that your administrator gave you: another name of the same server counts as another site.',
  link: SIGN_IN,
}
/** The form is one of another sign-in. */
export const OLD_FORM: Refusal = {
  status: 403,
  title: 'This form is out of date',
  what: 'The form belongs to an earlier sign-in, so nothing was done.',
  next: 'Open the page again and repeat what you did.',
  link: HOME,
}
/** The form counts once, and was sent before. */
export const SENT_BEFORE: Refusal = {
  status: 409,
  title: 'This form was sent before',
  what: 'The form counts once, and was sent before. This time nothing was done.',
  next: 'Look at the page again: whatever was made the first time is there.',
  link: HOME,
}
/** A page about what only users have. */
export const FOR_USERS: Refusal = {
  status: 403,
  title: 'Only for users',
  what: 'You are signed in with a role: it has no password, no access keys and no MFA devices of its own.',
  next: 'Switch back, or sign in as a user, to look after those.',
  link: HOME,
}
/** Switching roles is for those whom a role can admit. */
export const NO_SWITCH: Refusal = {
  status: 403,
  title: 'You cannot switch roles',
  what: 'Neither the root user nor a federated user can assume a role.',
  next: 'Sign in as a user, or with a role.',
  link: HOME,
}
/** What no browser sends. */
export const BAD_FORM: Refusal = {
  status: 400,
  title: 'The request cannot be read',
  what: 'What was sent is not a well-formed form.',
  next: 'Go back and try again.',
}
/** A body of another type. */
export const NOT_A_FORM: Refusal = {
  status: 415,
  title: 'The request cannot be read',
  what: 'This page takes forms (application/x-www-form-urlencoded) only.',
  next: 'Go back and try again.',
}

/** The page that says a refusal. */
export function refusal({ status, title, what, next, link }: Refusal): Reply {
  return show(
    title,
    html`
      <h1>${title}</h1>
      <p>${what}</p>
      <p>${next}</p>
      ${link && html`<p><a class="button" href=${link.path}>${link.text}</a></p>`}
    `,
    { status, showsReference: true },
  )
}

/** The page for a method that a page does not answer. */
export function notAllowed(page: Answering<never>): Reply {
  const methods = [page.get && 'GET, HEAD', page.post && 'POST'].filter((each) => each !== undefined).join(', ')
  const reply = refusal({
    status: 405,
    title: 'That does not work here',
    what: `This page answers ${methods} only.`,
    next: 'Open it in a browser.',
  })
  return { ...reply, headers: { Allow: methods } }
}

/**
 * The page for who comes from an identity provider and is refused: they are told what the API would tell them.
 * @param link - where to begin again; left out, where they came from
 */
export function notSignedIn(fault: Fault, link?: Refusal['link']): Reply {
  const reply = refusal({
    status: fault.httpStatus,
    title: 'You are not signed in',
    what: fault.message,
    next: `${link === undefined ? 'Go back to where you came from and sign in' : 'Sign in'} again. If that does not help, tell your administrator the reference below.`,
    ...(link && { link }),
  })
  return { ...reply, because: fault }
}

/**
 * The page for a fault that no page has words for.
 * @param mayKnow - whether somebody is signed in: strangers are not told why
 */
export function forFault(fault: Fault | undefined, mayKnow: boolean): Reply {
  if (fault instanceof Overloaded || fault instanceof ServiceUnavailable) {
    return refusal({
      status: 503,
      title: 'Not available right now',
      what: 'The service cannot answer at the moment. Nothing was done.',
      next: 'Wait a few seconds and try again.',
    })
  }
  if (fault === undefined || fault.httpStatus >= 500) {
    return refusal({
      status: 500,
      title: 'Something went wrong',
      what: 'The service made a mistake.',
      next: 'Try again. If it happens again, tell your administrator the reference below.',
    })
  }
  return refusal({
    status: fault.httpStatus,
    title: 'That was refused',
    what: mayKnow ? fault.message : 'The request was refused.',
    next: 'If you think that it should work, tell your administrator the reference below.',
    ...(mayKnow && { link: HOME }),
  })
}
