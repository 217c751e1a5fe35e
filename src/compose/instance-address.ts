/** Where an instance's metadata is read. */
export interface InstanceAddress {
  readonly id: string
  readonly account: string
  readonly region: string
  /** Origins; empty for the one that answers on the metadata listener itself. */
  readonly addresses: readonly string[]
}
