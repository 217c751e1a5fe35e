import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startTestBroker } from '../../src/testing/index.ts'
import { commandLine, type Ended, temporaryHome } from './command-line.ts'
import { errorAnswer, type FakeAnswer, fakeBroker } from './fake-broker.ts'

const QUICKSTART = new URL('../../examples/quickstart.yaml', import.meta.url).pathname
const ORGANIZATION = new URL('directories/organization.yaml', import.meta.url).pathname
const FILES = ['--directory', QUICKSTART, '--directory', ORGANIZATION]
const ALICE = 'arn:aws:iam::111111111111:user/alice'
const DEPLOYER = 'arn:aws:iam::222222222222:role/Deployer'
const PROD = '444444444444'
const CAROL = `arn:aws:iam::${PROD}:user/carol`
const PIPELINE = `arn:aws:sts::${PROD}:assumed-role/Pipeline`
const role = (name: string) => `arn:aws:iam::${PROD}:role/${name}`
const OBJECT = 'arn:aws:s3:::b/o'
const TOKEN = 'operator-token'

interface Question {
  readonly rule: string
  /** Principal, action and resource, and `KEY=VALUE` for each `--with`. */
  readonly asks: readonly [principal: string, action: string, resource: string, ...given: string[]]
  /** Principal and action as they are answered, where they are not as they were asked. */
  readonly as?: readonly [principal: string, action?: string]
  readonly because: string
  readonly hint?: string
}

