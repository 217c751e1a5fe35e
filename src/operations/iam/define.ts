import type { Directory, Edit, Records } from '../../domain/directory/index.ts'
import type { Params } from '../../engines/wire/index.ts'
import { type AccountCaller, type AccountId, ConcurrentModification, type EpochMillis } from '../../model/index.ts'
import type { Access, PermittedCall } from '../../pipeline/authorization/index.ts'
import {
  type Answered,
  type BrokerParts,
  defineOperation,
  stillPermitted,
  type WireOperation,
} from '../../pipeline/index.ts'
import { recorded } from './recorded.ts'

/** A permitted call as actions of IAM see it. */
interface IamCall<Input> {
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
  /** The parameter that the input has as `name`: in families that are alike. */
  readonly named?: string
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
   * Collects what is to become of records, and gives the answer. Called again when somebody else was faster, with the
   * caller as they are by then.
   * @throws Fault and then nothing is changed
   */
  change(call: IamCall<Input>, edit: Edit, broker: BrokerParts): Promise<Output>
  /** Begins what follows once the change is made. */
  afterwards?(output: Output, call: IamCall<Input>, broker: BrokerParts): void
}

interface InventingAction<Input, Output extends Answered, Invented>
  extends Omit<ChangingAction<Input, Output>, 'change'> {
  /** What is left to chance, decided once: each attempt has a record, and all of them tell of the same. @throws Fault */
  invent(call: IamCall<Input>, broker: BrokerParts): Promise<Invented> | Invented
  /** As {@link ChangingAction} has it. @throws Fault and then nothing is changed */
  change(call: IamCall<Input>, edit: Edit, broker: BrokerParts, invented: Invented): Promise<Output>
}

interface PreparedAction<Input, Output extends Answered, Prepared, Subject extends { readonly uniqueId: string }>
  extends IamAction<Input> {
  /** Whom it is about: what was prepared for one user is never done to another of the same name. @throws Fault */
  user(call: IamCall<Input>, records: Records): Promise<Subject>
  /** What takes long, or can be done once only, while others change the directory; changes nothing in it. @throws Fault */
  prepare(call: IamCall<Input>, user: Subject, broker: BrokerParts): Promise<Prepared>
  /** As {@link ChangingAction} has it: what was prepared may be overtaken. @throws Fault */
  change(call: IamCall<Input>, edit: Edit, user: Subject, prepared: Prepared): Promise<Output>
}

/** Declares an action of IAM that changes nothing. */
export function defineRead<Input extends object, Output extends Answered>(
  reading: ReadingAction<Input, Output>,
): WireOperation<Input, Output> {
  const { action, named, parse, requires } = reading
  return defineOperation({
    action,
    proof: 'signature',
    grants: false,
    parse,
    requires,
    perform: async (permitted, broker) => await reading.read(callOf(permitted, broker), broker.directory, broker),
    details: (input) => ({ requestParameters: recorded(input, named) }),
  })
}

/** Declares an action of IAM that changes the directory: all of what it collects, or nothing. */
export function defineChange<Input extends object, Output extends Answered>(
  changing: ChangingAction<Input, Output>,
): WireOperation<Input, Output> {
  return defineWrite(changing, async (_call, broker) => (call, edit) => changing.change(call, edit, broker))
}

/** Declares one that gives out ids, or other things that nobody can guess. */
export function defineInventingChange<Input extends object, Output extends Answered, Invented>(
  changing: InventingAction<Input, Output, Invented>,
): WireOperation<Input, Output> {
  return defineWrite(changing, async (begun, broker) => {
    const invented = await changing.invent(begun, broker)
    return (call, edit) => changing.change(call, edit, broker, invented)
  })
}

/** Declares one that does something before, for which nobody who changes the directory has to wait. */
export function definePreparedChange<
  Input extends object,
  Output extends Answered,
  Prepared,
  Subject extends { readonly uniqueId: string },
>(changing: PreparedAction<Input, Output, Prepared, Subject>): WireOperation<Input, Output> {
  return defineWrite(changing, async (begun, broker) => {
    const seen = await changing.user(begun, broker.directory.records)
    const prepared = await changing.prepare(begun, seen, broker)
    return async (call, edit) => {
      const user = await changing.user(call, edit)
      if (user.uniqueId !== seen.uniqueId) throw new ConcurrentModification()
      return await changing.change(call, edit, user, prepared)
    }
  })
}

type Write<Input, Output> = (call: IamCall<Input>, edit: Edit) => Promise<Output>

/**
 * What all that change something share. The change is made only while the call is permitted: that is decided anew for
 * each state that it is planned from.
 * @param begin - what comes before the change has its turn
 */
function defineWrite<Input extends object, Output extends Answered>(
  { action, named, parse, requires, issues = false, afterwards }: Omit<ChangingAction<Input, Output>, 'change'>,
  begin: (call: IamCall<Input>, broker: BrokerParts) => Promise<Write<Input, Output>>,
): WireOperation<Input, Output> {
  return defineOperation({
    action,
    proof: issues ? 'signed-headers' : 'signature',
    grants: true,
    parse,
    requires,
    perform: async (asked, broker, recordFirst) => {
      const write = await begin(callOf(asked, broker), broker)
      let permitted = asked
      const make = async (edit: Edit): Promise<Output> => {
        permitted = await stillPermitted(permitted, { requires }, broker)
        return await write(callOf(permitted, broker), edit)
      }
      const output = await broker.directory.edit(make, recordFirst)
      afterwards?.(output, callOf(permitted, broker), broker)
      return output
    },
    details: (input, output) => ({
      requestParameters: recorded(input, named),
      responseElements: output && recorded(output),
    }),
  })
}

function callOf<Input>(
  { caller, input, facts }: PermittedCall<AccountCaller, Input>,
  { directory }: BrokerParts,
): IamCall<Input> {
  return { input, caller, account: caller.account, partition: directory.partition, now: facts.now }
}
