import { directoryWith } from './cast.ts'
import { CONDITION_REFUSALS, CONDITION_ROLES } from './refusals/conditions.ts'
import { CREDENTIAL_REFUSALS } from './refusals/credentials.ts'
import { PARAMETER_REFUSALS, PARAMETER_ROLES } from './refusals/parameters.ts'
import { PROTOCOL_REFUSALS } from './refusals/protocol.ts'
import type { Refusal } from './refusals/refusal.ts'
import { TERMS_REFUSALS, TERMS_ROLES } from './refusals/session-terms.ts'
import { SESSION_REFUSALS } from './refusals/sessions.ts'
import { SIGNATURE_REFUSALS } from './refusals/signature.ts'
import { TAKEN_BACK_REFUSALS } from './refusals/taken-back.ts'
import { TRUST_REFUSALS, TRUST_ROLES } from './refusals/trust.ts'
import { WEB_IDENTITY_REFUSALS } from './refusals/web-identity.ts'

/** The directory that the refusals are about. */
export const DIRECTORY = directoryWith([...TRUST_ROLES, ...CONDITION_ROLES, ...PARAMETER_ROLES, ...TERMS_ROLES])

/** Every refusal, by what it is about. */
export const REFUSALS: Readonly<Record<string, readonly Refusal[]>> = {
  'who may assume a role': TRUST_REFUSALS,
  'under which conditions': CONDITION_REFUSALS,
  'parameters and callers': PARAMETER_REFUSALS,
  'what a session is limited and marked by': TERMS_REFUSALS,
  'what sessions may do': SESSION_REFUSALS,
  'what was taken back': TAKEN_BACK_REFUSALS,
  'keys and tokens': CREDENTIAL_REFUSALS,
  'tokens of identity providers': WEB_IDENTITY_REFUSALS,
  signatures: SIGNATURE_REFUSALS,
  protocol: PROTOCOL_REFUSALS,
}