const DENIED: readonly Question[] = [
  {
    rule: 'a condition key that was not given is named with the value that would do',
    asks: ['source/alice', 'sts:AssumeRole', DEPLOYER],
    as: [ALICE],
    because: 'the role trust policy would allow it if sts:ExternalId were "quickstart" (it was not given)',
  },
  {
    rule: 'a condition key with another value is named with both',
    asks: [ALICE, 'sts:AssumeRole', DEPLOYER, 'sts:ExternalId=guessed'],
    because: 'the role trust policy would allow it if sts:ExternalId were "quickstart" (it is "guessed")',
  },
  {
    rule: 'what both sides lack is told, the nearest miss first',
    asks: ['source/bob', 'sts:AssumeRole', DEPLOYER],
    as: ['arn:aws:iam::111111111111:user/bob'],
    because:
      'the role trust policy would allow it if sts:ExternalId were "quickstart" (it was not given); and no identity-based policy allows it',
  },
  {
    rule: 'the operator is told that a role is not there, its path included',
    asks: [CAROL, 'sts:AssumeRole', role('Pipeline')],
    because: `there is no role ${role('Pipeline')}`,
  },
  {
    rule: 'a role that trusts one session refuses another one',
    asks: ['prod/Pipeline', 'sts:AssumeRole', role('Release')],
    as: [`${PIPELINE}/can`],
    because: `the role trust policy allows it to others, not to ${PIPELINE}/can; and the identity-based policy ${role('ci/Pipeline')}/tagging allows other actions, not sts:AssumeRole`,
  },
  {
    rule: 'an action in any case is the same action',
    asks: [ALICE, 'STS:assumerole', DEPLOYER],
    as: [ALICE, 'sts:AssumeRole'],
    because: 'the role trust policy would allow it if sts:ExternalId were "quickstart" (it was not given)',
  },
  {
    rule: 'root assumes no role, whatever policies say',
    asks: [`arn:aws:iam::${PROD}:root`, 'sts:AssumeRole', role('Everybody')],
    because: 'whatever policies say: Roles may not be assumed by root accounts.',
  },
  {
    rule: 'what belongs to the operator is denied, in any case, to administrators too',
    asks: ['management/eve', 'Rolecall:ApplyDirectory', '*'],
    as: ['arn:aws:iam::333333333333:user/eve', 'rolecall:ApplyDirectory'],
    because:
      'whatever policies say: User: arn:aws:iam::333333333333:user/eve is not authorized to perform: rolecall:ApplyDirectory',
  },
  {
    rule: 'a resource control policy guards a role from outside the organization',
    asks: [ALICE, 'sts:AssumeRole', role('Everybody')],
    because:
      'the resource control policy r-root/perimeter (statement 1) denies it, as its condition is met: StringNotEquals aws:PrincipalOrgID "o-exampleorg1" (it is missing)',
  },
  {
    rule: 'a service control policy denies, and the region is not known unless it is given',
    asks: [CAROL, 'ec2:RunInstances', '*'],
    because:
      'the service control policy r-root/region (statement "OnlyEurope") denies it, as its condition is met: StringNotEquals aws:RequestedRegion "eu-west-1" (it was not given)',
  },
  {
    rule: 'a level of the organization does not allow it',
    asks: [CAROL, 'iam:CreateUser', `arn:aws:iam::${PROD}:user/x`],
    because: 'the service control policy ou-root-prodprod/services allows other actions, not iam:CreateUser',
  },
  {
    rule: 'a permissions boundary does not allow it',
    asks: ['prod/dan', 'sts:AssumeRole', role('Office'), 'aws:SourceIp=10.1.2.3', 'AWS:principaltag/TEAM=core'],
    as: [`arn:aws:iam::${PROD}:user/dan`],
    because: `the permissions boundary arn:aws:iam::${PROD}:policy/limit allows other actions, not sts:AssumeRole`,
  },
  {
    rule: 'an explicit deny of a group, where the connection is given',
    asks: [CAROL, 's3:GetObject', OBJECT, 'aws:SecureTransport=false'],
    because: `the identity-based policy arn:aws:iam::${PROD}:group/admins/all (statement "InClear") denies it, as its condition is met: Bool aws:SecureTransport "false" (it is "false")`,
  },
  {
    rule: 'a key that is given wins over what the caller has, and an empty value is a value',
    asks: [CAROL, 'sts:AssumeRole', role('Office'), 'aws:SourceIp=10.1.2.3', 'aws:PrincipalTag/team='],
    because: 'the role trust policy would allow it if aws:PrincipalTag/team were "core" (it is "")',
  },
  {
    rule: 'a key that is given twice, in any case, has both values',
    asks: [
      ...(['prod/Pipeline', 's3:PutObjectTagging', OBJECT] as const),
      ...['s3:RequestObjectTagKeys=stage', 's3:requestobjecttagkeys=cost'],
    ],
    as: [`${PIPELINE}/can`],
    because: `the identity-based policy ${role('ci/Pipeline')}/tagging would allow it if every value of s3:RequestObjectTagKeys were "stage" or "team" (it is "stage" and "cost")`,
  },
  {
    rule: 'no policy of another account is known but trust policies',
    asks: [ALICE, 's3:GetObject', `arn:aws:s3:us-east-1:${PROD}:accesspoint/x`],
    because: 'no resource-based policy is known here, and one has to allow it; and no identity-based policy allows it',
  },
]

