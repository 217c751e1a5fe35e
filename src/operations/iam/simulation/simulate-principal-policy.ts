import { defineRead } from '../define.ts'
import { policyDocument } from '../iam-types.ts'
import { onPolicySource, policySource, readPolicySource } from './policy-source.ts'
import { prepareSimulation } from './prepare-simulation.ts'
import { simulatePage } from './simulate.ts'
import { readingTrust, readSimulation } from './simulation-input.ts'

/**
 * Tells what the policies of a user, group or role come to, with others beside them. Where a role of the account is to be
 * assumed its trust policy is asked too, which AWS's simulator does not do; for that `iam:GetRole` is needed besides.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
export const simulatePrincipalPolicy = defineRead({
  action: 'iam:SimulatePrincipalPolicy',

  parse: (params) =>
    params.collect({
      policySourceArn: params.required('PolicySourceArn', policySource),
      policyInputList: params.texts('PolicyInputList', policyDocument),
      ...readSimulation(params),
    }),

  requires: async (input, caller, directory) => [
    await onPolicySource('iam:SimulatePrincipalPolicy', input.policySourceArn, caller, directory),
    ...(await readingTrust(input, caller, directory)),
  ],

  async read({ input, account, now }, directory, { keyring }) {
    const source = await readPolicySource(input.policySourceArn, account, now, directory)
    const simulation = await prepareSimulation(input, source, account, now, directory)
    const { marker: _marker, maxItems: _maxItems, ...asked } = input
    const name = JSON.stringify([account, 'SimulatePrincipalPolicy', asked])
    return await simulatePage(input, name, simulation, directory, keyring)
  },
})
