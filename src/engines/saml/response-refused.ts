/** Of what a message says, in characters: there can be names in it that strangers choose. */
const LONGEST = 200

/** What was sent is no response of the kind that is taken; `message` says what it is instead, for the log alone. */
export class ResponseRefused extends Error {
  override readonly name: string = 'ResponseRefused'

  constructor(message: string, options?: ErrorOptions) {
    super(message.slice(0, LONGEST), options)
  }
}

/** The identity provider says that nobody signed in. */
export class LoginRefused extends ResponseRefused {
  override readonly name = 'LoginRefused'
}
