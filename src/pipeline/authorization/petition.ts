import type { Caller, RequestFacts } from '../../model/index.ts'
import type { Access } from './access.ts'

/** What a proven caller asks to be permitted. */
export interface Petition<Asking extends Caller, Input> {
  readonly caller: Asking
  readonly input: Input
  /**
   * Every access that the operation needs; the first one denied is named. None: whoever is proven may. Asked anew when
   * the directory changed meanwhile. @throws Fault for callers who never may
   */
  accesses(): Promise<readonly Access[]> | readonly Access[]
  readonly facts: RequestFacts
  /** The region of the credential scope; `undefined` for callers without a signature. */
  readonly region: string | undefined
  /** The directory's when the caller was proven. */
  readonly version: number
}
