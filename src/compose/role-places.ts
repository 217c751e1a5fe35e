import { type AccountId, accountId, parseArn, Violation } from '../model/index.ts'
import type { LoginDoor } from '../platform/config/index.ts'

/** An account, and the roles that come into question there: all of them when `undefined`. */
export interface RolePlace {
  readonly account: AccountId
  readonly among: readonly string[] | undefined
}

/**
 * Where the roles of a login door are looked for: those that the configuration names, as far as the token is for them; or
 * else those that the token names, in the accounts of the configuration; or else all roles of these. Where nothing would be
 * left of what the configuration says, the token is shown for that nevertheless: so it is refused in the right words.
 * @param claimed - the roles that the token says it is for; `undefined` when it does not say so
 */
export function rolePlaces(
  { roles, accounts }: Pick<LoginDoor, 'roles' | 'accounts'>,
  claimed: readonly string[] | undefined,
): readonly RolePlace[] {
  if (roles.length > 0)
    return placesIn(
      accountsIn(roles),
      orElse(
        roles.filter((arn) => claimed?.includes(arn) ?? true),
        roles,
      ),
    )
  return orElse(placesIn(accounts, claimed), placesIn(accounts, undefined))
}

/** Whether a login door leads to a role, whatever the role says to that. */
export function leadsTo({ roles, accounts }: Pick<LoginDoor, 'roles' | 'accounts'>, roleArn: string): boolean {
  return roles.length > 0 ? roles.includes(roleArn) : accounts.includes(accountOf(roleArn))
}

function placesIn(accounts: Iterable<string>, among: readonly string[] | undefined): readonly RolePlace[] {
  const places: RolePlace[] = []
  for (const text of accounts) {
    const account = accountId(text)
    const here = among?.filter((arn) => accountOf(arn) === text)
    if (!(account instanceof Violation) && here?.length !== 0) places.push({ account, among: here })
  }
  return places
}

function accountsIn(roles: readonly string[]): ReadonlySet<string> {
  return new Set(roles.map(accountOf))
}

function accountOf(roleArn: string): string {
  return parseArn(roleArn)?.account ?? ''
}

function orElse<Item>(some: readonly Item[], others: readonly Item[]): readonly Item[] {
  return some.length > 0 ? some : others
}
