import type { AuditDetails, AuditEvent } from '../domain/audit/index.ts'
import { sealReference } from '../domain/explanation/index.ts'
import {
  AccessDenied,
  type Caller,
  type Fault,
  type ProvenCode,
  type RefusedCodeResult,
  type RequestFacts,
  ServiceUnavailable,
  toFault,
} from '../model/index.ts'
import { StoreUnavailable } from '../platform/storage/index.ts'
import { checkCode, type Proven, RefusedCode } from './authentication/index.ts'
import { authorize, type DeniedAccess, deniedAccess } from './authorization/index.ts'
import { refusedProof } from './explain-proof.ts'
import type { BrokerParts, Operation } from './operation.ts'
import { outcomeOf } from './outcome.ts'

/** One request for an operation, before anything about it is known to be true. */
export interface Ask<Asking extends Caller, Input> {
  readonly facts: RequestFacts
  /** Proves who asks. @throws Fault */
  prove(): Promise<Proven<Asking>>
  /** Whether a caller who is proven asks within their limits. @throws Fault */
  admit?(caller: Asking): void
  /**
   * The same of a caller whom somebody outside vouches for, once it is known whether they may: what proves them is no more
   * than everybody can have. @throws Fault
   */
  admitVouched?(caller: Asking, isPermitted: boolean): void
  /** The input, read only after the caller is proven: AWS answers a bad signature before a bad parameter. @throws Fault */
  input(): Input
}

const GRANTED = Object.freeze({ fault: undefined })

/**
 * The path that every operation takes: prove, read, authorize, perform, record. A grant is recorded before it is
 * answered, and a refusal as faithfully. Nothing mints or changes anything beside it.
 *
 * A change of the directory and its record are in two files, and no transaction spans both. So the record comes first:
 * when it cannot be kept nothing is changed, and no crash leaves a change that no record tells of. The other way round
 * it may happen: a record of a change that failed after it. Where the node lives on, the refusal stands behind it with
 * the same `requestID`.
 * @throws Fault whatever the reason for a refusal; never anything else
 */
export async function submit<Asking extends Caller, Input, Output>(
  operation: Operation<Asking, Input, Output>,
  ask: Ask<Asking, Input>,
  broker: BrokerParts,
): Promise<Output> {
  const { facts } = ask
  const startedAt = performance.now()
  let proven: Proven<Asking> | undefined
  let input: Input | undefined
  let code: ProvenCode | undefined
  try {
    const { version } = broker.directory
    proven = await ask.prove()
    ask.admit?.(proven.caller)
    broker.usage.seen(proven.caller, operation.action, proven.region, facts.now)
    if (proven.presigned && operation.proof !== 'signature') {
      throw new AccessDenied(`${operation.action} cannot be called with a presigned URL.`)
    }
    input = ask.input()
    const offered = operation.offeredCode?.(input)
    if (offered !== undefined) {
      code = await checkCode(offered, proven.caller, facts.now, broker)
      proven = { ...proven, caller: { ...proven.caller, oneTimeCode: code } }
    }
    const { caller, region } = proven
    const asker = proven
    const asked = input
    const accesses = () => operation.requires(asked, caller, broker.directory)
    const petition = { caller, input, accesses, facts, region, version }
    const permitted = await authorize(petition, broker.directory).catch((denied: unknown) => {
      ask.admitVouched?.(caller, false)
      throw denied
    })
    ask.admitVouched?.(caller, true)
    let isRecorded = false
    const recordOutput = async (output: Output): Promise<void> => {
      const details = withCode(operation.details(asked, output, asker.caller), code && 'Valid')
      await record(operation, facts, asker, details, GRANTED, broker)
      isRecorded = true
    }
    const output = await operation.perform(permitted, broker, recordOutput)
    if (!isRecorded) await recordOutput(output)
    broker.metrics.requestDone(operation.action, 'granted', secondsSince(startedAt))
    return output
  } catch (error) {
    const fault = faultOf(error)
    const refusedCode = fault.cause instanceof RefusedCode ? fault.cause : undefined
    if (refusedCode !== undefined) warnOfLocks(refusedCode, facts, broker)
    if (proven !== undefined) {
      const details = input === undefined ? {} : operation.details(input, undefined, proven.caller)
      const { action } = operation
      const denied = refusedProof(fault, action, proven.caller) ?? deniedOf(fault, proven.caller, action)
      const told = withCode(details, refusedCode?.result ?? (code && 'Valid'))
      await record(operation, facts, proven, told, { fault, explain: denied?.explain }, broker)
      if (denied !== undefined) fault.explanation = sealed(denied, facts, broker)
    } else if (fault.suspect !== undefined) {
      const [service = '', eventName = ''] = operation.action.split(':')
      const { suspect: caller } = fault
      const denied = refusedProof(fault, operation.action)
      const event = { caller, service, eventName, region: undefined, facts, details: {}, fault }
      if (await keepsRecords(caller, broker)) broker.audit.noted({ ...event, explain: denied?.explain })
      if (denied !== undefined) fault.explanation = sealed(denied, facts, broker)
    }
    broker.metrics.requestDone(operation.action, outcomeOf(fault), secondsSince(startedAt))
    throw fault
  }
}

