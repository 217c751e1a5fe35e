/**
 * One step of a dotted parameter name: `Tags.member.1.Key` is four of them. Children are in a `Map`, so that names
 * such as `__proto__` are names like any other.
 */
export interface ParamNode {
  /** The text given at exactly this name; `undefined` when only deeper names were given. */
  value: string | undefined
  children: Map<string, ParamNode> | undefined
}

/** AWS's deepest parameter has six steps. Longer names are unknown, and unknown parameters are ignored. */
const MAX_STEPS = 16

/** Adds a parameter below `root`. The first value of a name wins, silently, as it does at AWS. */
export function addParam(root: ParamNode, name: string, value: string): void {
  let node = root
  if (name.includes('.')) {
    const steps = name.split('.', MAX_STEPS + 1)
    if (steps.length > MAX_STEPS) return
    for (const step of steps) node = childOf(node, step)
  } else {
    node = childOf(root, name)
  }
  node.value ??= value
}

function childOf(node: ParamNode, step: string): ParamNode {
  node.children ??= new Map()
  const known = node.children.get(step)
  if (known !== undefined) return known
  const child: ParamNode = { value: undefined, children: undefined }
  node.children.set(step, child)
  return child
}
