import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ContextEntry, SimulateCustomPolicyCommand } from '@aws-sdk/client-iam'
import { contextKeysOf, decide, parsePolicy } from '../../../src/engines/policy/index.ts'
import { type Case, policiesOf, readCases, requestOf } from '../../engines/policy/corpus.ts'
import { setIamStage } from './iam-stage.ts'

/** What the simulator knows though nobody says it: where a case leaves it out and a policy asks, it is another question. */
const KNOWN =
  /^aws:(?:currenttime|epochtime|viaawsservice|principalisawsservice|principal(?:account|arn|type)|username|resourceaccount|(?:principal|resource)org.*)$/

/** Whether a case is about what can be said in a simulation of policies: a user, without a session or an organization. */
function isSayable({ policies, request }: Case): boolean {
  const { session, scp, rcp, identity = [], boundary, resource } = policies
  if (request.principal.kind !== 'user' || session !== undefined || scp !== undefined || rcp !== undefined) return false
  if (resource !== undefined && request.resource === '*') return false
  const [, , , , owner = ''] = request.resource.split(':')
  if (owner !== '' && owner !== request.resourceAccount) return false
  const given = new Set(Object.keys(request.context).map((key) => key.toLowerCase()))
  return [...identity, ...(boundary ? [boundary] : []), ...(resource ? [resource] : [])]
    .flatMap((document) => contextKeysOf(parsePolicy(JSON.stringify(document))))
    .every((key) => !KNOWN.test(key.toLowerCase()) || given.has(key.toLowerCase()))
}

function entriesOf({ request }: Case): ContextEntry[] {
  return Object.entries(request.context).map(([ContextKeyName, values]) => ({
    ContextKeyName,
    ContextKeyValues: typeof values === 'string' ? [values] : [...values],
    ContextKeyType: typeof values === 'string' ? 'string' : 'stringList',
  }))
}

test('what the simulator answers is what the engine decides', async (t) => {
  const stage = await setIamStage()
  t.after(() => stage[Symbol.asyncDispose]())
  const admin = stage.as('admin')
  let answered = 0
  let refused = 0
  for (const row of [...readCases('traps.json'), ...readCases('cases.json')].filter(isSayable)) {
    const { policies, request } = row
    if (request.principal.kind !== 'user') continue
    // A single one would be a text and not a list.
    const texts = (policies.identity ?? []).map((document) => JSON.stringify(document))
    const command = new SimulateCustomPolicyCommand({
      PolicyInputList: texts,
      ActionNames: [request.action],
      ...(request.resource !== '*' && { ResourceArns: [request.resource] }),
      ...(policies.boundary && { PermissionsBoundaryPolicyInputList: [JSON.stringify(policies.boundary)] }),
      ...(policies.resource && { ResourcePolicy: JSON.stringify(policies.resource) }),
      ResourceOwner: `arn:aws:iam::${request.resourceAccount}:root`,
      CallerArn: request.principal.arn,
      ContextEntries: entriesOf(row),
    })
    const answer = await admin.send(command).catch((error: Error) => {
      // Some policies of the cases could not be saved.
      assert.equal(error.name, 'InvalidInputException', `${row.name}: ${error.message}`)
      refused += 1
    })
    const [result] = answer?.EvaluationResults ?? []
    if (result === undefined) continue
    const { outcome, statements } = decide(policiesOf(row), requestOf(row))
    assert.deepEqual([result.EvalDecision, row.expect], [outcome, outcome], row.name)
    assert.ok((result.MatchedStatements?.length ?? 0) >= statements.length, row.name)
    answered += 1
  }
  t.diagnostic(`${answered} answered, ${refused} that cannot be saved`)
  assert.ok(answered >= 300, `${answered}`)
})
