import { Fault } from '../../model/index.ts'

/** A quota of the account, or of one thing in it, is reached. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export class LimitExceeded extends Fault {
  override readonly code = 'LimitExceeded'
  override readonly httpStatus = 409
}

/** A policy that AWS made for its own roles cannot be attached to any other. */
export class PolicyNotAttachable extends Fault {
  override readonly code = 'PolicyNotAttachable'
  override readonly httpStatus = 400
}

/** A parameter is well-formed and no such value can be taken. */
export class InvalidInput extends Fault {
  override readonly code = 'InvalidInput'
  override readonly httpStatus = 400
}

/** Only AWS changes it: a service-linked role. */
export class UnmodifiableEntity extends Fault {
  override readonly code = 'UnmodifiableEntity'
  override readonly httpStatus = 400
}

/** A password is not what the account's password policy asks for. */
export class PasswordPolicyViolation extends Fault {
  override readonly code = 'PasswordPolicyViolation'
  override readonly httpStatus = 400
}

/** What was to be changed is being changed by somebody else: the same request may succeed later. */
export class EntityTemporarilyUnmodifiable extends Fault {
  override readonly code = 'EntityTemporarilyUnmodifiable'
  override readonly httpStatus = 409
}

/** The action is for another kind of user. */
export class InvalidUserType extends Fault {
  override readonly code = 'InvalidUserType'
  override readonly httpStatus = 400
}

/** The codes of an MFA device are not those that it showed one after the other just now. */
export class InvalidAuthenticationCode extends Fault {
  override readonly code = 'InvalidAuthenticationCode'
  override readonly httpStatus = 403
}

/** What is to be switched on is on. */
export class FeatureEnabled extends Fault {
  override readonly code = 'FeatureEnabled'
  override readonly httpStatus = 409
}

/** What is to be switched off, or told of, is off. */
export class FeatureDisabled extends Fault {
  override readonly code = 'FeatureDisabled'
  override readonly httpStatus = 404
}

/** A policy that is saved cannot be evaluated in a simulation. */
export class PolicyEvaluation extends Fault {
  override readonly code = 'PolicyEvaluation'
  override readonly httpStatus = 500
}
