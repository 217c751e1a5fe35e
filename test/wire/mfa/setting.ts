import { type RunningNode, startInProcess } from '../../../src/compose/index.ts'
import { codeAt, stepOf } from '../../../src/domain/mfa/code-steps.ts'
import type { DirectoryInput } from '../../../src/index.ts'
import { base32Text, epochMillis, PLAIN_TERMS } from '../../../src/model/index.ts'
import { applyDirectory } from '../../../src/operations/broker/index.ts'
import { loadDirectory, readDirectories } from '../../../src/operations/loading/index.ts'
import { type AuditRecord, auditRecords } from '../../../src/testing/audit-records.ts'
import { policy, SOURCE, type Statement } from '../cast.ts'
import { credentialsIn } from '../stage.ts'
import { type Credentials, formPost, type Params, send, sign, type WireAnswer } from '../wire-client.ts'

/** A device of the account SOURCE, by name. */
export const deviceArn = (name: string, account = SOURCE): string => `arn:aws:iam::${account}:mfa/${name}`

/** The bytes of the seed that the device of that name has here. */
const seedBytes = (name: string): Buffer => Buffer.from(name.padEnd(20, '.').slice(0, 20), 'latin1')

/** Devices by their names, as a directory file lists them. */
export const devices = (names: readonly string[], account = SOURCE) =>
  names.map((name) => ({ SerialNumber: deviceArn(name, account), Base32StringSeed: base32Text(seedBytes(name)) }))

const mayAll = { PolicyName: 'all', PolicyDocument: policy({ Effect: 'Allow', Action: '*', Resource: '*' }) }

/** A role of SOURCE that whoever is in its account may assume, where the condition allows it. */
export function role(RoleName: string, statements: readonly Statement[]) {
  return { RoleName, AssumeRolePolicyDocument: policy(...statements), Policies: [mayAll] }
}

export const ANYBODY: Statement = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }
export const WITH_MFA: Statement = { ...ANYBODY, Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }
const UNLESS_MFA: Statement = {
  ...ANYBODY,
  Effect: 'Deny',
  Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
}

/** alice has three devices, bob and root have one each, carol has none, and one belongs to nobody's account here. */
export const DIRECTORY: DirectoryInput = {
  Accounts: [
    {
      Id: SOURCE,
      Root: { AccessKeys: [{}], VirtualMFADevices: devices(['root']) },
      Users: [
        {
          UserName: 'alice',
          Policies: [mayAll],
          AccessKeys: [{}],
          VirtualMFADevices: [
            ...devices(['alice', 'phone/alice']),
            { SerialNumber: 'GAHT12345678', Base32StringSeed: base32Text(seedBytes('token')) },
          ],
        },
        { UserName: 'bob', Policies: [mayAll], AccessKeys: [{}], VirtualMFADevices: devices(['bob']) },
        { UserName: 'carol', Policies: [mayAll], AccessKeys: [{}] },
        {
          UserName: 'dora',
          Policies: [
            {
              PolicyName: 'with-mfa',
              PolicyDocument: policy({
                Effect: 'Allow',
                Action: 'sts:AssumeRole',
                Resource: '*',
                Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
              }),
            },
          ],
          AccessKeys: [{}],
          VirtualMFADevices: devices(['dora']),
        },
      ],
      Roles: [
        role('Open', [ANYBODY]),
        role('Guarded', [WITH_MFA]),
        role('Unless', [ANYBODY, UNLESS_MFA]),
        role('Closed', [{ ...ANYBODY, Effect: 'Deny' }]),
        role('Delegating', [{ ...ANYBODY, Principal: { AWS: SOURCE } }]),
      ],
    },
    {
      Id: '222222222222',
      Users: [{ UserName: 'eve', AccessKeys: [{}], VirtualMFADevices: devices(['eve'], '222222222222') }],
    },
  ],
}

