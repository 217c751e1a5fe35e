import type { ResultStructure } from '../engines/wire/index.ts'

/** The session token that an exchange answers: the whole of its credentials follows from it. */
export function sessionTokenIn(result: ResultStructure | undefined): string {
  const credentials = result?.['Credentials']
  if (typeof credentials === 'object' && 'SessionToken' in credentials) {
    const { SessionToken } = credentials
    if (typeof SessionToken === 'string') return SessionToken
  }
  throw new Error('an exchange came to no session token')
}