const ALLOWED: readonly Question[] = [
  {
    rule: 'across accounts both sides allow it',
    asks: ['111111111111/alice', 'sts:AssumeRole', DEPLOYER, 'STS:externalid=quickstart'],
    as: [ALICE],
    because: `the role trust policy (statement 1) and the identity-based policy ${ALICE}/assume-deployer (statement 1) allow it`,
  },
  {
    rule: 'within an account a role that names the user is enough, whatever its path',
    asks: [CAROL, 'sts:AssumeRole', role('ci/Pipeline')],
    because: 'the role trust policy (statement 1) allows it',
  },
  {
    rule: 'a session is named by its ARN',
    asks: [`${PIPELINE}/main`, 'sts:AssumeRole', role('Release')],
    because: 'the role trust policy (statement 1) allows it',
  },
  {
    rule: 'a role stands for a session of it',
    asks: [
      role('ci/Pipeline'),
      's3:PutObjectTagging',
      OBJECT,
      's3:RequestObjectTagKeys=stage',
      's3:RequestObjectTagKeys=team',
    ],
    as: [`${PIPELINE}/can`],
    because: `the identity-based policy ${role('ci/Pipeline')}/tagging (statement 1) allows it`,
  },
  {
    rule: 'a key that could have mattered and was not given is a hint',
    asks: ['prod/carol', 's3:GetObject', OBJECT],
    as: [CAROL],
    because: `the identity-based policy arn:aws:iam::${PROD}:group/admins/all (statement 1) allows it`,
    hint: 'not given: aws:SecureTransport (--with KEY=VALUE)',
  },
  {
    rule: 'the management account is not restricted',
    asks: ['arn:aws:iam::333333333333:user/eve', 'ec2:RunInstances', '*'],
    because: 'the identity-based policy arn:aws:iam::333333333333:user/eve/all (statement 1) allows it',
  },
  {
    rule: 'root needs no policy in its own account',
    asks: ['arn:aws:iam::333333333333:root', 's3:GetObject', OBJECT],
    because: 'the root user of an account needs no policy for what is in it',
  },
  {
    rule: 'everybody may ask who they are',
    asks: ['arn:aws:iam::111111111111:user/bob', 'sts:GetCallerIdentity', '*'],
    because: 'whatever policies say: this needs no permission',
  },
]

const withs = (given: readonly string[]): readonly string[] => given.flatMap((pair) => ['--with', pair])

for (const [word, status, questions] of [
  ['denied', 1, DENIED],
  ['allowed', 0, ALLOWED],
] as const) {
  describe(word, () => {
    for (const { rule, asks, as = [], because, hint } of questions) {
      test(rule, async () => {
        const [principal, action, resource, ...given] = asks
        const ended = await commandLine(['can', principal, action, resource, ...withs(given), ...FILES])
        const first = `${word.padEnd(7)}  ${as[0] ?? principal}  ${as[1] ?? action}  ${resource}\n`
        const third = hint === undefined ? '' : `hint     ${hint}\n`
        assert.deepEqual(ended, { status, stdout: `${first}because  ${because}\n${third}`, stderr: '' })
      })
    }
  })
}

interface Undecided {
  readonly rule: string
  readonly args: readonly string[]
  readonly says: RegExp
}

const UNDECIDED: readonly Undecided[] = [
  {
    rule: 'a principal that is not there',
    args: ['source/carol', 's3:GetObject', OBJECT, ...FILES],
    says: /^rolecall: NoSuchEntity: There is no user, role or root called source\/carol\. /,
  },
  {
    rule: 'a session of a role that is spelled otherwise',
    args: [`arn:aws:sts::${PROD}:assumed-role/pipeline/main`, 's3:GetObject', OBJECT, ...FILES],
    says: /^rolecall: NoSuchEntity: /,
  },
  {
    rule: 'a session of another partition',
    args: [`arn:aws-cn:sts::${PROD}:assumed-role/Pipeline/main`, 's3:GetObject', OBJECT, ...FILES],
    says: /^rolecall: NoSuchEntity: /,
  },
  {
    rule: 'a group, which is no principal',
    args: [`arn:aws:iam::${PROD}:group/admins`, 's3:GetObject', OBJECT, ...FILES],
    says: /^rolecall: NoSuchEntity: /,
  },
  {
    rule: 'a directory file that is not there',
    args: ['source/alice', 's3:GetObject', OBJECT, '--directory', '/nowhere/accounts.yaml'],
    says: /^rolecall: \/nowhere\/accounts\.yaml cannot be read/,
  },
  {
    rule: 'a broker whose token is not to be had',
    args: ['source/alice', 's3:GetObject', OBJECT, '--operator-token-file', '/nowhere/operator-token'],
    says: /^rolecall: \/nowhere\/operator-token cannot be read/,
  },
]

