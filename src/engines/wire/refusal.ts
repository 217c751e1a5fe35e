/**
 * What is wrong with one place of a request and all below it, in AWS's words. Fields hold it beside their value until
 * `collect` either throws it or takes it away from their type.
 */
export class Refusal {
  readonly #complaints: readonly string[]

  constructor(complaints: readonly string[]) {
    this.#complaints = complaints
  }

  addTo(complaints: string[]): void {
    for (const complaint of this.#complaints) complaints.push(complaint)
  }
}

/** Fields that were read, with every possible refusal gone. */
export type Collected<Fields> = { readonly [Name in keyof Fields]: Exclude<Fields[Name], Refusal> }

/** Refuses the value at `path`, once for each constraint; `value` is `Value` and how the text is shown, if it is. */
export function refuse(value: string, path: string, constraints: readonly string[]): Refusal {
  return new Refusal(
    constraints.map((constraint) => `${value} at '${path}' failed to satisfy constraint: ${constraint}`),
  )
}

/** The refusals among fields, in the order of the fields. */
export function complaintsOf(fields: object): readonly string[] {
  const complaints: string[] = []
  for (const field of Object.values(fields)) {
    if (field instanceof Refusal) field.addTo(complaints)
  }
  return complaints
}

/** Tells the compiler what {@link complaintsOf} found. */
export function isCollected<Fields>(
  fields: Fields,
  complaints: readonly string[],
): fields is Fields & Collected<Fields> {
  return complaints.length === 0
}
