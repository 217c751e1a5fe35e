import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WithheldContext } from '../../../src/pipeline/authorization/withheld-context.ts'

const OF_THE_RESOURCE = ['aws:resourcetag/team', 'iam:resourcetag/team', 'aws:resourceorgid', 'aws:resourceorgpaths']
const OTHERS = ['aws:principaltag/team', 'aws:resourceaccount', 'sts:externalid', 'aws:requesttag/team']

test('what only the account of a resource may tell of it is withheld, and remembered as asked for', () => {
  const context = new WithheldContext(new Map([...OF_THE_RESOURCE, ...OTHERS].map((key) => [key, 'value'])))
  for (const key of OF_THE_RESOURCE) assert.equal(context.get(key), undefined, key)
  for (const key of OTHERS) assert.equal(context.get(key), 'value', key)
  assert.deepEqual([...context.asked], OF_THE_RESOURCE)
})