for (const { rule, args, says } of UNDECIDED) {
  test(`${rule} cannot be asked about, with status 3`, async () => {
    const { status, stdout, stderr } = await commandLine(['can', ...args])
    assert.match(stderr, says)
    assert.equal(stdout, '')
    assert.equal(status, 3)
  })
}

test('a broker that does not answer has decided nothing, with status 3', async () => {
  using home = temporaryHome()
  const { origin, ...stopped } = await fakeBroker(() => ({}))
  await stopped[Symbol.asyncDispose]()
  const flags = brokerFlags(home.path, origin, TOKEN)
  const { status, stderr } = await commandLine(['can', 'source/alice', 's3:GetObject', OBJECT, ...flags])
  assert.equal(stderr, `rolecall: ${origin} does not answer: is the broker running there? (rolecall serve)\n`)
  assert.equal(status, 3)
})

for (const [rule, args, says] of [
  ['wildcards in an action', ['source/alice', 's3:*', OBJECT], /ValidationError: s3:\* is no action/],
  ['an action without a service', ['source/alice', 'GetObject', OBJECT], /ValidationError: GetObject is no action/],
  ['a resource that is no ARN', ['source/alice', 's3:GetObject', 'b/o'], /ValidationError: b\/o is no ARN/],
] as const) {
  test(`${rule} is wrong usage, with status 2`, async () => {
    const { status, stderr } = await commandLine(['can', ...args, ...FILES])
    assert.match(stderr, says)
    assert.equal(status, 2)
  })
}

for (const [rule, answer, status, says] of [
  [
    'a broker that refuses the token',
    errorAnswer(401, 'Unauthorized', 'Send it'),
    3,
    /^rolecall: Unauthorized: Send it\n$/,
  ],
  [
    'a broker that knows no such operation',
    errorAnswer(404, 'NoSuchEntity', 'none'),
    3,
    /^rolecall: NoSuchEntity: none\n$/,
  ],
  [
    'a broker that cannot read the question',
    errorAnswer(400, 'ValidationError', 'no'),
    2,
    /^rolecall: ValidationError: no\n$/,
  ],
  ['something else than a broker', { body: { hello: 1 } }, 3, /answered 200 and nothing that Rolecall would say/],
  ['nothing but yes', { body: 'true' }, 3, /answered 200 and nothing that Rolecall would say/],
] as const satisfies readonly (readonly [string, FakeAnswer, number, RegExp])[]) {
  test(`${rule} has decided nothing`, async () => {
    const { ended } = await askFake(answer)
    assert.match(ended.stderr, says)
    assert.equal(ended.stdout, '')
    assert.equal(ended.status, status)
  })
}

test('no answer moves the cursor of a terminal', async () => {
  const hostile = '\u001b[2J\u009b31m\r\n'
  const body = {
    allowed: true,
    principal: hostile,
    action: hostile,
    because: hostile,
    notGiven: [hostile],
    tree: [hostile],
  }
  const { ended } = await askFake({ body }, ['--explain'])
  assert.match(ended.stdout, /^allowed[^\p{Cc}]*\nbecause[^\p{Cc}]*\nhint[^\p{Cc}]*\n\n[^\p{Cc}]*\n$/u)
})

test('an explanation may be long, and no answer is read without end', async () => {
  const tree = Array.from({ length: 40 }, () => 'x'.repeat(100_000))
  const { ended } = await askFake({ body: { allowed: true, tree } }, ['--explain'])
  assert.equal(ended.stdout.split('\n').length, tree.length + 4)
  const endless = await askFake({ body: { allowed: true, tree: 'x'.repeat(17_000_000) } })
  assert.match(endless.ended.stderr, /its answer is too long/)
  assert.equal(endless.ended.status, 3)
})

