import { masked, quoted } from '../../../model/index.ts'
import type { NotedChecks } from '../noted-checks.ts'
import { readSubject } from './saml-identity.ts'
import { isSessionName, readSessionAttributes, sessionNamesIn } from './session-attributes.ts'
import type { TrustedProvider } from './trusted-provider.ts'
import type { Verified } from './verify-response.ts'

const MANY = 4

/**
 * Notes whom an assertion is about, and what its attributes ask for.
 * @param personal - whether what names a person is shown whole
 * @returns whether both are there as they have to be
 */
export function noteAttributes(
  verified: Verified,
  provider: TrustedProvider,
  personal: boolean,
  noted: NotedChecks,
): boolean {
  const isNamed = noteSubject(verified, personal, noted)
  return noteSession(verified, provider, personal, noted) && isNamed
}

function noteSubject({ assertion }: Verified, personal: boolean, noted: NotedChecks): boolean {
  const named = noted.attempt('subject', () => readSubject(assertion), {
    ok: ({ subject, subjectType }) => `${quoted(personal ? subject : masked(subject))}, ${quoted(subjectType)}`,
    no: ({ detail }) => detail ?? 'no NameID, or an empty one',
    changes: () => ['Have the identity provider write a NameID: one line, at most 1024 characters.'],
  })
  return named !== undefined
}

function noteSession(
  { assertion: { attributes } }: Verified,
  { arn }: TrustedProvider,
  personal: boolean,
  noted: NotedChecks,
): boolean {
  const shown = (text: string): string => quoted(personal ? text : masked(text))
  const session = noted.attempt('session', () => readSessionAttributes(attributes, arn), {
    ok: ({ sessionName, tags, sourceIdentity, longestSeconds }) =>
      [
        `RoleSessionName ${shown(sessionName)}`,
        tags.length === 0 ? 'no tags' : `${tags.length} tag${tags.length === 1 ? '' : 's'}`,
        sourceIdentity === undefined ? 'no source identity' : `source identity ${shown(sourceIdentity)}`,
        ...(longestSeconds === undefined ? [] : [`at most ${longestSeconds} seconds`]),
      ].join(', '),
    no: ({ message }) => [message, ...nameTrouble(sessionNamesIn(attributes))].join(': '),
    changes: () => [
      "Change the rule of that attribute at the identity provider; attributes' names begin with https://aws.amazon.com/SAML/Attributes/.",
    ],
  })
  return session !== undefined
}

/** What is the matter with session names, without the names. */
function nameTrouble(names: readonly string[]): readonly string[] {
  const [name = '', second] = names
  if (second !== undefined) return [`there are ${names.length} values`]
  if (name === '' || isSessionName(name)) return []
  const strange = [...new Set(name.replace(/[\w+=,.@-]/g, ''))]
  return [
    strange.length === 0
      ? `it has ${name.length} characters`
      : `it has ${strange.slice(0, MANY).map(quoted).join(' and ')} in it`,
  ]
}
