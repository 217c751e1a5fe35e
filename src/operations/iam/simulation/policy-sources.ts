import type { Directory } from '../../../domain/directory/index.ts'
import {
  type CompiledPolicy,
  compilePolicy,
  type PolicyDocument,
  type PolicyKind,
  parsePolicy,
  type StatementRef,
  type StatementSpan,
  statementSpans,
} from '../../../engines/policy/index.ts'
import { MalformedPolicyDocument } from '../../../model/index.ts'
import { InvalidInput, PolicyEvaluation } from '../iam-faults.ts'
import { Pauses } from '../pauses.ts'
import { checkDocument } from '../policy-documents.ts'

/** How AWS's simulator names the kinds of policy; the last it does not know. */
export const SOURCE_TYPES = { identity: 'IAM Policy', resource: 'Resource Policy', trust: 'Role Trust Policy' } as const

interface Source {
  readonly id: string
  readonly type: string
  readonly document: PolicyDocument
  spans?: (index: number) => StatementSpan
}

/** How much of policies is read or compiled before others get their turn, in characters: some milliseconds. */
export const READ_AT_ONCE = 20_000
/** What a variable begins with, however it is written: never fewer than there are variables. */
const DOLLAR = /\$|\\u0024/g

/**
 * Reads a policy that came with the request.
 * @param id - what the answer calls it
 * @throws {@link InvalidInput} for one that could not be saved
 */
export function givenDocument(id: string, text: string, kind: PolicyKind): PolicyDocument {
  try {
    return checkDocument(text, kind)
  } catch (error) {
    // What AWS says of such a policy is not documented: what it says of one that is saved.
    if (error instanceof MalformedPolicyDocument) throw new InvalidInput(`${id}: ${error.message}`, { cause: error })
    throw error
  }
}

/** Reads a policy that is saved. @throws {@link PolicyEvaluation} for one that is no policy any more */
export function savedDocument(id: string, text: string, kind: PolicyKind): PolicyDocument {
  try {
    return parsePolicy(text, kind)
  } catch (cause) {
    throw new PolicyEvaluation(`The policy ${id} cannot be evaluated.`, { cause })
  }
}

/** The policies of one simulation, and where their statements stand. */
export class PolicySources {
  readonly #sources = new Map<string, Source>()
  readonly #pauses = new Pauses(READ_AT_ONCE)
  #length = 0
  #variables = 0

  /** Of all texts together. */
  get length(): number {
    return this.#length
  }

  /** How many variables they can have: what a request brings stands in their place. */
  get variables(): number {
    return this.#variables
  }

  /** Takes a policy that came with the request, as {@link givenDocument} does. @param id - what the answer calls it */
  take(id: string, text: string, kind: PolicyKind): Promise<CompiledPolicy> {
    return this.#add(id, givenDocument(id, text, kind), kind)
  }

  /** Takes a policy that is saved, as {@link savedDocument} does. */
  load(id: string, text: string, kind: PolicyKind): Promise<CompiledPolicy> {
    return this.#add(id, savedDocument(id, text, kind), kind)
  }

  /** A statement as the answer has it. Trust policies are looked up by the ARN of their role. */
  async answered({ policy: name, kind, index }: StatementRef, directory: Directory) {
    const source = this.#sources.get(name) ?? (kind === 'trust' ? await this.#trustOf(name, directory) : undefined)
    if (source === undefined) throw new Error('a statement of no policy was matched')
    source.spans ??= statementSpans(source.document)
    const { start, end } = source.spans(index)
    return {
      SourcePolicyId: source.id,
      SourcePolicyType: source.type,
      StartPosition: { Line: start.line, Column: start.column },
      EndPosition: { Line: end.line, Column: end.column },
    }
  }

  async #add(id: string, document: PolicyDocument, kind: PolicyKind): Promise<CompiledPolicy> {
    const name = String(this.#sources.size)
    const type = kind === 'resource' || kind === 'trust' ? SOURCE_TYPES[kind] : SOURCE_TYPES.identity
    const { text } = document
    this.#sources.set(name, { id, type, document })
    this.#length += text.length
    this.#variables += text.match(DOLLAR)?.length ?? 0
    // Once it was read, and once it is compiled: either takes as long.
    await this.#pauses.spend(text.length)
    const policy = compilePolicy(document, { kind, name })
    await this.#pauses.spend(text.length)
    return policy
  }

  async #trustOf(arn: string, directory: Directory): Promise<Source | undefined> {
    const role = await directory.role(arn)
    if (role === undefined) return undefined
    const source = { id: role.roleName, type: SOURCE_TYPES.trust, document: parsePolicy(role.trustPolicy, 'trust') }
    this.#sources.set(arn, source)
    return source
  }
}
