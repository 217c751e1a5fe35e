import type { ConsoleSession } from './console-broker.ts'

/** What people call who is signed in: a user's name, `root`, a role and its session. */
export function nameOf({ caller }: ConsoleSession): string {
  switch (caller.kind) {
    case 'user':
      return caller.userName
    case 'root':
      return 'root'
    default:
      return caller.arn.slice(caller.arn.indexOf('/') + 1)
  }
}
