import type { EpochMillis } from '../../model/index.ts'

const MINUTE_MS = 60_000

/** A program on the user's machine that waits for a login to end in their browser. */
export interface TerminalLogin {
  /** Of its loopback listener. */
  readonly port: number
  /** SHA-256 of the verifier that it will show, in base64url. */
  readonly challenge: string
  /** The ARN of the role that it wants credentials of. */
  readonly roleArn: string
}

/**
 * What is kept for browsers, by kind. Session tokens stand for whole credentials here, because their secrets follow from
 * them: nothing of this is ever logged or answered as it is.
 */
export interface BrowserState {
  /** A browser that is signed in. */
  readonly 'console-session': {
    /** Of the session that pages act with. It counts exactly as long. */
    readonly sessionToken: string
    /** What forms of this browser carry. */
    readonly formToken: string
    readonly signedInBy: 'password' | 'saml' | 'oidc' | 'federation'
    readonly signedInAt: EpochMillis
    readonly endsAt: EpochMillis
    /** Where a role was switched to: the handle of whoever signed in. It ends with that one. */
    readonly switchedFrom?: string | undefined
  }
  /** Signed in, but another password has to be chosen first. */
  readonly 'password-change': {
    readonly sessionToken: string
    readonly formToken: string
    /** It was set by somebody else, or has expired. */
    readonly reason: 'reset' | 'expired'
  }
  /** What has just been done, for the page that says so next. Under the handle of its session. */
  readonly done: {
    readonly path: string
    readonly says: string
  }
  /** A virtual MFA device that was made and not enabled yet. Under the handle of the session that made it. */
  readonly 'mfa-enrollment': {
    readonly serialNumber: string
    /** In Base32: nothing else tells it. */
    readonly seed: string
    /** Its QR code, in base64. */
    readonly png: string
  }
  /** The roles that somebody switched to in a browser lately, for the next time. */
  readonly 'recent-roles': {
    /** `aws:userid` of whoever signed in: nobody else sees them. */
    readonly principal: string
    /** The last one first. */
    readonly arns: readonly string[]
  }
  /** A token that was verified, until a role is picked. */
  readonly 'oidc-token': {
    readonly door: string
    readonly token: string
  }
  /** What a program got for the credentials of a session, for somebody who will follow a link. */
  readonly 'signin-token': {
    readonly sessionToken: string
    /** How long the console session may last; `undefined`: as long as the session. */
    readonly durationMs: number | undefined
  }
  /** What a program gets credentials for, once. */
  readonly 'terminal-code': {
    readonly sessionToken: string
    readonly challenge: string
  }
}

/**
 * What browsers bring back themselves, sealed: whoever asks for it needs to prove nothing, so nothing is kept for them. Each
 * counts once; that it was used is kept.
 */
export interface BrowserTicket {
  /** A form of a signed-in browser that counts once. */
  readonly 'one-time-form': {
    /** SHA-256 of the handle of its session, in base64url. */
    readonly session: string
  }
  /** A login that was sent to a SAML provider. The id of the request is made of it: a response brings it back. */
  readonly 'saml-request': {
    /** The ARN of the provider. */
    readonly provider: string
    /** Half of the SHA-256 of the URL that the browser was sent to, in base64url: what the metadata said then. */
    readonly sentTo: string
    /** SHA-256 of what the browser holds in which it was begun, in base64url. */
    readonly browser: string
    readonly terminal: TerminalLogin | undefined
  }
  /** A login that was sent to an OpenID Connect provider, for the browser to hold. */
  readonly 'oidc-login': {
    /** The name of the login door. */
    readonly door: string
    readonly state: string
    readonly nonce: string
    /** Of PKCE. */
    readonly codeVerifier: string
  }
}

/** Every kind of {@link BrowserState}. */
export type BrowserStateKind = keyof BrowserState

/** Every kind of {@link BrowserTicket}. */
export type BrowserTicketKind = keyof BrowserTicket

/** How long each kind is kept, or counts, at most. */
export const LONGEST_MS: Readonly<Record<BrowserStateKind | BrowserTicketKind, number>> = {
  // As long as the longest credential.
  'console-session': 36 * 60 * MINUTE_MS,
  'password-change': 15 * MINUTE_MS,
  'one-time-form': 36 * 60 * MINUTE_MS,
  done: MINUTE_MS,
  'mfa-enrollment': 30 * MINUTE_MS,
  'recent-roles': 7 * 24 * 60 * MINUTE_MS,
  'saml-request': 15 * MINUTE_MS,
  'oidc-login': 15 * MINUTE_MS,
  'oidc-token': 15 * MINUTE_MS,
  // AWS's.
  'signin-token': 15 * MINUTE_MS,
  'terminal-code': MINUTE_MS,
}
