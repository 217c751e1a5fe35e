import {
  type AccountCaller,
  type Caller,
  type FederatedCaller,
  type IdentityCaller,
  isoSeconds,
  type RoleCaller,
  rootArn,
  type Session,
  type SuspectedIdentity,
  type SuspectedUser,
} from '../../model/index.ts'

/** What CloudTrail says for a name that nobody has: it may be a password in the wrong field. */
const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS'

/**
 * Who asked, as CloudTrail says it in the account that they belong to.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
export function userIdentity(caller: Caller | SuspectedIdentity | SuspectedUser): object {
  switch (caller.kind) {
    case 'operator':
      return { type: 'RolecallOperator' }
    case 'service':
      return { type: 'AWSService', invokedBy: caller.service }
    case 'web-identity': {
      const { provider, subject } = caller
      const principalId = `${provider}:${caller.audience}:${subject}`
      return { type: 'WebIdentityUser', principalId, userName: subject, identityProvider: provider }
    }
    case 'saml': {
      const { nameQualifier, subject } = caller
      const principalId = `${nameQualifier}:${subject}`
      return { type: 'SAMLUser', principalId, userName: subject, identityProvider: nameQualifier }
    }
    case 'suspected-identity':
      // What else the token or the assertion says is not proven.
      return { type: caller.as === 'saml' ? 'SAMLUser' : 'WebIdentityUser', identityProvider: caller.provider }
    case 'suspected-user': {
      const { account, isRoot, userName = HIDDEN } = caller
      if (isRoot) return { type: 'Root', principalId: account, accountId: account, accessKeyId: '' }
      return { type: 'IAMUser', accountId: account, accessKeyId: '', userName }
    }
    case 'root':
      return { type: 'Root', ...principal(caller), sessionContext: sessionContext(caller.session) }
    case 'user': {
      const { userName, session } = caller
      return { type: 'IAMUser', ...principal(caller), userName, sessionContext: sessionContext(session) }
    }
    case 'assumed-role':
      return {
        type: 'AssumedRole',
        ...principal(caller),
        sessionContext: sessionContext(caller.session, roleOf(caller)),
      }
    case 'federated-user':
      return {
        type: 'FederatedUser',
        ...principal(caller),
        sessionContext: sessionContext(caller.session, issuerOf(caller)),
      }
  }
}

/** The same caller as another account sees them: which principal of which account, and no more. */
export function foreignIdentity({ userId, account }: AccountCaller): object {
  return { type: 'AWSAccount', principalId: userId, accountId: account }
}

/** What an event is looked up by as `Username`: for a session its name. */
export function usernameOf(caller: AccountCaller | IdentityCaller): string {
  switch (caller.kind) {
    case 'web-identity':
    case 'saml':
      return caller.subject
    case 'root':
      return 'root'
    case 'user':
      return caller.userName
    case 'assumed-role':
    case 'federated-user':
      return caller.userId.slice(caller.userId.indexOf(':') + 1)
  }
}

function principal({ userId, arn, account, accessKeyId }: AccountCaller): object {
  // Who signs in by password has none.
  return { principalId: userId, arn, accountId: account, accessKeyId: accessKeyId || undefined }
}

/** What made the credential; `undefined` for a long-term key. */
function sessionContext(session: Session | undefined, sessionIssuer?: object): object | undefined {
  if (session === undefined) return undefined
  const { id, issuedAt, terms } = session
  return {
    // CloudTrail has none: here it is what a revocation names.
    sessionId: id,
    sessionIssuer,
    attributes: { creationDate: isoSeconds(issuedAt), mfaAuthenticated: String(terms.mfaAt !== undefined) },
    sourceIdentity: terms.sourceIdentity,
  }
}

function roleOf({ uniqueId, principalArn, account }: RoleCaller): object {
  const userName = principalArn.slice(principalArn.lastIndexOf('/') + 1)
  return { type: 'Role', principalId: uniqueId, arn: principalArn, accountId: account, userName }
}

function issuerOf({ issuer, account, arn }: FederatedCaller): object {
  if (issuer !== undefined) {
    const { uniqueId, userName } = issuer
    return { type: 'IAMUser', principalId: uniqueId, arn: issuer.arn, accountId: account, userName }
  }
  const partition = arn.split(':')[1] ?? ''
  return { type: 'Root', principalId: account, arn: rootArn(partition, account), accountId: account }
}
