import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { DirectoryInput } from '../../../src/index.ts'
import type { AuditRecord } from '../../../src/testing/index.ts'
import { fc } from '../../fast-check.ts'
import { policy, SOURCE, TARGET } from '../cast.ts'
import { credentialsIn } from '../stage.ts'
import type { Credentials, Params, WireAnswer } from '../wire-client.ts'
import { DIRECTORY, deviceArn, type MfaSetting, mfaSetting } from './setting.ts'

const NOT_RIGHT = 'MultiFactorAuthentication failed with invalid MFA one time pass code. '
const NOT_THEIRS =
  'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.'
const NEEDS_BOTH = 'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.'
const WRONG = '000000'

let on: MfaSetting
let alice: Credentials
before(async () => {
  on = await mfaSetting()
  alice = await on.longTerm('alice')
})
after(() => on[Symbol.asyncDispose]())
// No code of a test before is in time any more, and no device is locked.
beforeEach(() => on.advance(10 * 60_000))

const token = (params: Params, by = alice) => on.sts(by, { Action: 'GetSessionToken', ...params })
const guarded = (params: Params, by = alice) => on.assume(by, 'Guarded', params)

function granted({ status, body }: WireAnswer): void {
  assert.equal(status, 200, body)
}

function refused(answer: WireAnswer, message: string | RegExp, code = 'AccessDenied', status = 403): void {
  assert.deepEqual({ status: answer.status, code: answer.fault?.code }, { status, code }, answer.body)
  if (typeof message === 'string') assert.equal(answer.fault?.message, message)
  else assert.match(answer.fault?.message ?? '', message)
}

/** Both actions that take codes. */
const ACTIONS = { GetSessionToken: token, AssumeRole: guarded } as const

for (const [action, ask] of Object.entries(ACTIONS)) {
  describe(`${action} refuses`, () => {
    test('a wrong code', async () => refused(await ask({ ...on.offer('alice'), TokenCode: WRONG }), NOT_RIGHT))

    test('a code that was used, by whatever action', async () => {
      const offer = on.offer('alice')
      granted(await ask(offer))
      for (const again of Object.values(ACTIONS)) refused(await again(offer), NOT_RIGHT)
    })

    test('a code of an older step than one that was used', async () => {
      const older = on.offer('alice', -1)
      granted(await ask(on.offer('alice')))
      refused(await ask(older), NOT_RIGHT)
    })

    test('a code that is two steps old, and one that is two steps early', async () => {
      for (const later of [-2, 2]) refused(await ask(on.offer('alice', later)), NOT_RIGHT)
      granted(await ask(on.offer('alice', -1)))
      granted(await ask(on.offer('alice', 1)))
    })

    test("a code of somebody else's device, or of another of the caller's, with the number of one that is theirs", async () => {
      for (const other of ['bob', 'phone/alice', 'token']) {
        refused(await ask({ SerialNumber: deviceArn('alice'), TokenCode: on.code(other) }), NOT_RIGHT)
      }
    })

    const strangers = [
      ["somebody else's device", deviceArn('bob'), 'bob'],
      ["root's device", deviceArn('root'), 'root'],
      ['a device of another account', deviceArn('eve', TARGET), 'eve'],
      ['a device that there is not', deviceArn('nobody'), 'alice'],
      ['one of theirs, but for the case of its letters', deviceArn('Alice'), 'alice'],
      ['one of theirs without its path', deviceArn('phone'), 'phone/alice'],
      ['a hardware device that there is not', 'GAHT12345679', 'token'],
      ['a security key, which shows no codes', `arn:aws:iam::${SOURCE}:u2f/user/alice/key-ABCDEFGH`, 'alice'],
      ['the user in the place of the device', `arn:aws:iam::${SOURCE}:user/alice`, 'alice'],
    ] as const
    for (const [what, SerialNumber, seed] of strangers) {
      test(`${what}, whatever the code`, async () => {
        for (const TokenCode of [on.code(seed), WRONG]) refused(await ask({ SerialNumber, TokenCode }), NOT_THEIRS)
      })
    }

    test('a number without a code and a code without a number', async () => {
      const { SerialNumber, TokenCode } = on.offer('alice')
      refused(await ask({ SerialNumber }), NEEDS_BOTH)
      refused(await ask({ TokenCode }), NEEDS_BOTH)
    })

    for (const text of [
      '12345',
      '1234567',
      'abcdef',
      '12345x',
      '١٢٣٤٥٦',
      '１２３４５６',
      ' 12345',
      '12345\n',
      '-12345',
    ]) {
      test(`what is no code: ${JSON.stringify(text)}`, async () => {
        const answer = await ask({ ...on.offer('alice'), TokenCode: text })
        refused(answer, /at 'tokenCode' failed to satisfy constraint/, 'ValidationError', 400)
        granted(await ask(on.offer('alice')))
      })
    }

    test('the right code of a device that five wrong ones have locked, in the same words, for five minutes', async () => {
      for (let n = 0; n < 5; n++) refused(await ask({ ...on.offer('alice'), TokenCode: WRONG }), NOT_RIGHT)
      refused(await ask(on.offer('alice')), NOT_RIGHT)
      on.advance(299_000)
      refused(await ask(on.offer('alice')), NOT_RIGHT)
      on.advance(1000)
      granted(await ask(on.offer('alice')))
    })

    test('all but one of many who offer the same code at once', async () => {
      const offer = on.offer('alice')
      const answers = await Promise.all(Array.from({ length: 5 }, () => ask(offer)))
      assert.equal(answers.filter(({ status }) => status === 200).length, 1)
      for (const answer of answers.filter(({ status }) => status !== 200)) refused(answer, NOT_RIGHT)
    })
  })
}

