const ACCOUNT = /^(?:([0-9]{12})|arn:aws(?:-[a-z]+)*:iam::([0-9]{12}):root)$/
const USER_OR_ROLE = /^arn:aws(?:-[a-z]+)*:iam::[0-9]{12}:(?:user|role)\/[^\s*?]+$/
const SESSION =
  /^arn:aws(?:-[a-z]+)*:sts::[0-9]{12}:(?:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]{2,64}|federated-user\/[\w+=,.@-]{2,32})$/

/** The account that an AWS principal stands for: twelve digits or the ARN of a root user. */
export function accountOf(text: string): string | undefined {
  const [, id, root] = ACCOUNT.exec(text) ?? []
  return id ?? root
}

/** Whether the text is the ARN of a user or role, which AWS turns into a unique id when it saves a trust policy. */
export function isUserOrRoleArn(text: string): boolean {
  return USER_OR_ROLE.test(text)
}

/** Whether the text is the ARN of one session, of a role or of a federated user. */
export function isSessionArn(text: string): boolean {
  return SESSION.test(text)
}
