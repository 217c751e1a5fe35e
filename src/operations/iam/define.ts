import type { Directory, Edit } from '../../domain/directory/index.ts'
import type { Params } from '../../engines/wire/index.ts'
import type { AccountCaller, AccountId, EpochMillis } from '../../model/index.ts'
import type { Access } from '../../pipeline/authorization/index.ts'
import { type Answered, type BrokerParts, defineOperation, type WireOperation } from '../../pipeline/index.ts'
import { recorded } from './recorded.ts'

/** A permitted call as actions of IAM see it. */
export interface IamCall<Input> {
  readonly input: Input
  readonly caller: AccountCaller
  /** The caller's: IAM acts on no other. */
  readonly account: AccountId
  readonly partition: string
  readonly now: EpochMillis
}

/** Actions by the name after the colon. */
export type IamOperations = readonly (readonly [name: string, operation: WireOperation<unknown, Answered>])[]

interface IamAction<Input> {
  readonly action: `iam:${string}`
  /** Reads the parameters; every violation is collected. @throws Fault */
  parse(params: Params): Input
  /** As an operation has it. */
  requires(input: Input, caller: AccountCaller, directory: Directory): Promise<readonly Access[]> | readonly Access[]
}

interface ReadingAction<Input, Output extends Answered> extends IamAction<Input> {
  read(call: IamCall<Input>, directory: Directory, broker: BrokerParts): Promise<Output> | Output
}

interface ChangingAction<Input, Output extends Answered> extends IamAction<Input> {
  /** True when it gives out a secret: then no presigned URL may ask for it. */
  readonly issues?: boolean
  /**
   * Collects what is to become of records, and gives the answer. Called again when somebody else was faster.
   * @throws Fault and then nothing is changed
   */
  change(call: IamCall<Input>, edit: Edit, broker: BrokerParts): Promise<Output>
  /** Begins what follows once the change is made. */
  afterwards?(output: Output, call: IamCall<Input>, broker: BrokerParts): void
}

interface PreparedAction<Input, Output extends Answered, Prepared> extends IamAction<Input> {
  readonly issues?: boolean
  /** What takes long and changes nothing, done once and while others change the directory. @throws Fault */
  prepare(call: IamCall<Input>, broker: BrokerParts): Promise<Prepared>
  /** As {@link ChangingAction} has it: what was prepared may be overtaken. @throws Fault */
  change(call: IamCall<Input>, edit: Edit, broker: BrokerParts, prepared: Prepared): Promise<Output>
  afterwards?(output: Output, call: IamCall<Input>, broker: BrokerParts): void
}

/** Declares an action of IAM that changes nothing. */
export function defineRead<Input extends object, Output extends Answered>(
  reading: ReadingAction<Input, Output>,
): WireOperation<Input, Output> {
  const { action, parse, requires } = reading
  return defineOperation({
    action,
    proof: 'signature',
    grants: false,
    parse,
    requires,
    perform: async ({ caller, input, facts }, broker) =>
      await reading.read(callOf(caller, input, facts.now, broker), broker.directory, broker),
    details: (input) => ({ requestParameters: recorded(input) }),
  })
}

/** Declares an action of IAM that changes the directory: all of what it collects, or nothing. */
export function defineChange<Input extends object, Output extends Answered>(
  changing: ChangingAction<Input, Output>,
): WireOperation<Input, Output> {
  const { action, parse, requires, issues } = changing
  return definePreparedChange({
    action,
    parse,
    requires,
    ...(issues !== undefined && { issues }),
    prepare: async () => undefined,
    change: (call, edit, broker) => changing.change(call, edit, broker),
    afterwards: (output, call, broker) => changing.afterwards?.(output, call, broker),
  })
}

/** Declares one that does something before, for which nobody who changes the directory has to wait. */
export function definePreparedChange<Input extends object, Output extends Answered, Prepared>(
  changing: PreparedAction<Input, Output, Prepared>,
): WireOperation<Input, Output> {
  const { action, parse, requires, issues = false } = changing
  return defineOperation({
    action,
    proof: issues ? 'signed-headers' : 'signature',
    grants: true,
    parse,
    requires,
    perform: async ({ caller, input, facts }, broker, recordFirst) => {
      const call = callOf(caller, input, facts.now, broker)
      const prepared = await changing.prepare(call, broker)
      const output = await broker.directory.edit((edit) => changing.change(call, edit, broker, prepared), recordFirst)
      changing.afterwards?.(output, call, broker)
      return output
    },
    details: (input, output) => ({ requestParameters: recorded(input), responseElements: output && recorded(output) }),
  })
}

function callOf<Input>(caller: AccountCaller, input: Input, now: EpochMillis, broker: BrokerParts): IamCall<Input> {
  return { input, caller, account: caller.account, partition: broker.directory.partition, now }
}
