/** What policies would come to: IAM's policy simulator. @module */
import type { IamOperations } from '../define.ts'
import { getContextKeysForCustomPolicy } from './get-context-keys-for-custom-policy.ts'
import { getContextKeysForPrincipalPolicy } from './get-context-keys-for-principal-policy.ts'
import { simulateCustomPolicy } from './simulate-custom-policy.ts'
import { simulatePrincipalPolicy } from './simulate-principal-policy.ts'

/** What can be asked of the simulator. */
export const SIMULATION_ACTIONS: IamOperations = [
  ['SimulateCustomPolicy', simulateCustomPolicy],
  ['SimulatePrincipalPolicy', simulatePrincipalPolicy],
  ['GetContextKeysForCustomPolicy', getContextKeysForCustomPolicy],
  ['GetContextKeysForPrincipalPolicy', getContextKeysForPrincipalPolicy],
]