/** The audit trail tells what became of a code, also what the caller is not told: that the device is locked. */
function withCode(details: AuditDetails, result: 'Valid' | RefusedCodeResult | undefined): AuditDetails {
  if (result === undefined) return details
  return { ...details, additionalEventData: { ...details.additionalEventData, MFAUsed: 'Yes', MFAResult: result } }
}

/** Whatever a code was offered for. */
function warnOfLocks({ locked }: RefusedCode, { requestId }: RequestFacts, { logger }: BrokerParts): void {
  for (const { account, serialNumber } of locked) logger.warn('mfa.locked', { requestId, account, serialNumber })
}

async function record<Asking extends Caller, Input, Output>(
  { action, grants }: Operation<Asking, Input, Output>,
  facts: RequestFacts,
  { caller, region }: Proven<Asking>,
  details: AuditDetails,
  outcome: Pick<AuditEvent, 'fault' | 'explain'>,
  broker: BrokerParts,
): Promise<void> {
  const { audit } = broker
  const [service = '', eventName = ''] = action.split(':')
  const { fault, explain } = outcome
  const event = { caller, service, eventName, region, facts, details, fault, explain }
  if (grants && fault === undefined) await audit.granted(event)
  else if (await keepsRecords(caller, broker)) audit.noted(event)
}

/**
 * Whether there is an account to keep records in. Of issuers that are known in every account anybody can have a token, and
 * name a number that nobody has.
 */
async function keepsRecords(caller: AuditEvent['caller'], { directory }: BrokerParts): Promise<boolean> {
  if (caller.kind !== 'web-identity' && caller.kind !== 'suspected-identity') return true
  return await directory.isOpen(caller.account).catch(() => false)
}

/**
 * The operator sees everything anyway, and is denied only what is no operation. A service has nobody who could ask for an
 * explanation: why it was refused stands in the log.
 */
function deniedOf(fault: Fault, caller: Caller, action: string): DeniedAccess | undefined {
  return caller.kind === 'operator' || caller.kind === 'service' ? undefined : deniedAccess(fault, caller, action)
}

/** The reference that the refused caller gets. A refusal is answered even where it cannot be sealed. */
function sealed(
  { account, resourceAccount }: DeniedAccess,
  { requestId, now: time }: RequestFacts,
  { keyring, random, logger }: BrokerParts,
): string | undefined {
  try {
    return sealReference({ requestId, time, account, resourceAccount }, { keyring, random })
  } catch (error) {
    logger.error('explanation.seal-failed', { requestId, error })
    return undefined
  }
}

/** A store that fails is a failure that passes: the caller may try again. */
function faultOf(error: unknown): Fault {
  return error instanceof StoreUnavailable
    ? new ServiceUnavailable('the store fails', { cause: error })
    : toFault(error)
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000
}
