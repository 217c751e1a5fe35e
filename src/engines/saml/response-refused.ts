/** What was sent is no response of the kind that is taken; `message` says what it is instead, for the log alone. */
export class ResponseRefused extends Error {
  override readonly name: string = 'ResponseRefused'
}

/** The identity provider says that nobody signed in. */
export class LoginRefused extends ResponseRefused {
  override readonly name = 'LoginRefused'
}
