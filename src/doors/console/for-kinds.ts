import type { ConsoleSession } from './console-broker.ts'
import type { SignedInPage } from './page.ts'
import { type Refusal, refusal } from './refusals.ts'

type Kind = ConsoleSession['caller']['kind']

/** A page for some of those who can be signed in; the others are told why it is not for them, whatever they send there. */
export function forKinds(kinds: readonly Kind[], otherwise: Refusal, page: SignedInPage): SignedInPage {
  const isFor = ({ caller }: ConsoleSession) => kinds.includes(caller.kind)
  const { get, post } = page
  return {
    ...page,
    ...(get && { get: (visit) => (isFor(visit.session) ? get(visit) : refusal(otherwise)) }),
    ...(post && { post: (visit) => (isFor(visit.session) ? post(visit) : refusal(otherwise)) }),
  }
}
