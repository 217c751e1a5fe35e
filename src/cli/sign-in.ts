import { appendFile } from 'node:fs/promises'
import type { LoginTokens, OidcLogin } from '../domain/login/index.ts'
import { listenForAnswer } from './answer-listener.ts'
import { oneLine } from './ask.ts'
import type { CliContext } from './cli-context.ts'
import { CliError } from './cli-error.ts'
import { openBrowser } from './open-browser.ts'

/** How somebody signs in. */
export interface SignInWay {
  /** On another device. */
  readonly device?: true
  /** False: nothing is opened, only shown. */
  readonly browser: boolean
  readonly redirectUri?: string
}

/** What a sign-in writes to, and opens a browser with. */
export type SignInContext = Pick<CliContext, 'environment' | 'stderr' | 'terminal'>

const PATIENCE_MS = 300_000

/** What came of a sign-in. */
export interface UsedSignIn<Result> {
  readonly result: Result
  /** Who signed in, as the broker says; `undefined` where it does not. */
  readonly who: string | undefined
}

/** A sign-in in a browser, that comes back with an answer of this state. */
export interface BrowserSignIn<Outcome, Proof extends { readonly state: string }> {
  begin(redirectUri: string): Promise<{ readonly url: URL; readonly proof: Proof }>
  /** @param query - that the browser brought back */
  finish(query: string, proof: Proof): Promise<Outcome>
}

/**
 * Has somebody sign in at an OpenID Connect provider, and uses the tokens.
 * @throws {@link CliError} when nobody does in time; `LoginError`; whatever `use` throws
 */
export async function signIn<Result>(
  login: OidcLogin,
  way: SignInWay,
  context: SignInContext,
  use: (tokens: LoginTokens) => Promise<UsedSignIn<Result>>,
): Promise<Result> {
  if (way.device) return named(await use(await onAnotherDevice(login, context)), context).result
  return await signInByBrowser(login, way, context, use)
}

/**
 * Has somebody sign in in a browser, and uses what comes of it; whoever sits there sees when that was in vain.
 * @throws {@link CliError} when nobody does in five minutes; whatever the sign-in or `use` throws
 */
export async function signInByBrowser<Outcome, Proof extends { readonly state: string }, Result>(
  login: BrowserSignIn<Outcome, Proof>,
  { browser, redirectUri }: SignInWay,
  context: SignInContext,
  use: (outcome: Outcome) => Promise<UsedSignIn<Result>>,
): Promise<Result> {
  await using listener = await listenForAnswer(redirectUri)
  const { url, proof } = await login.begin(listener.redirectUri)
  const waiting = listener.answer(proof.state, AbortSignal.timeout(PATIENCE_MS))
  const how = browser
    ? 'Sign in in your browser. If it does not open, go to'
    : 'Sign in in a browser on this machine at'
  tell(`${how}:\n  ${oneLine(url.href)}\n`, context)
  await using _page = browser ? await openBrowser(url, context.environment) : undefined
  const answer = await waiting.catch((cause: unknown) => {
    throw new CliError(`Nobody signed in within ${PATIENCE_MS / 60_000} minutes`, { cause })
  })
  try {
    const { result, who } = named(await use(await login.finish(answer.query, proof)), context)
    answer.show({ signedIn: true, who })
    return result
  } catch (error) {
    answer.show({ signedIn: false })
    throw error
  }
}

/** Says who it was: somebody who sees another's name has been signed in for somebody else. */
function named<Result>(used: UsedSignIn<Result>, context: SignInContext): UsedSignIn<Result> {
  if (used.who !== undefined) tell(`Signed in as ${oneLine(used.who)}.\n`, context)
  return used
}

async function onAnotherDevice(login: OidcLogin, context: SignInContext): Promise<LoginTokens> {
  const device = await login.beginDevice()
  const directly =
    device.addressWithCode === undefined ? '' : `Or go there directly:\n  ${oneLine(device.addressWithCode)}\n`
  const minutes = Math.max(1, Math.round(device.lifetimeMs / 60_000))
  tell(
    `Sign in on any device, within ${minutes} minutes, at:\n  ${oneLine(device.address)}\nThe code is:\n  ${device.code}\n${directly}`,
    context,
  )
  return await device.finish()
}

/**
 * Tells whoever signs in. AWS's clients keep what their credential process says to themselves, so it is told past them;
 * that is not waited for, because a terminal can be held.
 */
function tell(text: string, { stderr, terminal }: SignInContext): void {
  stderr.write(text)
  if (stderr.isTTY === true || terminal === undefined) return
  appendFile(terminal, text, { flag: 'r+' }).catch(() => undefined)
}