/** A broker whose clock moves, and what its people can do with their devices. */
export interface MfaSetting extends AsyncDisposable {
  readonly node: RunningNode
  /** The credentials of a long-term key. @param who - a user of SOURCE, or `root`; or an ARN */
  longTerm(who: string): Promise<Credentials>
  /** What a device shows now, or so many steps later. @param seed - the name of the device that has it */
  code(seed: string, later?: number): string
  /** The parameters that offer what a device of SOURCE shows now. */
  offer(name: string, later?: number): { readonly SerialNumber: string; readonly TokenCode: string }
  advance(ms: number): void
  /** Moves the clock to where nobody has used a code. */
  nextCode(): void
  sts(credentials: Credentials, params: Params): Promise<WireAnswer>
  iam(credentials: Credentials, params: Params): Promise<WireAnswer>
  /** Looks events up. */
  lookUp(credentials: Credentials): Promise<WireAnswer>
  /** Asks for a role of SOURCE. */
  assume(credentials: Credentials, roleName: string, params?: Params): Promise<WireAnswer>
  /** A session of GetSessionToken. */
  token(credentials: Credentials, params?: Params): Promise<Credentials>
  /** A session of the role `Open` as it is made for who comes from a provider. */
  sessionFrom(provider: string): Promise<Credentials>
  /** Makes the directory what is listed, and deletes the rest. */
  apply(directory: DirectoryInput): Promise<unknown>
  records(): Promise<readonly AuditRecord[]>
}

const STEP_MS = 30_000

/** Starts a broker on a directory. */
export async function mfaSetting(directory: DirectoryInput = DIRECTORY): Promise<MfaSetting> {
  const { broker, node } = await startInProcess({ directory, data: ':memory:', dev: true, logLevel: 'silent' }, 'mfa')
  const { host } = new URL(broker.endpoint)
  const now = () => node.broker.clock.now()
  const code = (seed: string, later = 0) => codeAt(seedBytes(seed), stepOf(epochMillis(now() + later * STEP_MS)))
  const ask = async (service: 'sts' | 'iam', Version: string, credentials: Credentials, params: Params) =>
    await send(broker.endpoint, await sign(formPost(host, { Version, ...params }), credentials, { service }))
  const sts: MfaSetting['sts'] = (credentials, params) => ask('sts', '2011-06-15', credentials, params)
  return {
    node,
    longTerm: async (who) => {
      const arn = who === 'root' ? `arn:aws:iam::${SOURCE}:root` : `arn:aws:iam::${SOURCE}:user/${who}`
      return (await broker.as(who.startsWith('arn:') ? who : arn)).credentials
    },
    code,
    offer: (name, later) => ({ SerialNumber: deviceArn(name), TokenCode: code(name, later) }),
    advance: (ms) => node.virtualClock?.advance(ms),
    nextCode: () => node.virtualClock?.advance(2 * STEP_MS),
    sts,
    iam: (credentials, params) => ask('iam', '2010-05-08', credentials, params),
    async lookUp(credentials) {
      const target = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents'
      const headers = { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }
      const request = { method: 'POST', target: '/', headers, body: '{}' }
      return await send(broker.endpoint, await sign(request, credentials, { service: 'cloudtrail' }))
    },
    assume: (credentials, roleName, params) =>
      sts(credentials, {
        Action: 'AssumeRole',
        RoleArn: `arn:aws:iam::${SOURCE}:role/${roleName}`,
        RoleSessionName: 'session',
        ...params,
      }),
    token: async (credentials, params) =>
      credentialsIn(await sts(credentials, { Action: 'GetSessionToken', ...params })),
    async sessionFrom(provider) {
      const open = await node.broker.directory.role(`arn:aws:iam::${SOURCE}:role/Open`)
      if (open === undefined) throw new Error('there is no open role')
      const { credentials } = node.broker.sessions.mint({
        account: open.account,
        holder: { kind: 'assumed-role', roleName: 'Open', roleId: open.uniqueId, sessionName: 'web', chainDepth: 0 },
        issuedAt: now(),
        lifetimeMs: 3_600_000,
        terms: { ...PLAIN_TERMS, carriedKeys: { 'aws:federatedprovider': provider } },
      })
      return { ...credentials, secretAccessKey: credentials.secretAccessKey.reveal() }
    },
    apply: async (wanted) =>
      await loadDirectory(await readDirectories([wanted]), (desired) =>
        node.operate(applyDirectory, { desired, prune: true, dryRun: false }),
      ),
    records: () => auditRecords(node.broker.audit),
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  }
}
