import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contextKeysIn } from '../../../../src/operations/iam/simulation/context-keys.ts'
import { PolicySources } from '../../../../src/operations/iam/simulation/policy-sources.ts'
import { turnsDuring } from '../turns.ts'

/** A policy of about six thousand characters. */
const document = (name: number) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: Array.from({ length: 60 }, (_, index) => ({
      Effect: 'Allow',
      Action: 's3:*',
      Resource: `arn:aws:s3:::bucket-${name}-${index}/*`,
      Condition: { StringEquals: { [`aws:RequestTag/${name}`]: 'x' } },
    })),
  })
const POLICIES = Array.from({ length: 40 }, (_, index) => ({ name: `p${index}`, document: document(index) }))

test('others have their turn while policies are read and compiled', async () => {
  const length = POLICIES.reduce((sum, policy) => sum + policy.document.length, 0)
  for (const read of ['take', 'load'] as const) {
    const sources = new PolicySources()
    const turns = await turnsDuring(async () => {
      for (const { name, document } of POLICIES) await sources[read](name, document, 'identity')
    })
    assert.equal(sources.length, length)
    assert.ok(turns >= Math.floor(length / 20_000), `${turns} turns`)
  }
})

test('others have their turn while condition keys are looked for', async () => {
  for (const work of [
    () => contextKeysIn(POLICIES, []),
    () =>
      contextKeysIn(
        [],
        POLICIES.map(({ document }) => document),
      ),
  ]) {
    const turns = await turnsDuring(async () => assert.equal((await work()).length, 40))
    assert.ok(turns >= 10, `${turns} turns`)
  }
})

test('no variable is overlooked, however its dollar is written', async () => {
  const saying = (resource: string) =>
    `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${resource}"}}`
  for (const [resource, count] of [
    ['plain', 0],
    [['$', '{aws:username}'].join(''), 1],
    ['\\u0024{aws:username}$\\u007baws:userid}', 2],
  ] as const) {
    const sources = new PolicySources()
    await sources.take('p', saying(resource), 'identity')
    assert.equal(sources.variables, count)
  }
})
