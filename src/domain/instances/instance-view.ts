import type { EpochMillis, Instance } from '../../model/index.ts'
import type { IdentityDocuments } from './identity-documents.ts'
import { type MetadataNode, type MetadataTree, metadataTree, type SignatureName } from './metadata-tree.ts'
import type { LifecycleState } from './steering.ts'

/** One instance, compiled for answering: a request looks up a path and no more. */
export class InstanceView {
  readonly instance: Instance
  readonly #partition: string
  readonly #more: readonly (readonly [path: string, node: MetadataNode])[]
  readonly #lifecycle: readonly LifecycleState[]
  #tree: MetadataTree | undefined
  #lastModified = ''
  #signed: { readonly keyId: string; readonly byName: Map<SignatureName, Promise<Buffer>> } | undefined

  /**
   * @param more - leaves that follow from other things than the instance
   * @param lifecycle - states that an Auto Scaling group wants it in, in order
   */
  constructor(
    instance: Instance,
    partition: string,
    more: readonly (readonly [path: string, node: MetadataNode])[] = [],
    lifecycle: readonly LifecycleState[] = [],
  ) {
    this.instance = instance
    this.#partition = partition
    this.#more = more
    this.#lifecycle = lifecycle
  }

  /** What stands at a path below the version, without slashes at its ends. */
  find(path: string, now: EpochMillis): MetadataNode | undefined {
    if (this.#tree === undefined || now >= this.#tree.until) {
      this.#tree = metadataTree(this.instance, this.#partition, now, this.#more, this.#lifecycle)
      this.#lastModified = new Date(now).toUTCString()
    }
    return this.#tree.nodes.get(path)
  }

  /** When what it answers was last different, as HTTP writes it; known after the first {@link find}. */
  get lastModified(): string {
    return this.#lastModified
  }

  /** A signature of the identity document: made once for each key. */
  async signature(name: SignatureName, documents: IdentityDocuments, now: EpochMillis): Promise<Buffer> {
    const { keyId } = documents
    if (this.#signed?.keyId !== keyId) this.#signed = { keyId, byName: new Map() }
    const { byName } = this.#signed
    const document = this.find('dynamic/instance-identity/document', now)
    const body = document !== undefined && 'body' in document ? document.body : Buffer.alloc(0)
    const signed = byName.get(name) ?? documents.sign(body, name, now)
    byName.set(name, signed)
    return await signed
  }
}
