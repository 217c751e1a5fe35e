import { Secret } from '../model/index.ts'
import { CliError } from './cli-error.ts'
import { textAt } from './json-members.ts'

/** An administrator whom the operator was given, with the key. */
interface GivenAdmin {
  readonly account: string
  readonly arn: string
  readonly userName: string
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
}

/** Reads an administrator out of an answer. @throws {@link CliError} when there is none */
export function readAdmin(answer: unknown): GivenAdmin {
  const [account, arn, userName] = [textAt(answer, 'account'), textAt(answer, 'arn'), textAt(answer, 'userName')]
  const [accessKeyId, secret] = [textAt(answer, 'accessKeyId'), textAt(answer, 'secretAccessKey')]
  if (!account || !arn || !userName || !accessKeyId || !secret) {
    throw new CliError('what answered is no broker of this version')
  }
  return { account, arn, userName, accessKeyId, secretAccessKey: new Secret(secret) }
}

/** The text of a file for one reader alone: the same as `initial-admin.json`. */
export function adminFile({ account, arn, accessKeyId, secretAccessKey }: GivenAdmin): string {
  const content = { account, arn, accessKeyId, secretAccessKey: secretAccessKey.reveal() }
  return `${JSON.stringify(content, undefined, 2)}\n`
}
