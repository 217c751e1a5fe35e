import { foldCase, masked } from '../../model/index.ts'
import type { KeptTrace } from './keep-trace.ts'
import type { CarriedKey, KeptExplanation } from './kept-explanation.ts'
import { maskTrace } from './mask-trace.ts'

const SAML_PROVIDER = ':saml-provider/'
/** What an assertion says that names nobody, as condition keys in lower case: everything else may. */
const IMPERSONAL: ReadonlySet<string> = new Set([
  'saml:aud',
  'saml:iss',
  'saml:doc',
  'saml:namequalifier',
  'saml:sub_type',
])
const OF_ASSERTION = ['saml:', 'aws:requesttag/', 'aws:principaltag/'] as const
const NAMES: ReadonlySet<string> = new Set(['sts:rolesessionname', 'sts:sourceidentity', 'aws:sourceidentity'])
/** Shorter ones stand in other texts by chance. */
const SHORTEST = 4

/** The explanation of what an assertion came to, without what names a person: how it begins is left. */
export function maskPersonal(explanation: KeptExplanation): KeptExplanation {
  const { caller, carried, whole } = explanation
  // Nothing that an assertion is shown for is of another account, so there is no other side.
  if (!caller.arn.includes(SAML_PROVIDER)) return explanation
  const { name } = caller
  const withoutName = (text: string): string => (name === '' ? text : text.replaceAll(name, masked(name)))
  return {
    ...explanation,
    caller: { ...caller, name: name && masked(name), id: withoutName(caller.id), who: withoutName(caller.who) },
    carried: carried.map((each) => (isPersonal(each) ? { ...each, values: each.values.map(masked) } : each)),
    whole: whole && maskPersonalTrace(whole, carried),
  }
}

/** A trace of what an assertion came to, without what names a person. @param carried - what the assertion said */
export function maskPersonalTrace(trace: KeptTrace, carried: readonly CarriedKey[]): KeptTrace {
  const sent = carried.filter(isPersonal).flatMap(({ values }) => values)
  const mask = (text: string): string =>
    sent.reduce((rest, each) => (each.length < SHORTEST ? rest : rest.replaceAll(each, masked(each))), text)
  return maskTrace(trace, {
    // A policy variable may bring one into what is asked for.
    expected: (_key, value) => mask(value),
    actual: (key, value) => (isPersonal({ key }) ? masked(value) : mask(value)),
  })
}

function isPersonal({ key }: { readonly key: string }): boolean {
  const folded = foldCase(key)
  if (NAMES.has(folded)) return true
  return !IMPERSONAL.has(folded) && OF_ASSERTION.some((beginning) => folded.startsWith(beginning))
}
