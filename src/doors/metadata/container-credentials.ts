import type { AccountId, Tag } from '../../model/index.ts'
import { assumeRoleForContainer } from '../../operations/broker/index.ts'
import { type BrokerParts, submit } from '../../pipeline/index.ts'
import type { CredentialsSource, RoleOutcome } from './role-credentials.ts'

/** A role that a container service is to assume. */
export interface ContainerRole {
  /** `task/ID` or `pod/CLUSTER/NAMESPACE/SERVICEACCOUNT`. */
  readonly machine: string
  /** Which start of a task, or which pod: the same gets the same credentials until they rotate. */
  readonly holder: string
  readonly service: string
  readonly account: AccountId
  readonly region: string
  readonly roleArn: string
  /** Made anew for each session. */
  sessionName(): string
  readonly tags: readonly Tag[]
  readonly sourceArn: string | undefined
}

/** What ECS and EKS are seen to give. */
const LIFETIME_MS = 6 * 3_600_000
/** The agent of EKS renews then; of ECS it is not documented. Those before are good for as long again. */
const ROTATE_AFTER_MS = 3 * 3_600_000

/** The credentials of containers. */
export class ContainerCredentials {
  readonly #source: CredentialsSource
  readonly #broker: BrokerParts

  constructor(source: CredentialsSource, broker: BrokerParts) {
    this.#source = source
    this.#broker = broker
  }

  async of({ machine, holder, service, ...role }: ContainerRole): Promise<RoleOutcome> {
    const { account, region, roleArn, tags, sourceArn } = role
    return await this.#source.of({
      machine,
      key: `${roleArn} ${holder}`,
      service,
      account,
      region,
      lifetimeMs: LIFETIME_MS,
      rotateAfterMs: ROTATE_AFTER_MS,
      find: () => this.#broker.directory.role(roleArn),
      assume: async (ask, _role, lifetimeMs) => {
        const input = { account, roleArn, sessionName: role.sessionName(), tags, sourceArn, lifetimeMs }
        return (await submit(assumeRoleForContainer, { ...ask, input: () => input }, this.#broker)).credentials
      },
    })
  }
}
