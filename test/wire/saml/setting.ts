import { startTestBroker, type TestBroker } from '../../../src/testing/index.ts'
import { el, type Node, written } from '../../saml/canonical-xml.ts'
import { type Signer, signer } from '../../saml/certificates.ts'
import {
  type AssertionParts,
  assertion,
  keyDescriptor,
  metadata,
  type ResponseParts,
  response,
  withSignature,
} from '../../saml/saml-idp.ts'
import { policy, type Role, SOURCE, type Statement, TARGET } from '../cast.ts'
import { formPost, type Params, send, type WireAnswer } from '../wire-client.ts'

const EXCHANGE = 'sts:AssumeRoleWithSAML'

/** A broker, and an identity provider that it trusts. */
export interface Setting extends AsyncDisposable {
  readonly broker: TestBroker
  /** Of the provider `corp`, which most roles trust. */
  readonly idp: Signer
  /** The second key of `corp`, as there is one while keys are changed. */
  readonly next: Signer
  /** Nobody's. */
  readonly attacker: Signer
  /** Keys that stand in the metadata of `mixed`, and sign nothing. */
  readonly ofServiceProvider: Signer
  readonly forEncryption: Signer
  /** An assertion for every role, that is right in everything but for what is said. Not signed. */
  assertion(parts?: AssertionParts): Node
  /** A response whose assertion is signed, right in everything but for what is said. */
  signed(parts?: AssertionParts, around?: ResponseParts): string
  /** Asks for credentials, by a document; of the role `Open` unless told. */
  exchange(xml: string, params?: Params): Promise<WireAnswer>
}

/** The ARN of a role. */
export function roleArn(name: string, account = SOURCE): string {
  return `arn:aws:iam::${account}:role/${name}`
}

/** The ARN of a SAML provider. */
export function providerArn(name = 'corp', account = SOURCE): string {
  return `arn:aws:iam::${account}:saml-provider/${name}`
}

/** The value of the attribute `Role`. */
export function pair(role: string, provider = providerArn()): string {
  return `${roleArn(role)},${provider}`
}

/** A statement that trusts a provider. */
export function trusting(provider: string, more: Statement = {}, ...actions: readonly string[]): Statement {
  return { Effect: 'Allow', Principal: { Federated: provider }, Action: [EXCHANGE, ...actions], ...more }
}

/** What is sent. */
export function base64(xml: string): string {
  return Buffer.from(xml).toString('base64')
}

const OPEN = ['sts:TagSession', 'sts:SetSourceIdentity'] as const
const NAMES = ['Open', 'Bare', 'Pinned', 'Elsewhere', 'Absent', 'Long', 'Mixed'] as const

/**
 * Starts a broker whose account trusts a provider, and others that are made for attacks.
 * @param signOnUrl - where `corp` and `only` have people sign in
 */
export async function setUp(roles: readonly Role[] = [], signOnUrl = 'https://idp.example.com/sso'): Promise<Setting> {
  const [idp, next, attacker, ofServiceProvider, forEncryption] = ['a', 'b', 'c', 'd', 'e'].map((name) => signer(name))
  if (!idp || !next || !attacker || !ofServiceProvider || !forEncryption) throw new Error('no keys')
  const role = (RoleName: string, ...statements: readonly Statement[]): Role => ({
    RoleName,
    AssumeRolePolicyDocument: policy(...statements),
  })
  const corp = providerArn()
  const protocolSupportEnumeration = 'urn:oasis:names:tc:SAML:2.0:protocol'
  const more = [el('md:SPSSODescriptor', { protocolSupportEnumeration }, keyDescriptor(ofServiceProvider))]
  const services = [
    el('md:SingleSignOnService', {
      Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
      Location: signOnUrl,
    }),
  ]
  const broker = await startTestBroker({
    directory: {
      Accounts: [
        {
          Id: SOURCE,
          Alias: 'source',
          Root: { AccessKeys: [{}] },
          SAMLProviders: [
            { Name: 'corp', SamlMetadataDocument: metadata([{ ...idp, use: 'signing' }, next], { services }) },
            { Name: 'once', SamlMetadataDocument: metadata([idp]), SingleUse: true },
            { Name: 'only', SamlMetadataDocument: metadata([idp], { services }), SpInitiatedOnly: true },
            { Name: 'mixed', SamlMetadataDocument: metadata([idp, { ...forEncryption, use: 'encryption' }], { more }) },
            { Name: 'other', SamlMetadataDocument: metadata([attacker], { entityID: 'https://other.example.com' }) },
          ],
          Roles: [
            role('Open', trusting(corp, {}, ...OPEN), trusting(providerArn('once'), {}, ...OPEN)),
            role('Bare', trusting(corp), trusting(providerArn('once'))),
            role('Begun', trusting(providerArn('only'))),
            role(
              'Pinned',
              trusting(corp, { Condition: { StringEquals: { 'saml:aud': 'https://elsewhere.example' } } }),
            ),
            role('Mixed', trusting(providerArn('mixed'))),
            role('Elsewhere', trusting(providerArn('other'))),
            role('Everyone', { Effect: 'Allow', Principal: { AWS: '*' }, Action: EXCHANGE }),
            { ...role('Long', trusting(corp)), MaxSessionDuration: 43_200 },
            ...roles,
          ],
        },
        { Id: TARGET, Alias: 'target', Root: { AccessKeys: [{}] }, Roles: [role('Open', trusting(corp))] },
      ],
    },
  })
  const { host } = new URL(broker.endpoint)
  const made = (parts: AssertionParts = {}) => {
    const roles = NAMES.flatMap((name) =>
      ['corp', 'once', 'other', 'mixed'].map((each) => pair(name, providerArn(each))),
    )
    return assertion({ roles, ...parts })
  }
  return {
    broker,
    idp,
    next,
    attacker,
    ofServiceProvider,
    forEncryption,
    assertion: made,
    signed: (parts, around = {}) => written(response(around, withSignature(made(parts), idp))),
    exchange: (xml, params) =>
      send(
        broker.endpoint,
        formPost(host, {
          Action: 'AssumeRoleWithSAML',
          Version: '2011-06-15',
          RoleArn: roleArn('Open'),
          PrincipalArn: corp,
          SAMLAssertion: base64(xml),
          ...params,
        }),
      ),
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  }
}
