import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CreateGroupCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  GetPolicyVersionCommand,
  ListGroupPoliciesCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  PutGroupPolicyCommand,
} from '@aws-sdk/client-iam'
import { ACCOUNT, type IamStage, refused, setIamStage } from './iam-stage.ts'

const LATIN = 'Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+'
const SYNTAX = 'Syntax errors in policy.'
const STATEMENT = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }

const saying = (parts: object, ...more: readonly object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ ...STATEMENT, ...parts }, ...more] })
const without = (element: keyof typeof STATEMENT) => {
  const { [element]: _, ...rest } = STATEMENT
  return JSON.stringify({ Version: '2012-10-17', Statement: [rest] })
}
const nested = (open: string, close: string, depth: number) =>
  `{"Version":"2012-10-17","Statement":${open.repeat(depth)}1${close.repeat(depth)}}`
const raw = (members: string) => `{"Version":"2012-10-17","Statement":[{${members}}]}`
const ALLOW = '"Effect":"Allow","Action":"s3:GetObject","Resource":"*"'

/** What AWS says is wrong with a document, one by one. */
const MALFORMED: readonly (readonly [what: string, document: string, message: string])[] = [
  ['no JSON', 'allow everything', SYNTAX],
  ['JSON that ends early', `{"Version":"2012-10-17","Statement":[{${ALLOW}}]`, SYNTAX],
  ['text after the JSON', `${raw(ALLOW)} {}`, SYNTAX],
  ['a list', `[${raw(ALLOW)}]`, SYNTAX],
  ['a text', '"*"', SYNTAX],
  ['nothing', 'null', SYNTAX],
  ['comments', `/* all */ ${raw(ALLOW)}`, SYNTAX],
  ['a comma too many', raw(`${ALLOW},`), SYNTAX],
  ['arrays in arrays, 17 deep', nested('[', ']', 17), SYNTAX],
  ['arrays in arrays, 25,000 deep', nested('[', ']', 25_000), SYNTAX],
  ['objects in objects, 10,000 deep', nested('{"a":', '}', 10_000), SYNTAX],
  ['an array that is never closed, 75,000 deep', '['.repeat(75_000), SYNTAX],
  ['an effect twice', raw(`${ALLOW},"Effect":"Deny"`), SYNTAX],
  ['an effect twice, one of them escaped', raw(`${ALLOW},"\\u0045ffect":"Deny"`), SYNTAX],
  ['statements twice', `{"Version":"2012-10-17","Statement":[{${ALLOW}}],"Statement":[]}`, SYNTAX],
  ['a condition key twice', raw(`${ALLOW},"Condition":{"Bool":{"a:b":"true","a:b":"false"}}`), SYNTAX],
  ['__proto__ of the document', `{"__proto__":{"Version":"2012-10-17"},"Statement":[{${ALLOW}}]}`, SYNTAX],
  ['__proto__ of a statement', raw(`${ALLOW},"__proto__":{"Effect":"Allow"}`), SYNTAX],
  ['__proto__ instead of an effect', raw('"__proto__":{"Effect":"Allow"},"Action":"*","Resource":"*"'), SYNTAX],
  ['__proto__ as an operator', raw(`${ALLOW},"Condition":{"__proto__":{"a:b":"c"}}`), SYNTAX],
  ['constructor as an operator', raw(`${ALLOW},"Condition":{"constructor":{"a:b":"c"}}`), SYNTAX],
  ['toString as an element', raw(`${ALLOW},"toString":"x"`), SYNTAX],
  ['an element in other letters', raw('"effect":"Allow","Action":"*","Resource":"*"'), SYNTAX],
  ['an escaped look-alike of an element', raw('"\\u0415ffect":"Allow","Action":"*","Resource":"*"'), SYNTAX],
  ['an escaped look-alike of an effect', saying({ Effect: 'Аllow' }).replace('А', '\\u0410'), SYNTAX],
  ['an escaped look-alike of a service', raw(ALLOW.replace('s3:', '\\u0455\\u0033:')), 'Vendor ѕ3 is not valid'],
  ['an escaped half of a character', raw(ALLOW.replace('s3:', '\\ud800:')), 'Vendor \ufffd is not valid'],
  ['an unknown element', saying({ Rsource: '*' }), SYNTAX],
  ['an unknown operator', saying({ Condition: { StringIs: { 'a:b': 'c' } } }), SYNTAX],
  ['an action and all but it', saying({ NotAction: 's3:*' }), SYNTAX],
  ['an action that is a number', saying({ Action: 1 }), SYNTAX],
  ['an effect that is none', saying({ Effect: 'Permit' }), SYNTAX],
  ['no effect', without('Effect'), SYNTAX],
  ['no statement', '{"Version":"2012-10-17"}', SYNTAX],
  ['no statements', '{"Version":"2012-10-17","Statement":[]}', SYNTAX],
  ['a version that is none', `{"Version":"2020-01-01","Statement":[{${ALLOW}}]}`, SYNTAX],
  ['no version', `{"Statement":[{${ALLOW}}]}`, 'Policy document must be version 2012-10-17 or greater.'],
  [
    'the old version',
    `{"Version":"2008-10-17","Statement":[{${ALLOW}}]}`,
    'Policy document must be version 2012-10-17 or greater.',
  ],
  ['an effect in small letters', saying({ Effect: 'allow' }), 'The policy failed legacy parsing'],
  [
    'a date that is none',
    saying({ Condition: { DateLessThan: { 'aws:CurrentTime': 'soon' } } }),
    'The policy failed legacy parsing',
  ],
  ['an ARN that lacks a part', saying({ Resource: 'arn:aws:s3::bucket' }), 'The policy failed legacy parsing'],
  ['a principal', saying({ Principal: '*' }), 'Policy document should not specify a principal.'],
  [
    'all principals but one',
    saying({ NotPrincipal: { AWS: ACCOUNT } }),
    'Policy document should not specify a principal.',
  ],
  [
    'a Sid twice',
    saying({ Sid: 'a' }, { ...STATEMENT, Sid: 'a' }),
    'Statement IDs (SID) in a single policy must be unique.',
  ],
  [
    'a Sid with a space',
    saying({ Sid: 'a b' }),
    'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
  ],
  ['no action', without('Action'), 'Policy statement must contain actions.'],
  ['no resource', without('Resource'), 'Policy statement must contain resources.'],
  ['no resources', saying({ Resource: [] }), 'Policy statement must contain resources.'],
  [
    'an action without its service',
    saying({ Action: 'GetObject' }),
    'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  ],
  ['an action with two colons', saying({ Action: 's3:Get:Object' }), 'Actions/Condition can contain only one colon.'],
  ['a service with a space', saying({ Action: 's 3:GetObject' }), 'Vendor s 3 is not valid'],
  ['a resource that is no ARN', saying({ Resource: 'bucket' }), 'Resource bucket must be in ARN format or "*".'],
  [
    'a partition that is none',
    saying({ Resource: 'arn:error:s3:::b' }),
    'Partition "error" is not valid for resource "arn:error:s3:::b".',
  ],
  [
    'a resource of any service',
    saying({ Resource: 'arn:aws:*:::b' }),
    'Resource vendor must be fully qualified and cannot contain regexes.',
  ],
  [
    'a bucket in a region',
    saying({ Resource: 'arn:aws:s3:us-east-1::b' }),
    'Resource arn:aws:s3:us-east-1::b can not contain region information.',
  ],
  [
    'a user in a region',
    saying({ Resource: `arn:aws:iam:us-east-1:${ACCOUNT}:user/a` }),
    `IAM resource arn:aws:iam:us-east-1:${ACCOUNT}:user/a cannot contain region information.`,
  ],
]

/** What is refused before it is read as a policy. */
const INVALID: readonly (readonly [what: string, document: string, constraint: string])[] = [
  ['a look-alike of a letter', saying({ Effect: 'Аllow' }), LATIN],
  ['a letter of full width', saying({ Action: 'ｓ3:*' }), LATIN],
  ['an invisible character', saying({ Action: 's3:\u200bGetObject' }), LATIN],
  ['text that runs the other way', saying({ Sid: '\u202eadmin' }), LATIN],
  ['a byte order mark', `\ufeff${saying({})}`, LATIN],
  ['a control character', saying({}).replace('s3', 's3\u0007'), LATIN],
  ['131,073 characters', 'x'.repeat(131_073), 'Member must have length less than or equal to 131072'],
]

describe('a policy document that is no policy is refused, and nothing is stored:', () => {
  const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/p`
  let stage: IamStage
  before(async () => {
    stage = await setIamStage()
    await stage.as('admin').send(new CreatePolicyCommand({ PolicyName: 'p', PolicyDocument: saying({}) }))
    await stage.as('admin').send(new CreateGroupCommand({ GroupName: 'g' }))
  })
  after(() => stage[Symbol.asyncDispose]())

  async function nothingStored(): Promise<void> {
    const iam = stage.as('admin')
    const { Policies } = await iam.send(new ListPoliciesCommand({ Scope: 'Local' }))
    const { Versions } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }))
    const { PolicyNames } = await iam.send(new ListGroupPoliciesCommand({ GroupName: 'g' }))
    assert.deepEqual([Policies?.length, Versions?.length, PolicyNames], [1, 1, []])
  }

  for (const [what, PolicyDocument, message] of MALFORMED) {
    test(what, async () => {
      const iam = stage.as('admin')
      const code = 'MalformedPolicyDocument'
      await refused(iam.send(new CreatePolicyCommand({ PolicyName: 'q', PolicyDocument })), 400, code, message)
      await refused(iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument })), 400, code, message)
      const put = new PutGroupPolicyCommand({ GroupName: 'g', PolicyName: 'q', PolicyDocument })
      await refused(iam.send(put), 400, code, message)
      await nothingStored()
    })
  }

  for (const [what, PolicyDocument, constraint] of INVALID) {
    test(what, async () => {
      const message = `1 validation error detected: Value at 'policyDocument' failed to satisfy constraint: ${constraint}`
      const create = new CreatePolicyCommand({ PolicyName: 'q', PolicyDocument })
      await refused(stage.as('admin').send(create), 400, 'ValidationError', message)
      await nothingStored()
    })
  }

  test('while white space is not counted within four times that, and kept', async () => {
    const iam = stage.as('admin')
    const PolicyDocument = saying({}).padEnd(24_000)
    await iam.send(new CreatePolicyCommand({ PolicyName: 'wide', PolicyDocument }))
    const version = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/wide`, VersionId: 'v1' }),
    )
    assert.equal(decodeURIComponent(version.PolicyVersion?.Document ?? ''), PolicyDocument)
  })
})
