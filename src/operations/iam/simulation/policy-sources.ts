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
import { checkDocument } from '../policy-documents.ts'

/** How AWS's simulator names the kinds of policy; the last it does not know. */
export const SOURCE_TYPES = { identity: 'IAM Policy', resource: 'Resource Policy', trust: 'Role Trust Policy' } as const

interface Source {
  readonly id: string
  readonly type: string
  readonly document: PolicyDocument
  spans?: (index: number) => StatementSpan
}

/** The policies of one simulation, and where their statements stand. */
export class PolicySources {
  readonly #sources = new Map<string, Source>()
  #length = 0

  /** Of all texts together. */
  get length(): number {
    return this.#length
  }

  /** Every policy that was taken or loaded. */
  documents(): readonly PolicyDocument[] {
    return [...this.#sources.values()].map(({ document }) => document)
  }

  /**
   * Takes a policy that came with the request.
   * @param id - what the answer calls it
   * @throws {@link InvalidInput} for one that could not be saved
   */
  take(id: string, text: string, kind: PolicyKind): CompiledPolicy {
    try {
      return this.#add(id, checkDocument(text, kind), kind)
    } catch (error) {
      // What AWS says of such a policy is not documented: what it says of one that is saved.
      if (error instanceof MalformedPolicyDocument) throw new InvalidInput(`${id}: ${error.message}`, { cause: error })
      throw error
    }
  }

  /** Takes a policy that is saved. @throws {@link PolicyEvaluation} for one that is no policy any more */
  load(id: string, text: string, kind: PolicyKind): CompiledPolicy {
    try {
      return this.#add(id, parsePolicy(text, kind), kind)
    } catch (cause) {
      throw new PolicyEvaluation(`The policy ${id} cannot be evaluated.`, { cause })
    }
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

  #add(id: string, document: PolicyDocument, kind: PolicyKind): CompiledPolicy {
    const name = String(this.#sources.size)
    const type = kind === 'resource' || kind === 'trust' ? SOURCE_TYPES[kind] : SOURCE_TYPES.identity
    this.#sources.set(name, { id, type, document })
    this.#length += document.text.length
    return compilePolicy(document, { kind, name })
  }

  async #trustOf(arn: string, directory: Directory): Promise<Source | undefined> {
    const role = await directory.role(arn)
    if (role === undefined) return undefined
    const source = { id: role.roleName, type: SOURCE_TYPES.trust, document: parsePolicy(role.trustPolicy, 'trust') }
    this.#sources.set(arn, source)
    return source
  }
}
