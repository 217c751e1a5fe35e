import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Task } from '../../model/index.ts'
import type { Key, KeyRing } from '../../platform/keyring/index.ts'

const MAX_TOKEN_LENGTH = 256

/**
 * What the containers of a task send as `Authorization`: a MAC that covers the task and its start. Nothing is kept of
 * them, and they have no end of their own: as the secret path at ECS, one is good as long as its task and its key are.
 */
export class TaskTokens {
  readonly #keyring: KeyRing

  constructor({ keyring }: { keyring: KeyRing }) {
    this.#keyring = keyring
  }

  /** The token of a task. */
  issue(task: Task): string {
    return tokenOf(task, this.#keyring.active('task-token'))
  }

  /** Whether a text is the token of this task. */
  isOf(text: string, task: Task): boolean {
    if (text.length > MAX_TOKEN_LENGTH) return false
    const key = this.#keyring.find('task-token', text.slice(0, Math.max(0, text.indexOf('.'))))
    if (key === undefined) return false
    const [given, expected] = [Buffer.from(text), Buffer.from(tokenOf(task, key))]
    return given.length === expected.length && timingSafeEqual(given, expected)
  }
}

function tokenOf({ account, id, startedAt }: Task, key: Key): string {
  const mac = createHmac('sha256', key.material)
  mac.update(`rolecall/task-token/v1\n${account}\n${id}\n${startedAt}\n${key.id}`)
  return `${key.id}.${mac.digest('base64url')}`
}
