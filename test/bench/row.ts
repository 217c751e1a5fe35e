/** One line of the report. */
export interface Row {
  readonly work: string
  /** In words: numbers with their units. */
  readonly measured: string
  /** What is held against the targets: a share of the yardstick, or an amount in `unit`. */
  readonly value: number
  readonly unit: '% of bare' | 'x' | 'us' | 's' | 'ms' | 'MiB' | 'KiB'
  readonly target?: Target
}

/** What is to be reached, in the unit of the row. More is better for shares, less for everything else. */
export interface Target {
  readonly atLeast: number
  readonly aim?: number
}

/** How far a row got; `-` where nothing was set. */
export function verdict({ value, unit, target }: Row): 'aim' | 'yes' | 'no' | '-' {
  if (target === undefined) return '-'
  const reaches = (goal: number): boolean => (unit === '% of bare' ? value >= goal : value <= goal)
  if (target.aim !== undefined && reaches(target.aim)) return 'aim'
  return reaches(target.atLeast) ? 'yes' : 'no'
}

/** The rows as an aligned table. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => {
    const { work, measured, value, unit, target } = row
    const goal = (number: number | undefined): string => (number === undefined ? '-' : `${number} ${unit}`)
    return [work, measured, `${rounded(value)} ${unit}`, goal(target?.atLeast), goal(target?.aim), verdict(row)]
  })
  const lines = [['work', 'measured', 'result', 'at least', 'aim', 'met'], ...cells]
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? []
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** A number as people read it: one decimal below ten, two below one. */
export function rounded(value: number): string {
  return value.toFixed(value < 1 ? 2 : value < 10 ? 1 : 0)
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** The value that a share of all, such as 0.99, is below. */
export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * share)] ?? Number.NaN
}

/** The values from the least to the greatest, in words. */
export function spread(values: readonly number[]): string {
  return `${rounded(Math.min(...values))}..${rounded(Math.max(...values))}`
}
