import { epochMillis, type Session } from '../../model/index.ts'

/**
 * A session as its token carries it. Short names: the token travels with every request.
 * Read back only from under our own seal, so its shape is the one that was written.
 */
export interface SessionClaims {
  readonly jti: string
  readonly akid: string
  readonly acct: Session['account']
  readonly role: string
  readonly rid: string
  readonly name: string
  readonly iat: number
  readonly exp: number
  readonly depth: number
  /** The key that the secret access key is derived with. */
  readonly dkid: string
}

/** The claims that stand for a session. */
export function toClaims(session: Session, deriveKeyId: string): SessionClaims {
  return {
    jti: session.id,
    akid: session.accessKeyId,
    acct: session.account,
    role: session.roleArn,
    rid: session.roleId,
    name: session.sessionName,
    iat: session.issuedAt,
    exp: session.expiresAt,
    depth: session.chainDepth,
    dkid: deriveKeyId,
  }
}

/** The session that claims stand for. */
export function toSession(claims: SessionClaims): Session {
  return {
    id: claims.jti,
    accessKeyId: claims.akid,
    account: claims.acct,
    roleArn: claims.role,
    roleId: claims.rid,
    sessionName: claims.name,
    issuedAt: epochMillis(claims.iat),
    expiresAt: epochMillis(claims.exp),
    chainDepth: claims.depth,
  }
}
