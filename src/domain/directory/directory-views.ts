import type { Cluster, InstanceProfile, OidcProvider, PodIdentityAssociation, Task } from '../../model/index.ts'
import type { KeyRing } from '../../platform/keyring/index.ts'
import type { DirectoryStore, RecordKind } from '../../platform/storage/index.ts'
import { type MfaDeviceView, viewMfaDevice } from './mfa-devices.ts'
import { type OrganizationView, viewOrganization } from './organization-view.ts'
import { documentOf } from './policy-versions.ts'
import { type AccountAliasBody, type AccountBody, bodyOf } from './records.ts'
import { type SamlProviderView, viewSamlProvider } from './saml-provider-view.ts'
import { openSecret } from './sealed-secret.ts'
import { ViewCache } from './view-cache.ts'
import {
  type AccessKeyView,
  type GroupView,
  type ManagedPolicyView,
  type RoleView,
  type UserView,
  viewGroup,
  viewManagedPolicy,
  viewRole,
  viewUser,
} from './views.ts'

/** What a directory remembers, by kind of record. */
export interface DirectoryViews {
  readonly account: ViewCache<'account', AccountBody>
  readonly 'account-alias': ViewCache<'account-alias', AccountAliasBody>
  readonly user: ViewCache<'user', UserView>
  readonly group: ViewCache<'group', GroupView>
  readonly role: ViewCache<'role', RoleView>
  readonly 'managed-policy': ViewCache<'managed-policy', ManagedPolicyView>
  readonly 'access-key': ViewCache<'access-key', AccessKeyView>
  readonly 'mfa-device': ViewCache<'mfa-device', MfaDeviceView>
  readonly organization: ViewCache<'organization', OrganizationView>
  readonly 'instance-profile': ViewCache<'instance-profile', InstanceProfile>
  readonly task: ViewCache<'task', Task>
  readonly 'pod-identity-association': ViewCache<'pod-identity-association', PodIdentityAssociation>
  readonly cluster: ViewCache<'cluster', Cluster>
  readonly 'oidc-provider': ViewCache<'oidc-provider', OidcProvider>
  readonly 'saml-provider': ViewCache<'saml-provider', SamlProviderView>
}

interface ViewParts {
  readonly keyring: KeyRing
  readonly partition: string
  /** How many views of each kind are remembered. */
  readonly cachedRecords: number
}

/** Whether requests are decided with records of a kind, so that they are remembered. */
export function isViewed(kind: RecordKind, views: DirectoryViews): kind is keyof DirectoryViews {
  return kind in views
}

/** Remembers nothing yet. */
export function directoryViews(
  store: DirectoryStore,
  { keyring, partition, cachedRecords }: ViewParts,
): DirectoryViews {
  return {
    account: new ViewCache(store, 'account', cachedRecords, bodyOf),
    'account-alias': new ViewCache(store, 'account-alias', cachedRecords, bodyOf),
    user: new ViewCache(store, 'user', cachedRecords, (record) => viewUser(partition, bodyOf(record))),
    group: new ViewCache(store, 'group', cachedRecords, (record) => viewGroup(partition, bodyOf(record))),
    role: new ViewCache(store, 'role', cachedRecords, (record) => viewRole(partition, bodyOf(record))),
    'managed-policy': new ViewCache(store, 'managed-policy', cachedRecords, (record) => {
      const body = bodyOf(record)
      return viewManagedPolicy(body.arn, documentOf(body), body.tags)
    }),
    'access-key': new ViewCache(store, 'access-key', cachedRecords, (record) => {
      const { sealedSecret, ...key } = bodyOf(record)
      return { ...key, secretAccessKey: openSecret(key.accessKeyId, sealedSecret, keyring) }
    }),
    'mfa-device': new ViewCache(store, 'mfa-device', cachedRecords, (record) => viewMfaDevice(bodyOf(record), keyring)),
    organization: new ViewCache(store, 'organization', 1, (record) => viewOrganization(bodyOf(record))),
    'instance-profile': new ViewCache(store, 'instance-profile', cachedRecords, bodyOf),
    task: new ViewCache(store, 'task', cachedRecords, bodyOf),
    'pod-identity-association': new ViewCache(store, 'pod-identity-association', cachedRecords, bodyOf),
    cluster: new ViewCache(store, 'cluster', cachedRecords, bodyOf),
    'oidc-provider': new ViewCache(store, 'oidc-provider', cachedRecords, bodyOf),
    'saml-provider': new ViewCache(store, 'saml-provider', cachedRecords, (record) =>
      viewSamlProvider(bodyOf(record), keyring),
    ),
  }
}
