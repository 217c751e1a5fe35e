import { defineRead } from '../define.ts'
import { policyDocument } from '../iam-types.ts'
import { prepareSimulation } from './prepare-simulation.ts'
import { simulatePage } from './simulate.ts'
import { readingTrust, readSimulation } from './simulation-input.ts'

/**
 * Tells what policies in the request would come to. Where a role of the account is to be assumed its trust policy is
 * asked too, which AWS's simulator does not do; for that `iam:GetRole` is needed besides.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
 */
export const simulateCustomPolicy = defineRead({
  action: 'iam:SimulateCustomPolicy',

  parse: (params) =>
    params.collect({
      policyInputList: params.texts('PolicyInputList', policyDocument, { required: true }),
      ...readSimulation(params),
    }),

  requires: async (input, caller, directory) => [
    { action: 'iam:SimulateCustomPolicy', resource: '*' },
    ...(await readingTrust(input, caller, directory)),
  ],

  async read({ input, account, now }, directory, { keyring }) {
    const simulation = await prepareSimulation(input, undefined, account, now, directory)
    const { marker: _marker, maxItems: _maxItems, ...asked } = input
    const name = JSON.stringify([account, 'SimulateCustomPolicy', asked])
    return await simulatePage(input, name, simulation, directory, keyring)
  },
})
