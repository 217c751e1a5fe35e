import { type Asked, describeTrace, summarizeTrace } from '../../domain/explanation/index.ts'
import type { Trace } from '../../engines/policy/index.ts'
import { foldCase, NoSuchEntity, parseArn, ValidationError } from '../../model/index.ts'
import { type AccessExplanation, type ContextValue, explainAccess } from '../../pipeline/authorization/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'
import { supposedCaller } from './supposed-caller.ts'

/** May this principal do that to this? */
interface CheckAccessInput {
  /** The ARN of a user, a role, a role session or an account's root, or `ALIAS/NAME` or `ACCOUNT/NAME`. */
  readonly principal: string
  /** `service:Name`, in any case. */
  readonly action: string
  /** An ARN, or `*` for an action without resource types. */
  readonly resource: string
  /** Condition keys that the request would carry, by their names in lower case; they win over what is known. */
  readonly context: ReadonlyMap<string, ContextValue>
}

/** The answer, ready for people and for programs. */
interface AccessCheck {
  readonly allowed: boolean
  /** The caller's ARN: a session's, for a role. */
  readonly principal: string
  readonly action: string
  readonly resource: string
  /** Why, in one line. */
  readonly because: string
  /** What the caller would be told, in AWS's words; absent when it is allowed. */
  readonly refusal?: string
  /** Condition keys that policies asked for and that were not given, as policies spell them. */
  readonly notGiven: readonly string[]
  /** Everything that was considered, in words. */
  readonly tree: readonly string[]
  /** The same for programs; absent where no policy was asked. */
  readonly trace?: Trace
}

const SHAPE =
  'Send {"principal": "ALIAS/NAME", "action": "sts:AssumeRole", "resource": "ARN", "context": {"KEY": "VALUE"}}.'

/**
 * Tells whether a principal may do something, and why or why not: from the same policies, keys and words as a real
 * request, which nobody makes. Grants nothing, and tells the operator what a caller is never told.
 */
export const checkAccess = defineOperatorOperation<CheckAccessInput, AccessCheck>({
  action: 'rolecall:CheckAccess',
  grants: false,
  requires: () => [{ action: 'rolecall:CheckAccess', resource: '*' }],

  async perform({ input, facts }, { directory }) {
    const { principal, resource } = input
    const caller = await supposedCaller(principal, facts.now, directory)
    if (caller === undefined) {
      throw new NoSuchEntity(
        `There is no user, role or root called ${principal}. Say an ARN, a role session's included, or ALIAS/NAME or ACCOUNT/NAME.`,
      )
    }
    const explained = await explainAccess({ ...input, caller, now: facts.now }, directory)
    const { action, refusal, trace, notGiven } = explained
    const asked = { ...explained, caller: caller.arn, resource }
    return {
      allowed: refusal === undefined,
      principal: caller.arn,
      action,
      resource,
      because: reasonOf(explained, asked),
      ...(refusal && { refusal: refusal.message }),
      notGiven,
      tree: trace === undefined ? [] : describeTrace(trace, asked),
      ...(trace && { trace }),
    }
  },

  details: ({ principal, action, resource }, output) => ({
    requestParameters: { principal, action, resource },
    responseElements: output && { allowed: output.allowed },
  }),
})

/** Reads the input as it comes through the operator's door. @throws ValidationError */
export function readCheckAccess(value: unknown): CheckAccessInput {
  const { principal, action, resource, context = {} } = membersOf(value)
  if (typeof principal !== 'string' || typeof action !== 'string' || typeof resource !== 'string') {
    throw new ValidationError(SHAPE)
  }
  if (!/^[A-Za-z0-9-]+:[A-Za-z0-9]+$/.test(action)) {
    throw new ValidationError(`${action} is no action: say service:Name, without wildcards.`)
  }
  if (resource !== '*' && parseArn(resource) === undefined) {
    throw new ValidationError(`${resource} is no ARN; say * for an action without a resource.`)
  }
  const keys = new Map(
    Object.entries(membersOf(context)).map(([key, each]) => [foldCase(key), contextValue(key, each)]),
  )
  return { principal, action, resource, context: keys }
}

function reasonOf({ trace, refusal }: AccessExplanation, asked: Asked): string {
  if (trace !== undefined) return summarizeTrace(trace, asked)
  return `whatever policies say: ${refusal?.message ?? 'this needs no permission'}`
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new ValidationError(SHAPE)
}

function contextValue(key: string, value: unknown): ContextValue {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw new ValidationError(`The value of ${key} has to be a text or a list of texts.`)
}
