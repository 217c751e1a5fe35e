import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AccessContext } from '../../../src/pipeline/authorization/context.ts'
import { FACTS, ROOT, TARGET } from '../samples.ts'

function contextOf(...tags: readonly { readonly key: string; readonly value: string }[]): AccessContext {
  const access = { action: 'sts:AssumeRole', resource: '*' }
  const caller = { ...ROOT, tags }
  return new AccessContext({
    caller,
    facts: FACTS,
    region: undefined,
    access,
    resourceAccount: TARGET,
    resourceTags: tags,
    place: undefined,
    resourcePlace: undefined,
  })
}

test('a tag whose key only looks like another’s in lower case does not pass for it', () => {
  const context = contextOf({ key: 'ran\u212a', value: 'general' })
  for (const key of ['aws:principaltag/rank', 'aws:resourcetag/rank']) assert.equal(context.get(key), undefined)
  assert.equal(context.get('aws:principaltag/ran\u212a'), 'general')
})

test('the case of ASCII letters tells no tags apart', () => {
  assert.equal(contextOf({ key: 'Équipe-RANK', value: 'x' }).get('aws:principaltag/Équipe-rank'), 'x')
})
