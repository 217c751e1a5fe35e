import type { Ask } from './refusals/refusal.ts'
import { DIRECTORY, REFUSALS } from './refusals.ts'
import { credentialsIn, setStage } from './stage.ts'
import { send, type WireRequest } from './wire-client.ts'

// Asks everything that the table of refusals has, of a broker that logs all it can to standard error. Then prints, as
// JSON, everything that must not stand in that log.
const SIGNATURE = /Signature=([0-9a-f]{64})/
const asks = Object.values(REFUSALS)
  .flat()
  .flatMap(({ ask, permitted }) => (permitted === undefined ? [ask] : [ask, permitted]))
const secrets = new Set<string>()
let granted = 0

await using stage = await setStage({ directory: DIRECTORY, logLevel: 'debug' })
for (const ask of asks) {
  const { secretAccessKey, sessionToken } = await stage.credentialsOf(
    ask.by === undefined || ask.by === 'nobody' ? 'alice' : ask.by,
  )
  keep(secretAccessKey, sessionToken, ...externalIdsOf(ask))
  const request = await stage.requestOf(ask)
  keep(...signaturesOf(request), ...[request.headers['x-amz-security-token'] ?? []].flat())
  const answer = await send(stage.broker.endpoint, request)
  if (!answer.body.startsWith('<AssumeRoleResponse')) continue
  granted += 1
  const credentials = credentialsIn(answer)
  keep(credentials.secretAccessKey, credentials.sessionToken)
}
process.stdout.write(JSON.stringify({ asked: asks.length, granted, secrets: [...secrets, stage.broker.operatorToken] }))

/** What is too short to be told from anything else is left out. */
function keep(...texts: readonly (string | undefined)[]): void {
  for (const text of texts) if (text !== undefined && text.length >= 8) secrets.add(text)
}

function externalIdsOf({ params }: Ask): readonly string[] {
  return [params?.['ExternalId'] ?? []].flat()
}

function signaturesOf({ target, headers }: WireRequest): readonly (string | undefined)[] {
  return [SIGNATURE.exec(target)?.[1], SIGNATURE.exec(String(headers['authorization']))?.[1]]
}
