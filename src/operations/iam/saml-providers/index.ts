/** The actions of IAM on SAML providers. @module */
import type { IamOperations } from '../define.ts'
import { tagActions } from '../tags.ts'
import { createSAMLProvider } from './create-saml-provider.ts'
import { deleteSAMLProvider } from './delete-saml-provider.ts'
import { getSAMLProvider } from './get-saml-provider.ts'
import { listSAMLProviders } from './list-saml-providers.ts'
import { existingProvider, onProvider, providerArn, putProvider } from './saml-providers.ts'
import { updateSAMLProvider } from './update-saml-provider.ts'

/** What can be asked of SAML providers. */
export const SAML_PROVIDER_ACTIONS: IamOperations = [
  ['CreateSAMLProvider', createSAMLProvider],
  ['GetSAMLProvider', getSAMLProvider],
  ['ListSAMLProviders', listSAMLProviders],
  ['UpdateSAMLProvider', updateSAMLProvider],
  ['DeleteSAMLProvider', deleteSAMLProvider],
  ...tagActions({
    noun: 'SAMLProvider',
    parameter: 'SAMLProviderArn',
    parse: providerArn,
    tagCase: 'exact',
    find: existingProvider,
    put: putProvider,
    requires: (action, arn, _caller, directory, context) => onProvider(action, arn, directory, context),
  }),
]
