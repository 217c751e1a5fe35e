import { type Arn, parseArn, Secret, ValidationError } from '../../model/index.ts'
import { noSamlProvider, samlCaller } from '../../pipeline/authentication/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'
import { assumeRoleWithSaml } from './assume-role-with-saml.ts'
import { explainProven, explainRefusedProof, type ProofExplained } from './explain-proof.ts'

/** Would this response get credentials of that role? */
interface ExplainAssertionInput {
  readonly response: Secret
  readonly role: Arn
  readonly provider: Arn
  /** Whether the sign-in was asked for that it says it answers. */
  readonly asked: boolean
  /** Whether what names a person is shown whole. */
  readonly personal: boolean
}

const ACTION = 'sts:AssumeRoleWithSAML'
const SHAPE =
  'Send {"response": "...", "role": "ARN", "provider": "ARN"}, {"asked": true} where a sign-in was asked for, and {"personal": true} to see whole what names a person.'
/** More than any response that is taken has, and little enough to be read. */
const LONGEST = 400_000

/**
 * Tells whether a SAML response would be exchanged for credentials of a role, and why not: by the checks, certificates and
 * policies of a real request, which nobody makes. Grants nothing, and leaves the assertion as good as it was. Keeps nothing
 * of it but which role it was shown for.
 */
export const explainAssertion = defineOperatorOperation<ExplainAssertionInput, ProofExplained>({
  action: 'rolecall:ExplainAssertion',
  grants: false,
  requires: () => [{ action: 'rolecall:ExplainAssertion', resource: '*' }],

  async perform({ input, facts }, broker) {
    const { response: assertion, role, provider: principal, asked, personal } = input
    const { directory, samlIdentities } = broker
    const about = { proof: 'assertion', action: ACTION, resource: role.text } as const
    const known = principal.account === role.account ? await directory.samlProvider(principal.text) : undefined
    if (known === undefined) {
      const found = `account ${role.account} has no SAML provider ${principal.text}`
      const changes = ["Name a provider of the role's account: aws iam list-saml-providers lists them."]
      const checks = [{ check: 'provider', outcome: 'no', found, changes } as const]
      return explainRefusedProof({ ...about, checks }, noSamlProvider())
    }
    const wanted = { roleArn: role.text, asked, personal }
    const { checks, refusal, identity } = await samlIdentities.examine(assertion.reveal(), known, wanted)
    const checked = { ...about, checks }
    if (refusal !== undefined || identity === undefined) return explainRefusedProof(checked, refusal)
    const caller = samlCaller(known, identity)
    const exchange = {
      assertion,
      roleArn: role,
      principalArn: principal,
      policyArns: [],
      policy: undefined,
      durationSeconds: undefined,
    }
    const accesses = await assumeRoleWithSaml.requires(exchange, caller, directory)
    const session = { asked: { ...exchange, sessionName: caller.sessionName }, durationSeconds: undefined }
    const asking = { caller, accesses, now: facts.now, withheld: new Set<string>(), session, personal }
    return await explainProven(checked, asking, broker)
  },

  details: ({ role, provider }, output) => ({
    requestParameters: { role: role.text, provider: provider.text },
    responseElements: output && { allowed: output.allowed },
  }),
})

/** Reads the input as it comes through the operator's door. @throws ValidationError */
export function readExplainAssertion(value: unknown): ExplainAssertionInput {
  if (typeof value !== 'object' || value === null) throw new ValidationError(SHAPE)
  const { response, role, provider, asked, personal }: Readonly<Record<string, unknown>> = { ...value }
  if (typeof response !== 'string' || typeof role !== 'string' || typeof provider !== 'string') {
    throw new ValidationError(SHAPE)
  }
  if (response.length > LONGEST)
    throw new ValidationError(`That is no response: it has more than ${LONGEST} characters.`)
  return {
    response: new Secret(response),
    role: iamArn(role, 'role/', 'role/Deployer'),
    provider: iamArn(provider, 'saml-provider/', 'saml-provider/corp'),
    asked: asked === true,
    personal: personal === true,
  }
}

function iamArn(text: string, beginning: string, example: string): Arn {
  const arn = parseArn(text)
  if (arn?.service === 'iam' && arn.resource.startsWith(beginning)) return arn
  throw new ValidationError(`That has to be an ARN such as arn:aws:iam::111111111111:${example}: ${text.slice(0, 100)}`)
}
