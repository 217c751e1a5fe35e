import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { arnOf, roleArn } from './cast.ts'
import { type Ask, IAM_VERSION, type Refusal } from './refusals/refusal.ts'
import { DIRECTORY, REFUSALS } from './refusals.ts'
import { type Stage, setStage } from './stage.ts'
import type { WireAnswer } from './wire-client.ts'

let stage: Stage
before(async () => {
  stage = await setStage({ directory: DIRECTORY })
})
after(() => stage[Symbol.asyncDispose]())

for (const [about, refusals] of Object.entries(REFUSALS)) {
  describe(about, () => {
    for (const refusal of refusals) {
      test(refusal.rule, async () => {
        if (refusal.since !== undefined) return await refusedSince(refusal.since, refusal)
        refused(await stage.ask(refusal.ask), refusal)
        await permitted(stage, refusal.permitted)
      })
    }
  })
}

describe('what refusals do not tell', () => {
  test('a role that is not there is answered like one that refuses: as long, and different in nothing but its name', async () => {
    for (const by of ['alice', 'idle', 'forbidden', 'target/bob', 'target/idle', 'target/forbidden']) {
      const refusing = await stage.ask({ by, params: { RoleArn: roleArn('Closed') } })
      const missing = await stage.ask({ by, params: { RoleArn: roleArn('Absent') } })
      assert.equal(refusing.status, 403)
      assert.deepEqual(masked(missing), masked(refusing))
      assert.equal(missing.body.length, refusing.body.length)
    }
  })

  test('an access key that nobody has is answered like an inactive one and like a forged token', async () => {
    const params = { Action: 'GetCallerIdentity' }
    const accessKeyId = 'AKIAIOSFODNN7EXAMPL0'
    const unknown = await stage.ask({ params, forge: (mine) => ({ ...mine, accessKeyId }) })
    const forged = await stage.ask({ params, by: 'Courier:first', forge: (mine) => ({ ...mine, sessionToken: 'x' }) })
    const inactive = await stage.ask({ params, forge: (mine) => ({ ...mine, accessKeyId: 'AKIAINACTIVE00000000' }) })
    assert.deepEqual(masked(unknown), masked(inactive))
    assert.deepEqual(masked(unknown), masked(forged))
  })

  test('a wrong secret is told before a wrong parameter, and a wrong parameter before a refusal', async () => {
    const RoleSessionName = '?'
    const params = { RoleArn: roleArn('Closed'), RoleSessionName }
    const unproven = await stage.ask({ params, forge: (mine) => ({ ...mine, secretAccessKey: 'a-guess' }) })
    assert.equal(unproven.fault?.code, 'SignatureDoesNotMatch')
    const proven = await stage.ask({ params })
    assert.equal(proven.fault?.code, 'ValidationError')
    const named = await stage.ask({ params: { ...params, RoleSessionName: 'name' } })
    assert.equal(named.fault?.code, 'AccessDenied')
    assert.match(named.fault?.message ?? '', new RegExp(arnOf('alice')))
  })
})

/** On a stage of its own: what an operator takes back is gone for everybody. */
async function refusedSince(act: NonNullable<Refusal['since']>, refusal: Refusal): Promise<void> {
  await using own = await setStage({ directory: DIRECTORY })
  for (const ask of [refusal.ask, refusal.permitted]) await permitted(own, ask)
  await act(own)
  refused(await own.ask(refusal.ask), refusal)
  await permitted(own, refusal.permitted)
}

async function permitted(on: Stage, ask: Ask | undefined): Promise<void> {
  if (ask === undefined) return
  const { status, body } = await on.ask(ask)
  assert.equal(status, 200, `the nearest request is permitted: ${body}`)
}

function refused(answer: WireAnswer, { ask, status, code, message }: Refusal): void {
  const { fault, headers } = answer
  assert.deepEqual({ status: answer.status, code: fault?.code }, { status, code }, answer.body)
  if (message instanceof RegExp) assert.match(fault?.message ?? '', message)
  else assert.equal(fault?.message, message)
  if (code === undefined) return
  assert.equal(fault?.type, 'Sender')
  assert.equal(fault?.requestId, headers['x-amzn-requestid'])
  assert.match(fault?.requestId ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  assert.equal(fault?.namespace, DISPATCH.has(code) ? AWS_FAULT : namespaceOf(ask))
  assert.equal(headers['content-type'], 'text/xml')
  assert.equal(headers['cache-control'], 'no-store')
}

function namespaceOf({ params }: Ask): string {
  return params?.['Version'] === IAM_VERSION ? 'https://iam.amazonaws.com/doc/2010-05-08/' : STS_NAMESPACE
}

const STS_NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/'
const AWS_FAULT = 'http://webservices.amazon.com/AWSFault/2005-15-09'
/** What never reaches a service is answered in another namespace. */
const DISPATCH: ReadonlySet<string> = new Set(['InvalidAction', 'MissingAction', 'MalformedQueryString'])

/** An answer without what differs from request to request: ids, the time, and the name of the role. */
function masked({ status, headers, body, fault }: WireAnswer): unknown {
  const requestId = fault?.requestId ?? ''
  const { date: _, 'x-amzn-requestid': __, 'x-amz-sts-extended-request-id': ___, ...rest } = headers
  const explanation = String(headers['x-rolecall-explanation'] ?? '').length
  return {
    status,
    headers: { ...rest, 'x-rolecall-explanation': explanation },
    body: body.replace(requestId, '').replace(/Absent|Closed/, ''),
  }
}
