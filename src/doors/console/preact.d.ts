/**
 * As much of Preact as is used here: its own types bring those of browsers with them, for the whole program.
 * @see https://preactjs.com/guide/v10/api-reference/
 */
export interface VNode<Props = object> {
  readonly type: unknown
  readonly key: unknown
  readonly props: Props
}
export type ComponentChild = VNode | object | string | number | bigint | boolean | null | undefined
export type ComponentChildren = ComponentChild[] | ComponentChild
export function h(type: unknown, props: object | null, ...children: ComponentChildren[]): VNode
export const Fragment: unique symbol