describe('one-time codes', () => {
  test('of every device that a caller has are taken, and each is locked by itself', async () => {
    for (let n = 0; n < 5; n++) refused(await token({ ...on.offer('alice'), TokenCode: WRONG }), NOT_RIGHT)
    granted(await token(on.offer('phone/alice')))
    granted(await token({ SerialNumber: 'GAHT12345678', TokenCode: on.code('token') }))
    granted(await token(on.offer('bob'), await on.longTerm('bob')))
    granted(await token(on.offer('root'), await on.longTerm('root')))
  })

  test('one code is granted once, also when two actions are asked at once', async () => {
    const offer = on.offer('alice')
    const answers = await Promise.all([token(offer), guarded(offer)])
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 403])
  })

  test('a thousand guesses, fifty at a time, are five that count, and the right code fails with them', async () => {
    const right = on.code('alice')
    const guesses = Array.from({ length: 1000 }, (_, index) => String(index).padStart(6, '0'))
    assert.ok(![-1, 0, 1].some((later) => guesses.includes(on.code('alice', later))))
    for (let from = 0; from < guesses.length; from += 50) {
      const batch = guesses.slice(from, from + 50)
      const answers = await Promise.all(batch.map((TokenCode) => token({ ...on.offer('alice'), TokenCode })))
      for (const answer of answers) refused(answer, NOT_RIGHT)
    }
    refused(await token({ ...on.offer('alice'), TokenCode: right }), NOT_RIGHT)
    const results = (await on.records()).slice(-1001).map(resultOf)
    assert.equal(results.filter((result) => result === 'Invalid').length, 5)
    assert.equal(results.filter((result) => result === 'DeviceLocked').length, 996)
  })

  test('that are any text are refused, and harm nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 12 }), async (TokenCode) => {
        const { status, fault } = await token({ ...on.offer('bob'), TokenCode }, await on.longTerm('bob'))
        assert.ok(status === 400 || status === 403, `${status} ${fault?.code}`)
      }),
      { numRuns: 100 },
    )
    on.advance(10 * 60_000)
    granted(await token(on.offer('bob'), await on.longTerm('bob')))
  })

  test('roles and federated users have no device, not even that of the user behind them, or of root', async () => {
    const session = credentialsIn(await on.assume(alice, 'Open'))
    for (const name of ['alice', 'root']) refused(await guarded(on.offer(name), session), NOT_THEIRS)
    const federated = credentialsIn(
      await on.sts(alice, {
        Action: 'GetFederationToken',
        Name: 'fay',
        Policy: JSON.stringify(policy({ Effect: 'Allow', Action: '*', Resource: '*' })),
      }),
    )
    for (const name of ['alice', 'root']) refused(await guarded(on.offer(name), federated), NOT_THEIRS)
    granted(await guarded(on.offer('alice')))
  })

  test('root assumes no role, with a code neither, and a session makes no session', async () => {
    const root = await on.longTerm('root')
    refused(await guarded(on.offer('root'), root), 'Roles may not be assumed by root accounts.')
    const session = await on.token(alice)
    refused(await token(on.offer('alice'), session), 'Cannot call GetSessionToken with session credentials')
  })
})

