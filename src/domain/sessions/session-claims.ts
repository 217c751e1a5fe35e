import {
  epochMillis,
  PLAIN_TERMS,
  type Session,
  type SessionHolder,
  type SessionTerms,
  type Tag,
} from '../../model/index.ts'

/**
 * A session as its token carries it. Short names: the token travels with every request.
 * Read back only from under our own seal, so its shape is the one that was written.
 */
export interface SessionClaims {
  readonly jti: string
  readonly akid: string
  readonly acct: Session['account']
  readonly who: HolderClaim
  readonly iat: number
  readonly exp: number
  /** The key that the secret access key is derived with. */
  readonly dkid: string
  /** Left out, as in most sessions, when the session is neither limited nor marked. */
  readonly terms?: TermsClaim
}

type UserClaim = readonly [userName: string, userId: string]

type HolderClaim =
  | readonly ['role', roleName: string, roleId: string, sessionName: string, chainDepth: number]
  | readonly ['user', ...UserClaim]
  | readonly ['root']
  | readonly ['fed', name: string, issuer: UserClaim | null]

interface TermsClaim {
  /** The inline policy, then each managed one. */
  readonly pol?: readonly [inline: string | null, ...managed: (readonly [arn: string, fingerprint: string])[]]
  readonly tags?: readonly (readonly [key: string, value: string])[]
  /** Positions in `tags` of those that are inherited. */
  readonly tran?: readonly number[]
  readonly sid?: string
  readonly mfa?: number
  readonly keys?: SessionTerms['carriedKeys']
}

/** The claims that stand for a session. */
export function toClaims({ terms, ...session }: Session, deriveKeyId: string): SessionClaims {
  const claims = {
    jti: session.id,
    akid: session.accessKeyId,
    acct: session.account,
    who: holderClaim(session.holder),
    iat: session.issuedAt,
    exp: session.expiresAt,
    dkid: deriveKeyId,
  }
  return terms === PLAIN_TERMS ? claims : { ...claims, terms: termsClaim(terms) }
}

/** The session that claims stand for. */
export function toSession(claims: SessionClaims): Session {
  return {
    id: claims.jti,
    accessKeyId: claims.akid,
    account: claims.acct,
    holder: holderOf(claims.who),
    issuedAt: epochMillis(claims.iat),
    expiresAt: epochMillis(claims.exp),
    terms: claims.terms === undefined ? PLAIN_TERMS : termsOf(claims.terms),
  }
}

function holderClaim(holder: SessionHolder): HolderClaim {
  switch (holder.kind) {
    case 'assumed-role':
      return ['role', holder.roleName, holder.roleId, holder.sessionName, holder.chainDepth]
    case 'user':
      return ['user', holder.userName, holder.userId]
    case 'root':
      return ['root']
    case 'federated-user':
      return ['fed', holder.name, holder.issuer ? [holder.issuer.userName, holder.issuer.userId] : null]
  }
}

function holderOf(claim: HolderClaim): SessionHolder {
  switch (claim[0]) {
    case 'role': {
      const [, roleName, roleId, sessionName, chainDepth] = claim
      return { kind: 'assumed-role', roleName, roleId, sessionName, chainDepth }
    }
    case 'user':
      return { kind: 'user', userName: claim[1], userId: claim[2] }
    case 'root':
      return { kind: 'root' }
    case 'fed': {
      const [, name, issuer] = claim
      return {
        kind: 'federated-user',
        name,
        issuer: issuer ? { kind: 'user', userName: issuer[0], userId: issuer[1] } : undefined,
      }
    }
  }
}

function termsClaim({
  policies,
  tags,
  transitiveTagKeys,
  sourceIdentity,
  mfaAt,
  carriedKeys,
}: SessionTerms): TermsClaim {
  const transitive = new Set(transitiveTagKeys)
  return {
    ...(policies && {
      pol: [policies.inline ?? null, ...policies.managed.map((each) => [each.arn, each.fingerprint] as const)],
    }),
    ...(tags.length > 0 && { tags: tags.map(({ key, value }) => [key, value] as const) }),
    ...(transitive.size > 0 && { tran: [...tags.keys()].filter((at) => transitive.has(tags[at]?.key ?? '')) }),
    ...(sourceIdentity !== undefined && { sid: sourceIdentity }),
    ...(mfaAt !== undefined && { mfa: mfaAt }),
    ...(Object.keys(carriedKeys).length > 0 && { keys: carriedKeys }),
  }
}

function termsOf({ pol, tags: pairs = [], tran = [], sid, mfa, keys }: TermsClaim): SessionTerms {
  const tags: readonly Tag[] = pairs.map(([key, value]) => ({ key, value }))
  const [inline, ...managed] = pol ?? []
  return {
    policies: pol && {
      inline: inline ?? undefined,
      managed: managed.map(([arn, fingerprint]) => ({ arn, fingerprint })),
    },
    tags,
    transitiveTagKeys: tran.flatMap((at) => tags[at]?.key ?? []),
    sourceIdentity: sid,
    mfaAt: mfa === undefined ? undefined : epochMillis(mfa),
    carriedKeys: keys ?? PLAIN_TERMS.carriedKeys,
  }
}
