import { createHmac, timingSafeEqual } from 'node:crypto'
import {
  accountId,
  type EpochMillis,
  eksClusterArn,
  epochMillis,
  epochSeconds,
  type Pod,
  parseArn,
  Violation,
} from '../../model/index.ts'
import type { Key, KeyRing } from '../../platform/keyring/index.ts'
import type { Random } from '../../platform/random.ts'

const AUDIENCE = 'pods.eks.amazonaws.com'
const MAX_TOKEN_LENGTH = 8192
const HEADER = /^\{"alg":"HS256","kid":"([\w-]{1,64})","typ":"JWT"\}$/

/** A token that is ours and intact. */
interface OpenedServiceAccountToken {
  readonly pod: Pod
  readonly expiresAt: EpochMillis
}

interface Claims {
  readonly aud: readonly [typeof AUDIENCE]
  readonly exp: number
  readonly iat: number
  /** The cluster. */
  readonly iss: string
  readonly jti: string
  readonly nbf: number
  readonly sub: string
  readonly 'kubernetes.io': {
    readonly namespace: string
    readonly pod: { readonly name: string; readonly uid: string }
    readonly serviceaccount: { readonly name: string }
  }
}

/**
 * Service account tokens, as a cluster gives them to its pods for EKS Pod Identity: JWTs with the claims of Kubernetes.
 * The broker is the issuer of every cluster, so they are proved by a MAC under a key that proves nothing else; tokens of
 * real clusters are not taken.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#schema-for-service-account-private-claims
 */
export class ServiceAccountTokens {
  readonly #keyring: KeyRing
  readonly #random: Random
  readonly #partition: string

  constructor({ keyring, random, partition }: { keyring: KeyRing; random: Random; partition: string }) {
    this.#keyring = keyring
    this.#random = random
    this.#partition = partition
  }

  /** Issues the token of a pod, good until `expiresAt`. */
  issue(pod: Pod, now: EpochMillis, expiresAt: EpochMillis): string {
    const { namespace, serviceAccount, podName, podUid } = pod
    const key = this.#keyring.active('service-account-token')
    const claims: Claims = {
      aud: [AUDIENCE],
      exp: epochSeconds(expiresAt),
      iat: epochSeconds(now),
      iss: eksClusterArn(this.#partition, pod),
      jti: this.#random.uuid(),
      'kubernetes.io': { namespace, pod: { name: podName, uid: podUid }, serviceaccount: { name: serviceAccount } },
      nbf: epochSeconds(now),
      sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
    }
    const signed = `${base64url(`{"alg":"HS256","kid":"${key.id}","typ":"JWT"}`)}.${base64url(JSON.stringify(claims))}`
    return `${signed}.${macOf(signed, key).toString('base64url')}`
  }

  /**
   * Opens a token; `undefined` whatever the reason it is none of ours. Says nothing of whether it is expired, nor of
   * whether the service account has a role.
   */
  open(token: string): OpenedServiceAccountToken | undefined {
    if (token.length > MAX_TOKEN_LENGTH) return undefined
    const [header = '', payload = '', signature = '', ...more] = token.split('.')
    if (more.length > 0) return undefined
    const text = Buffer.from(header, 'base64url').toString('latin1')
    const key = this.#keyring.find('service-account-token', HEADER.exec(text)?.[1] ?? '')
    // Decoding forgives much: a segment that does not re-encode to itself is refused. The MAC covers the text of the others.
    if (key === undefined || base64url(text) !== header) return undefined
    const given = Buffer.from(signature, 'base64url')
    const expected = macOf(`${header}.${payload}`, key)
    if (given.toString('base64url') !== signature || given.length !== expected.length) return undefined
    if (!timingSafeEqual(given, expected)) return undefined
    return opened(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  }
}

/** Read only from under our own MAC, so its shape is the one that was written. */
function opened({ exp, iss, 'kubernetes.io': kubernetes }: Claims): OpenedServiceAccountToken | undefined {
  const cluster = parseArn(iss)
  const account = accountId(cluster?.account ?? '')
  if (cluster === undefined || account instanceof Violation) return undefined
  const { namespace, pod, serviceaccount } = kubernetes
  return {
    pod: {
      account,
      region: cluster.region,
      clusterName: cluster.resource.slice('cluster/'.length),
      namespace,
      serviceAccount: serviceaccount.name,
      podName: pod.name,
      podUid: pod.uid,
    },
    expiresAt: epochMillis(exp * 1000),
  }
}

function macOf(text: string, { material }: Key): Buffer {
  return createHmac('sha256', material).update(text).digest()
}

function base64url(text: string): string {
  return Buffer.from(text, 'latin1').toString('base64url')
}
