import { foldCase } from '../../../model/index.ts'
import type { PrincipalView, StatementView } from './policy-view.ts'

/** An identity provider that a trust policy names. */
export type Provider =
  | { readonly kind: 'saml'; readonly principal: PrincipalView }
  | {
      readonly kind: 'oidc'
      readonly principal: PrincipalView
      /** The URL without scheme, in lower case: the prefix of its condition keys. */
      readonly url: string
      /** AWS's own list of providers, which need no registration: whoever uses them is told apart by audience alone. */
      readonly builtIn: boolean
    }

const PROVIDER = /^arn:[^:]*:iam::[0-9]*:(oidc|saml)-provider\/(.+)$/s

/** The identity providers of a statement. */
export function providersOf({ principals }: StatementView): readonly Provider[] {
  const providers: Provider[] = []
  for (const principal of principals) {
    if (principal.type !== 'Federated') continue
    const [, kind, path] = PROVIDER.exec(principal.value) ?? []
    const url = foldCase(path ?? principal.value)
    if (kind === 'saml') providers.push({ kind, principal })
    else providers.push({ kind: 'oidc', principal, url, builtIn: path === undefined })
  }
  return providers
}