describe('a code is not used up by a request that is refused for another reason', () => {
  const reasons: readonly (readonly [what: string, roleName: string, params: Params])[] = [
    ['a role that trusts nobody', 'Closed', {}],
    ['a role that there is not', 'Absent', {}],
    ['a session that is too long for the role', 'Guarded', { DurationSeconds: '7200' }],
    [
      'a session policy that there is not',
      'Guarded',
      { 'PolicyArns.member.1.arn': `arn:aws:iam::${SOURCE}:policy/no` },
    ],
    ['a session name that is none', 'Guarded', { RoleSessionName: '?' }],
    ['a context provider', 'Guarded', { 'ProvidedContexts.member.1.ProviderArn': `arn:aws:iam::${SOURCE}:user/x` }],
  ]
  for (const [what, roleName, params] of reasons) {
    test(what, async () => {
      const offer = on.offer('alice')
      for (let n = 0; n < 6; n++)
        assert.notEqual((await on.assume(alice, roleName, { ...offer, ...params })).status, 200)
      granted(await guarded(offer))
      refused(await guarded(offer), NOT_RIGHT)
    })
  }
})

describe('what MFA is good for', () => {
  test('a role that demands it is denied without a code as it is without trust', async () => {
    const message = (roleName: string) =>
      `User: arn:aws:iam::${SOURCE}:user/alice is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${SOURCE}:role/${roleName}`
    for (const roleName of ['Guarded', 'Closed', 'Absent']) refused(await on.assume(alice, roleName), message(roleName))
  })

  test('whoever may know why is told how to give a code, where one is wanting', async () => {
    const changes = async (roleName: string, params?: Params) => {
      const { headers } = await on.assume(alice, roleName, params)
      const EncodedMessage = String(headers['x-rolecall-explanation'])
      const { body } = await on.sts(alice, { Action: 'DecodeAuthorizationMessage', EncodedMessage })
      return body
    }
    assert.match(await changes('Guarded'), /Give a one-time code: SerialNumber and TokenCode of an MFA device/)
    assert.match(await changes('Unless'), /Give a one-time code/)
    for (const body of [await changes('Closed'), await changes('Closed', on.offer('alice'))]) {
      assert.doesNotMatch(body, /one-time code/)
    }
  })

  test("the caller's own policies see the code too", async () => {
    const dora = await on.longTerm('dora')
    refused(await on.assume(dora, 'Delegating'), /^User: .* is not authorized to perform: sts:AssumeRole/)
    granted(await on.assume(dora, 'Delegating', on.offer('dora')))
  })

  test('IAM takes a session of GetSessionToken with MFA, and none without', async () => {
    const params = { Action: 'GetUser' }
    refused(
      await on.iam(await on.token(alice), params),
      'The security token included in the request is invalid.',
      'InvalidClientTokenId',
    )
    granted(await on.iam(await on.token(alice, on.offer('alice')), params))
    refused(
      await on.iam(await on.token(await on.longTerm('root')), params),
      'The security token included in the request is invalid.',
      'InvalidClientTokenId',
    )
    granted(await on.iam(await on.token(await on.longTerm('root'), on.offer('root')), params))
  })

  test('a session keeps it, and the role sessions that it asks for do not', async () => {
    const session = await on.token(alice, on.offer('alice'))
    const first = await guarded({}, session)
    granted(first)
    granted(await on.assume(credentialsIn(first), 'Open'))
    refused(await on.assume(credentialsIn(first), 'Guarded'), /is not authorized to perform: sts:AssumeRole/)
  })
})

