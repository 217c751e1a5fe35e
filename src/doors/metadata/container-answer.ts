import type { TemporaryCredentials } from '../../model/index.ts'
import type { MetadataAnswer } from './metadata-answer.ts'

/** An answer as JSON. What may hold credentials is not for keeping. */
export function json(status: number, content: unknown): MetadataAnswer {
  return answer(status, 'application/json', JSON.stringify(content))
}

/** A sentence, as the agent of EKS answers what it refuses. */
export function sentence(status: number, text: string): MetadataAnswer {
  return answer(status, 'text/plain; charset=utf-8', `${text}\n`)
}

/** A refusal as the agent of ECS words it: the members that SDKs read, and the status once more. */
export function ecsError(status: number, code: string, message: string): MetadataAnswer {
  return json(status, { code, message, HTTPErrorCode: status })
}

/** Only reading is there. */
export const READ_ONLY: MetadataAnswer = {
  status: 405,
  headers: ['Allow', 'GET', 'Content-Length', '0', 'Connection', 'close'],
  body: Buffer.alloc(0),
}

/** The members that credentials have for both services, by the names that SDKs read. */
export function credentialMembers({ accessKeyId, secretAccessKey, sessionToken }: TemporaryCredentials) {
  return { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey.reveal(), Token: sessionToken }
}

function answer(status: number, contentType: string, text: string): MetadataAnswer {
  const body = Buffer.from(text)
  const headers = ['Content-Type', contentType, 'Content-Length', String(body.length)]
  return { status, headers: [...headers, 'Cache-Control', 'no-store', 'Connection', 'close'], body }
}
