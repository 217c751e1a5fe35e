/** The six parts of an Amazon Resource Name. `text` is the ARN exactly as it was given. */
export interface Arn {
  readonly text: string
  readonly partition: string
  readonly service: string
  readonly region: string
  readonly account: string
  /** Everything after the fifth colon, further colons and slashes included. */
  readonly resource: string
}

/**
 * Splits an ARN; `undefined` when the text is none: six colon parts, `arn` first, and a partition, service and resource.
 * Does not check that the account is one: AWS takes `arn:aws:iam::9:role/x` and then answers that access is denied.
 */
export function parseArn(text: string): Arn | undefined {
  const parts = text.split(':')
  const [prefix, partition, service, region, account] = parts
  const resource = parts.slice(5).join(':')
  if (prefix !== 'arn' || !partition || !service || region === undefined || account === undefined || !resource) {
    return undefined
  }
  return { text, partition, service, region, account, resource }
}