describe('what becomes of devices', () => {
  test('one that is gone proves nothing; made anew, with the same seed, it begins anew', async () => {
    await using own = await mfaSetting()
    const by = await own.longTerm('alice')
    const offer = own.offer('phone/alice')
    const take = () => own.sts(by, { Action: 'GetSessionToken', ...offer })
    granted(await take())
    refused(await take(), NOT_RIGHT)
    for (let n = 0; n < 5; n++) refused(await take(), NOT_RIGHT)
    await own.apply(withoutDevice(DIRECTORY, offer.SerialNumber))
    refused(await take(), NOT_THEIRS)
    await own.apply(DIRECTORY)
    granted(await take())
    refused(await take(), NOT_RIGHT)
  })

  test('a reset makes them anew', async () => {
    await using own = await mfaSetting()
    const take = async () =>
      await own.sts(await own.longTerm('alice'), { Action: 'GetSessionToken', ...own.offer('alice') })
    granted(await take())
    refused(await take(), NOT_RIGHT)
    await own.node.dev?.reset()
    granted(await take())
  })

  test('one that is listed as it was keeps what it has behind it', async () => {
    await using own = await mfaSetting()
    const by = await own.longTerm('alice')
    const take = () => own.sts(by, { Action: 'GetSessionToken', ...own.offer('alice') })
    granted(await take())
    await own.apply(DIRECTORY)
    refused(await take(), NOT_RIGHT)
  })
})

describe('the log', () => {
  test('warns of a device that is locked, without any code', async (t) => {
    await using own = await mfaSetting()
    const by = await own.longTerm('alice')
    const warn = t.mock.method(own.node.broker.logger, 'warn')
    const wrong = { ...own.offer('alice'), TokenCode: WRONG }
    for (let n = 0; n < 5; n++) await own.sts(by, { Action: 'GetSessionToken', ...wrong })
    assert.equal(warn.mock.callCount(), 0)
    const right = own.offer('alice')
    await own.sts(by, { Action: 'GetSessionToken', ...right })
    assert.deepEqual(
      warn.mock.calls.map(({ arguments: [what, about] }) => [what, Object.keys(about ?? {}), about?.['serialNumber']]),
      [['mfa.locked', ['requestId', 'account', 'serialNumber'], right.SerialNumber]],
    )
  })
})

describe('the audit trail', () => {
  test('tells who used which device, and what became of the code, but never the code', async () => {
    await using own = await mfaSetting()
    const by = await own.longTerm('alice')
    const good = own.offer('alice')
    const session = credentialsIn(await own.sts(by, { Action: 'GetSessionToken', ...good }))
    await own.assume(by, 'Guarded', good)
    await own.assume(by, 'Guarded', { ...good, SerialNumber: deviceArn('bob') })
    await own.assume(by, 'Guarded', { SerialNumber: good.SerialNumber })
    await own.assume(by, 'Guarded')
    await own.sts(session, { Action: 'GetCallerIdentity' })
    const records = (await own.records()).filter(({ eventSource }) => eventSource === 'sts.amazonaws.com')
    assert.deepEqual(records.map(resultOf), ['Valid', 'Invalid', 'UnknownDevice', 'Incomplete', undefined, undefined])
    assert.deepEqual(
      records.map(({ requestParameters }) => (requestParameters ? Object(requestParameters).serialNumber : undefined)),
      [good.SerialNumber, good.SerialNumber, deviceArn('bob'), good.SerialNumber, undefined, undefined],
    )
    const text = JSON.stringify(
      records.map(({ requestParameters, additionalEventData, errorMessage }) => [
        requestParameters,
        additionalEventData,
        errorMessage,
      ]),
    )
    assert.ok(!text.includes(good.TokenCode) && !text.includes('tokenCode'), text)
    const identities = records.map(({ userIdentity }) => Object(userIdentity).sessionContext?.attributes)
    assert.deepEqual(
      identities.map((attributes) => attributes?.mfaAuthenticated),
      [...Array<undefined>(5).fill(undefined), 'true'],
    )
  })
})

function resultOf(record: AuditRecord): unknown {
  return Object(record['additionalEventData']).MFAResult
}

function withoutDevice(directory: DirectoryInput, serialNumber: string): DirectoryInput {
  return {
    ...directory,
    Accounts: directory.Accounts.map((account) => ({
      ...account,
      Users: (account.Users ?? []).map(({ VirtualMFADevices = [], ...user }) => ({
        ...user,
        VirtualMFADevices: VirtualMFADevices.filter(({ SerialNumber }) => SerialNumber !== serialNumber),
      })),
    })),
  }
}
