import type { Directory, RoleView, UserView } from '../../domain/directory/index.ts'
import { type AccountId, accountId, NoSuchEntity, parseArn, rootArn, Violation } from '../../model/index.ts'

/** A principal of some account that has policies, keys, or both. */
type FoundPrincipal =
  | { readonly kind: 'user'; readonly user: UserView }
  | { readonly kind: 'role'; readonly role: RoleView }
  | { readonly kind: 'root'; readonly account: AccountId; readonly accessKeyIds: readonly string[] }

/**
 * The user, role or root that the operator means.
 * @param text - an ARN, or `ALIAS/NAME` or `ACCOUNT/NAME`: a user, or else the role of that name
 */
export async function findPrincipal(text: string, directory: Directory): Promise<FoundPrincipal | undefined> {
  return parseArn(text) === undefined ? await byName(text, directory) : await byArn(text, directory)
}

/**
 * The account that the operator means, closed or not.
 * @param text - its number or its alias
 * @throws {@link NoSuchEntity}
 */
export async function findAccount(text: string, directory: Directory): Promise<AccountId> {
  const id = accountId(text)
  const account = await directory.account(id instanceof Violation ? ((await directory.accountOfAlias(text)) ?? '') : id)
  if (account === undefined) throw new NoSuchEntity(`There is no account ${text}. "rolecall accounts list" lists them.`)
  return account.id
}

async function byArn(arn: string, directory: Directory): Promise<FoundPrincipal | undefined> {
  const principal = await directory.principal(arn)
  if (principal !== undefined) return found(principal)
  const account = await directory.account(parseArn(arn)?.account ?? '')
  if (account === undefined || arn !== rootArn(directory.partition, account.id)) return undefined
  return { kind: 'root', account: account.id, accessKeyIds: account.accessKeyIds }
}

async function byName(text: string, directory: Directory): Promise<FoundPrincipal | undefined> {
  const [place = '', name = '', ...more] = text.split('/')
  if (more.length > 0) return undefined
  const id = accountId(place)
  const account = id instanceof Violation ? await directory.accountOfAlias(place) : id
  if (account === undefined) return undefined
  const principal = (await directory.user(account, name)) ?? (await directory.roleNamed(account, name))
  return principal && found(principal)
}

function found(principal: UserView | RoleView): FoundPrincipal {
  return 'userName' in principal ? { kind: 'user', user: principal } : { kind: 'role', role: principal }
}
