import type { AccountId } from '../../model/index.ts'

const END = '\n}'

/** The document of a role's credentials with their account in it; one that holds none, or is broken, is left as it is. */
export function withAccountId(document: Buffer, account: AccountId): Buffer {
  const text = document.toString()
  if (!text.includes('"Code" : "Success"') || !text.endsWith(END)) return document
  return Buffer.from(`${text.slice(0, -END.length)},\n  "AccountId" : "${account}"${END}`)
}
