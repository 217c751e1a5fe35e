/** Everything that is fuzzed, one file each. @module */
import type { Target } from '../fuzz.ts'
import { admin } from './admin.ts'
import { containers } from './containers.ts'
import { directory } from './directory.ts'
import { http } from './http.ts'
import { metadata } from './metadata.ts'
import { policy } from './policy.ts'
import { signature } from './signature.ts'
import { token } from './token.ts'

/** In the order in which they run. */
export const TARGETS: readonly Target[] = [http, admin, metadata, containers, policy, token, signature, directory]
