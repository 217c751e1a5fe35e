import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  ChangePasswordCommand,
  CreateLoginProfileCommand,
  DeleteAccountPasswordPolicyCommand,
  DeleteLoginProfileCommand,
  DeleteUserCommand,
  GetAccountPasswordPolicyCommand,
  GetLoginProfileCommand,
  UpdateAccountPasswordPolicyCommand,
  UpdateLoginProfileCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam'
import { cheapPasswords } from '../../cheap-passwords.ts'
import { ACCOUNT, type IamStage, refused, setIamStage } from './iam-stage.ts'

cheapPasswords()

const FIRST = 'Correct horse 7'
const SECOND = 'Battery staple 8'
const THIRD = 'Paper clip 9'
const OWN_PASSWORD = {
  PolicyName: 'own',
  PolicyDocument: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'iam:ChangePassword', Resource: `arn:aws:iam::${ACCOUNT}:user/\${aws:username}` },
    ],
  },
}
const NO_CHANGE = {
  PolicyName: 'never',
  PolicyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Action: 'iam:ChangePassword', Resource: '*' }],
  },
}

describe('passwords', () => {
  let stage: IamStage
  before(async () => {
    const LoginProfile = { Password: FIRST }
    stage = await setIamStage([
      { UserName: 'bare' },
      { UserName: 'idle', LoginProfile },
      { UserName: 'denied', LoginProfile, Policies: [NO_CHANGE] },
      { UserName: 'self', LoginProfile, Policies: [OWN_PASSWORD] },
      { UserName: 'guessed', LoginProfile, Policies: [OWN_PASSWORD] },
      { UserName: 'racing', LoginProfile, Policies: [OWN_PASSWORD] },
      { UserName: 'without', Policies: [OWN_PASSWORD] },
      { UserName: 'kept', LoginProfile },
      { UserName: 'old-name', LoginProfile },
    ])
  })
  after(() => stage[Symbol.asyncDispose]())
  const admin = () => stage.as('admin')
  beforeEach(async () => {
    await admin()
      .send(new DeleteAccountPasswordPolicyCommand({}))
      .catch(() => undefined)
  })
  const noProfile = (name: string) => `Login Profile for User ${name} cannot be found.`

  test('a user who is not there, or has no password, has none to tell of, change or delete', async () => {
    for (const [UserName, says] of [
      ['absent', 'The user with name absent cannot be found.'],
      ['bare', noProfile('bare')],
    ] as const) {
      await refused(admin().send(new GetLoginProfileCommand({ UserName })), 404, 'NoSuchEntity', says)
      await refused(admin().send(new DeleteLoginProfileCommand({ UserName })), 404, 'NoSuchEntity', says)
      const update = new UpdateLoginProfileCommand({ UserName, Password: SECOND })
      await refused(admin().send(update), 404, 'NoSuchEntity', says)
    }
    const create = new CreateLoginProfileCommand({ UserName: 'absent', Password: FIRST })
    await refused(admin().send(create), 404, 'NoSuchEntity', 'The user with name absent cannot be found.')
  })

  test('a second password is refused, whether or not it is good', async () => {
    for (const Password of [FIRST, 'x']) {
      await refused(
        admin().send(new CreateLoginProfileCommand({ UserName: 'kept', Password })),
        409,
        'EntityAlreadyExists',
        'Login Profile for user kept already exists.',
      )
    }
  })

  test('a password has to be there, and is never repeated', async () => {
    const at = "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must"
    await refused(
      admin().send(new CreateLoginProfileCommand({ UserName: 'bare' })),
      400,
      'ValidationError',
      `${at} not be null`,
    )
    await refused(
      admin().send(new CreateLoginProfileCommand({ UserName: 'bare', Password: 'y'.repeat(129) })),
      400,
      'ValidationError',
      `${at} have length less than or equal to 128`,
    )
  })

  test("AWS's own policy holds where none is set", async () => {
    await refused(
      admin().send(new CreateLoginProfileCommand({ UserName: 'bare', Password: 'short' })),
      400,
      'PasswordPolicyViolation',
      /^Password should have a minimum length of 8, Password should meet 2 more of the following requirements: /,
    )
  })

  test('what is asked for is required, by every action that sets a password', async () => {
    await admin().send(new UpdateAccountPasswordPolicyCommand({ MinimumPasswordLength: 20, RequireSymbols: true }))
    const says = 'Password should have a minimum length of 20, Password should have at least one symbol'
    for (const call of [
      admin().send(new CreateLoginProfileCommand({ UserName: 'bare', Password: FIRST })),
      admin().send(new UpdateLoginProfileCommand({ UserName: 'kept', Password: SECOND })),
      stage.as('self').send(new ChangePasswordCommand({ OldPassword: FIRST, NewPassword: SECOND })),
    ]) {
      await refused(call, 400, 'PasswordPolicyViolation', says)
    }
  })

  test('a wrong old password is refused before anything is said of the new one', async () => {
    for (const NewPassword of [SECOND, 'x']) {
      const change = new ChangePasswordCommand({ OldPassword: 'Wrong horse 7', NewPassword })
      await refused(stage.as('self').send(change), 403, 'AccessDenied', 'The old password was incorrect.')
    }
  })

  test('after five wrong old passwords not even the right one is taken for five minutes', async () => {
    const change = (OldPassword: string) =>
      stage.as('guessed').send(new ChangePasswordCommand({ OldPassword, NewPassword: SECOND }))
    for (let time = 0; time < 5; time++) {
      await refused(change('Wrong horse 7'), 403, 'AccessDenied', 'The old password was incorrect.')
    }
    for (const old of [FIRST, 'Wrong horse 7']) {
      await refused(change(old), 409, 'EntityTemporarilyUnmodifiable', /^The old password was incorrect too often/)
    }
    stage.broker.clock.advance(5 * 60_000)
    await change(FIRST)
  })

  test('only users have passwords to change, and only those who have one', async () => {
    const change = new ChangePasswordCommand({ OldPassword: FIRST, NewPassword: SECOND })
    await refused(stage.as('root').send(change), 400, 'InvalidUserType', 'Only IAM Users can change their own password')
    await refused(stage.as('without').send(change), 404, 'NoSuchEntity', noProfile('without'))
  })

  test('whoever may not is refused; a policy can allow all users, but for whom it is denied', async () => {
    const change = new ChangePasswordCommand({ OldPassword: FIRST, NewPassword: FIRST })
    await refused(stage.as('idle').send(change), 403, 'AccessDenied', /iam:ChangePassword on resource: user idle /)
    await refused(
      stage.as('idle').send(new GetAccountPasswordPolicyCommand({})),
      403,
      'AccessDenied',
      /iam:GetAccountPasswordPolicy/,
    )
    await admin().send(new UpdateAccountPasswordPolicyCommand({ AllowUsersToChangePassword: true }))
    await stage.as('idle').send(change)
    await stage.as('idle').send(new GetAccountPasswordPolicyCommand({}))
    await refused(stage.as('denied').send(change), 403, 'AccessDenied', /with an explicit deny/)
    await refused(
      stage.as('idle').send(new GetLoginProfileCommand({ UserName: 'idle' })),
      403,
      'AccessDenied',
      /iam:GetLoginProfile/,
    )
    await admin().send(new UpdateAccountPasswordPolicyCommand({}))
    await refused(stage.as('idle').send(change), 403, 'AccessDenied', /iam:ChangePassword/)
  })

  test('previous passwords cannot be taken again, as many as the policy says', async () => {
    await admin().send(new CreateLoginProfileCommand({ UserName: 'bare', Password: FIRST }))
    await admin().send(new UpdateAccountPasswordPolicyCommand({ PasswordReusePrevention: 2 }))
    const update = (Password: string) => admin().send(new UpdateLoginProfileCommand({ UserName: 'bare', Password }))
    const reused = /^Password was used before/
    await refused(update(FIRST), 400, 'PasswordPolicyViolation', reused)
    await update(SECOND)
    await refused(update(FIRST), 400, 'PasswordPolicyViolation', reused)
    await refused(update(SECOND), 400, 'PasswordPolicyViolation', reused)
    await update(THIRD)
    await update(FIRST)
    await admin().send(new DeleteLoginProfileCommand({ UserName: 'bare' }))
    await admin().send(new CreateLoginProfileCommand({ UserName: 'bare', Password: FIRST }))
    await admin().send(new DeleteLoginProfileCommand({ UserName: 'bare' }))
  })

  test('of two changes from the same old password one succeeds', async () => {
    const racing = stage.as('racing')
    const outcomes = await Promise.allSettled(
      [SECOND, THIRD].map((NewPassword) => racing.send(new ChangePasswordCommand({ OldPassword: FIRST, NewPassword }))),
    )
    const codes = outcomes.map((each) => (each.status === 'fulfilled' ? '' : each.reason.name)).sort()
    assert.equal(codes[0], '')
    assert.match(codes[1] ?? '', /^(EntityTemporarilyUnmodifiable(Exception)?|AccessDenied(Exception)?)$/)
  })

  test('a user with a password is not deleted, and keeps it under another name', async () => {
    await refused(
      admin().send(new DeleteUserCommand({ UserName: 'kept' })),
      409,
      'DeleteConflict',
      'Cannot delete entity, must delete login profile first.',
    )
    await admin().send(new UpdateUserCommand({ UserName: 'old-name', NewUserName: 'new-name' }))
    const { LoginProfile } = await admin().send(new GetLoginProfileCommand({ UserName: 'new-name' }))
    assert.equal(LoginProfile?.UserName, 'new-name')
    const again = new CreateLoginProfileCommand({ UserName: 'new-name', Password: FIRST })
    await refused(admin().send(again), 409, 'EntityAlreadyExists', /new-name/)
  })

  test('a password is made, told of, changed by its user, replaced and deleted', async () => {
    const { LoginProfile: made } = await admin().send(
      new CreateLoginProfileCommand({ UserName: 'without', Password: FIRST, PasswordResetRequired: true }),
    )
    assert.deepEqual([made?.UserName, made?.PasswordResetRequired], ['without', true])
    await stage.as('without').send(new ChangePasswordCommand({ OldPassword: FIRST, NewPassword: SECOND }))
    const { LoginProfile: changed } = await admin().send(new GetLoginProfileCommand({ UserName: 'without' }))
    assert.deepEqual(changed, { ...made, PasswordResetRequired: false })
    await refused(
      stage.as('without').send(new ChangePasswordCommand({ OldPassword: FIRST, NewPassword: THIRD })),
      403,
      'AccessDenied',
      'The old password was incorrect.',
    )
    await admin().send(new UpdateLoginProfileCommand({ UserName: 'without', PasswordResetRequired: true }))
    const { LoginProfile: reset } = await admin().send(new GetLoginProfileCommand({ UserName: 'without' }))
    assert.deepEqual(reset, made)
    await admin().send(new DeleteLoginProfileCommand({ UserName: 'without' }))
    const gone = admin().send(new GetLoginProfileCommand({ UserName: 'without' }))
    await refused(gone, 404, 'NoSuchEntity', noProfile('without'))
  })

  test('no password stands in the audit trail', async () => {
    const answer = await fetch(`${stage.broker.addresses.admin}/operations/ListEvents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stage.broker.operatorToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ limit: 100 }),
    })
    const trail = await answer.text()
    assert.ok(trail.includes('LoginProfile'))
    for (const password of [FIRST, SECOND, THIRD, 'Wrong horse']) assert.ok(!trail.includes(password))
  })
})

describe('the password policy of an account', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage()
  })
  after(() => stage[Symbol.asyncDispose]())
  const admin = () => stage.as('admin')

  test('where none is set there is none to tell of or delete', async () => {
    const says = `The Password Policy with domain name ${ACCOUNT} cannot be found.`
    await refused(admin().send(new GetAccountPasswordPolicyCommand({})), 404, 'NoSuchEntity', says)
    await refused(admin().send(new DeleteAccountPasswordPolicyCommand({})), 404, 'NoSuchEntity', says)
  })

  test('numbers out of range are refused together', async () => {
    const update = new UpdateAccountPasswordPolicyCommand({
      MinimumPasswordLength: 5,
      MaxPasswordAge: 1096,
      PasswordReusePrevention: 25,
    })
    await refused(
      admin().send(update),
      400,
      'ValidationError',
      "3 validation errors detected: Value at 'minimumPasswordLength' failed to satisfy constraint: Member must have value greater than or equal to 6; Value at 'maxPasswordAge' failed to satisfy constraint: Member must have value less than or equal to 1095; Value at 'passwordReusePrevention' failed to satisfy constraint: Member must have value less than or equal to 24",
    )
  })

  test('it is set as a whole: what is left out goes back to what it was', async () => {
    const set = {
      MinimumPasswordLength: 14,
      RequireSymbols: true,
      RequireNumbers: true,
      RequireUppercaseCharacters: true,
      RequireLowercaseCharacters: true,
      AllowUsersToChangePassword: true,
      MaxPasswordAge: 90,
      PasswordReusePrevention: 24,
      HardExpiry: false,
    }
    await admin().send(new UpdateAccountPasswordPolicyCommand(set))
    const { PasswordPolicy } = await admin().send(new GetAccountPasswordPolicyCommand({}))
    assert.deepEqual(PasswordPolicy, { ...set, ExpirePasswords: true })
    await admin().send(new UpdateAccountPasswordPolicyCommand({ RequireNumbers: true }))
    const { PasswordPolicy: bare } = await admin().send(new GetAccountPasswordPolicyCommand({}))
    assert.deepEqual(bare, {
      MinimumPasswordLength: 6,
      RequireSymbols: false,
      RequireNumbers: true,
      RequireUppercaseCharacters: false,
      RequireLowercaseCharacters: false,
      AllowUsersToChangePassword: false,
      ExpirePasswords: false,
    })
    await admin().send(new DeleteAccountPasswordPolicyCommand({}))
    await refused(admin().send(new GetAccountPasswordPolicyCommand({})), 404, 'NoSuchEntity', /Password Policy/)
  })
})