test('a running broker is asked as the operator, with every key that was given', async () => {
  const { asked } = await askFake({ body: { allowed: true } }, withs(['a:B=1', 'a:b=2', 'c:d=x=y', '__proto__=z']))
  assert.equal(`${asked?.method} ${asked?.url}`, 'POST /operations/CheckAccess')
  assert.equal(asked?.headers.authorization, `Bearer ${TOKEN}`)
  assert.equal(
    asked?.body,
    '{"principal":"source/alice","action":"s3:GetObject","resource":"*","context":{"a:B":["1","2"],"c:d":"x=y","__proto__":"z"}}',
  )
})

const TREE = `
role trust policy: nothing allows
\`-- ${DEPLOYER}
    \`-- Allow, statement 1: does not apply
        |-- ok  principal  names the caller
        |-- ok  action     covers sts:AssumeRole
        \`-- no  condition  StringEquals sts:ExternalId "quickstart"; it was not given: a missing key fails StringEquals
identity-based policies: allowed
\`-- ${ALICE}/assume-deployer
    \`-- Allow, statement 1: applies
        |-- ok  action     covers sts:AssumeRole
        \`-- ok  resource   covers ${DEPLOYER}
permissions boundary: none
session policies: none
`

test('a broker and its directory file give the same answers, and --explain shows the tree and what AWS says', async () => {
  await using broker = await startTestBroker({ directory: QUICKSTART })
  using home = temporaryHome()
  const flags = brokerFlags(home.path, broker.addresses.admin, broker.operatorToken)
  for (const options of [[], ['--explain'], ['--json']]) {
    const question = ['can', 'source/alice', 'sts:AssumeRole', DEPLOYER, ...options]
    const ended = await commandLine([...question, ...flags])
    assert.deepEqual(ended, await commandLine([...question, '--directory', QUICKSTART]))
    assert.equal(ended.status, 1)
  }
  const { stdout } = await commandLine(['can', 'source/alice', 'sts:AssumeRole', DEPLOYER, '--explain', ...flags])
  const [, , carried, answer, ...tree] = stdout.split('\n')
  assert.equal(carried, 'carried  sts:ExternalId when AssumeRole passes one')
  assert.equal(answer, `answer   User: ${ALICE} is not authorized to perform: sts:AssumeRole on resource: ${DEPLOYER}`)
  assert.equal(tree.join('\n'), TREE)
})

test('--json holds everything that was considered, for programs', async () => {
  const { stdout } = await commandLine(['can', 'source/alice', 'sts:AssumeRole', DEPLOYER, '--json', ...FILES])
  const { allowed, principal, notGiven, trace } = JSON.parse(stdout)
  assert.deepEqual([allowed, principal, notGiven], [false, ALICE, ['sts:ExternalId']])
  assert.equal(trace.decision.outcome, 'implicitDeny')
  assert.equal(trace.layers[0].policies[0].statements[0].conditions[0].key, 'sts:ExternalId')
})

test('a person at a terminal sees the decision in colour, and nobody else does', async () => {
  for (const [action, word, colour] of [
    ['sts:GetCallerIdentity', 'allowed', '32'],
    ['s3:GetObject', 'denied', '31'],
  ] as const) {
    const question = ['can', 'source/bob', action, '*', ...FILES]
    const { stdout } = await commandLine(question)
    assert.ok(stdout.startsWith(word))
    const terminal = await commandLine(question, { isTTY: true })
    assert.equal(terminal.stdout, stdout.replace(word, `\u001b[${colour}m${word}\u001b[39m`))
  }
})

async function askFake(answer: FakeAnswer, args: readonly string[] = []) {
  await using broker = await fakeBroker(() => answer)
  using home = temporaryHome()
  const flags = brokerFlags(home.path, broker.origin, TOKEN)
  const ended: Ended = await commandLine(['can', 'source/alice', 's3:GetObject', '*', ...flags, ...args])
  return { ended, asked: broker.asked[0] }
}

function brokerFlags(folder: string, admin: string, token: string): readonly string[] {
  const file = join(folder, 'token')
  writeFileSync(file, token)
  return ['--admin', admin, '--operator-token-file', file]
}
