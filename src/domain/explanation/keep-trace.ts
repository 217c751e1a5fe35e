import type { Decision, LayerTrace, PolicyKind, StatementTrace, Trace } from '../../engines/policy/index.ts'

/** A layer with the statements that bear on the question; the others are only counted. */
export interface KeptLayer extends LayerTrace {
  /** Statements that were left out. */
  readonly omitted: number
}

/** What is kept of a trace. */
export interface KeptTrace {
  readonly decision: Decision
  readonly missing: readonly PolicyKind[]
  readonly layers: readonly KeptLayer[]
}

/** Statements of one layer that are kept. */
const MOST_IN_LAYER = 3
/** Characters of all statements of a trace: a record is kept for good, and anybody who is proven can be refused. */
const MOST_CHARACTERS = 4096
const MOST_DECIDING = 8

/**
 * The part of a trace that tells why: of each layer the statements that deny or grant, or come nearest to granting. At
 * most about 4 KiB of them, whatever policies hold.
 */
export function keepTrace({ decision, missing, layers }: Trace): KeptTrace {
  let room = MOST_CHARACTERS
  const kept = layers.map((layer): KeptLayer => {
    const bearing = bearingStatements(layer).filter((statement) => {
      const length = JSON.stringify(statement).length
      if (length > room) return false
      room -= length
      return true
    })
    const policies = layer.policies
      .map(({ name, statements }) => ({ name, statements: statements.filter((each) => bearing.includes(each)) }))
      .filter(({ statements }) => statements.length > 0)
    return { ...layer, policies, omitted: countOf(layer) - bearing.length }
  })
  const statements = decision.statements.slice(0, MOST_DECIDING)
  return { decision: { ...decision, statements }, missing, layers: kept }
}

function bearingStatements({ verdict, policies }: LayerTrace): readonly StatementTrace[] {
  const statements = policies.flatMap((policy) => policy.statements)
  const effect = verdict === 'explicitDeny' ? 'Deny' : 'Allow'
  const deciding = statements.filter((each) => each.applies && each.effect === effect)
  return (deciding.length > 0 ? deciding : nearest(statements)).slice(0, MOST_IN_LAYER)
}

/** Allows that lack the fewest parts; those of another action are not near. */
function nearest(statements: readonly StatementTrace[]): readonly StatementTrace[] {
  return statements
    .filter(({ effect, failed }) => effect === 'Allow' && !failed.includes('action'))
    .sort((a, b) => distanceOf(a) - distanceOf(b))
}

function distanceOf({ failed, conditions }: StatementTrace): number {
  return 100 * failed.length + conditions.filter(({ holds }) => !holds).length
}

function countOf({ policies }: LayerTrace): number {
  return policies.reduce((sum, { statements }) => sum + statements.length, 0)
}
