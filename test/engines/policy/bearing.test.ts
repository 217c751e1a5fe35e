import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  bearingStatements,
  decide,
  explain,
  type StatementRef,
  speaksOfResource,
} from '../../../src/engines/policy/index.ts'
import { fc } from '../../fast-check.ts'
import { compiled, contextOf, policiesOf, readCases, requestOf } from './corpus.ts'
import { policies, WORLDS } from './worlds.ts'

const where = ({ policy, index }: StatementRef) => `${policy} ${index}`

for (const { name, documents, request } of WORLDS) {
  describe(`the statements that bear on a request, in the world of ${name}`, () => {
    test('are those that the trace finds open or applying, and no others', () => {
      fc.assert(
        fc.property(documents, request, (from, asked) => {
          const applicable = policies(from)
          const traced = explain(applicable, asked)
            .layers.flatMap((layer) => layer.policies.flatMap(({ statements }) => statements))
            .filter(({ failed }) => failed.every((part) => part === 'condition'))
          assert.deepEqual(
            bearingStatements(applicable, asked)
              .map(({ statement, applies }) => `${where(statement)} ${applies}`)
              .sort(),
            traced.map(({ statement, applies }) => `${where(statement)} ${applies}`).sort(),
          )
        }),
      )
    })

    test('are what the decision comes from', () => {
      fc.assert(
        fc.property(documents, request, (from, asked) => {
          const applicable = policies(from)
          const { outcome, statements } = decide(applicable, asked)
          const applying = bearingStatements(applicable, asked).filter(({ applies }) => applies)
          const denies = applying.filter(({ effect }) => effect === 'Deny')
          assert.equal(denies.length > 0, outcome === 'explicitDeny')
          if (outcome === 'explicitDeny') {
            assert.deepEqual(statements.map(where).sort(), denies.map(({ statement }) => where(statement)).sort())
          }
          const allowing = new Set(applying.map(({ statement }) => where(statement)))
          for (const statement of statements) assert.ok(allowing.has(where(statement)))
        }),
      )
    })
  })
}

test('in no case of the corpus does a statement apply that the trace does not know', () => {
  for (const row of [...readCases('traps.json'), ...readCases('cases.json')]) {
    const applicable = policiesOf(row)
    const asked = requestOf(row)
    const denies = bearingStatements(applicable, asked).some(({ effect, applies }) => applies && effect === 'Deny')
    assert.equal(denies, decide(applicable, asked).outcome === 'explicitDeny', row.name)
  }
})

test('a policy speaks of a resource, whoever asks and whatever for', () => {
  const bucket = compiled(
    {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: 'arn:aws:s3:::bucket/*' }],
    },
    'resource',
  )
  const speaks = (resource: string) =>
    speaksOfResource(bucket, {
      principal: { kind: 'anonymous' },
      action: 's3:GetObject',
      resource,
      resourceAccount: '',
      context: contextOf({}),
    })
  assert.deepEqual([speaks('arn:aws:s3:::bucket/key'), speaks('arn:aws:s3:::bucket')], [true, false])
})
