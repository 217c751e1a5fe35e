import { type EpochMillis, epochSeconds, type ServiceAccountOrder } from '../../../model/index.ts'

/** Whom the tokens are for. @see https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html */
const AUDIENCE = 'sts.amazonaws.com'

/**
 * The claims of a token that a cluster projects into a pod, as JSON.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#schema-for-service-account-private-claims
 */
export function serviceAccountClaims(
  issuer: string,
  tokenId: string,
  { serviceAccount, pod }: Pick<ServiceAccountOrder, 'serviceAccount' | 'pod'>,
  { issuedAt, expiresAt }: { readonly issuedAt: EpochMillis; readonly expiresAt: EpochMillis },
): string {
  const { namespace, name, uid } = serviceAccount
  return JSON.stringify({
    aud: [AUDIENCE],
    exp: epochSeconds(expiresAt),
    iat: epochSeconds(issuedAt),
    iss: issuer,
    jti: tokenId,
    'kubernetes.io': {
      namespace,
      pod: { name: pod.podName, uid: pod.podUid },
      serviceaccount: { name, uid },
    },
    nbf: epochSeconds(issuedAt),
    sub: `system:serviceaccount:${namespace}:${name}`,
  })
}
